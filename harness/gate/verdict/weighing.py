"""What bounds and p values mean: for one comparison, in the light of all, and for the whole."""

from __future__ import annotations

from collections.abc import Collection

from harness.gate.statistics.bounds import Bounds
from harness.gate.verdict.verdict import Outcome, RuleKind, RuleOutcome

__all__ = ["at_first", "in_the_end", "overall", "within"]


def within(bounds: Bounds, margin: float) -> bool:
    """Say whether a loss of the margin or more is excluded."""
    return bounds.lower > -margin


def at_first(kind: RuleKind, bounds: Bounds, margin: float) -> RuleOutcome:
    """Return the outcome of a comparison by itself. A guardrail passes as long as no harm is shown."""
    if kind == "guardrail":
        return "pass"
    if not within(bounds, margin):
        return "inconclusive"
    return "warn" if kind in ("primary", "anchor") and bounds.upper < 0 else "pass"


def in_the_end(first: RuleOutcome, tolerable: bool, p_adjusted: float, alpha_block: float) -> RuleOutcome:
    """Return the outcome in the light of all tests: harm that is shown fails, or warns where it is tolerable."""
    if p_adjusted > alpha_block:
        return first
    return "warn" if tolerable else "fail"


def overall(outcomes: Collection[RuleOutcome], undecided: bool) -> Outcome:
    """Return the verdict of rules with these outcomes; undecided: one that matters shows nothing."""
    if "invalid" in outcomes:
        return "INVALID"
    if "fail" in outcomes:
        return "BLOCK"
    if undecided:
        return "INCONCLUSIVE"
    return "PROMOTE_WARN" if "warn" in outcomes or "waived" in outcomes else "PROMOTE"
