"""What bounds and p values mean: for one comparison, in the light of all, and for the whole."""

from __future__ import annotations

from collections.abc import Collection

from harness.gate.statistics.bounds import Bounds
from harness.gate.verdict.verdict import Outcome, RuleKind, RuleOutcome

__all__ = ["THOROUGH", "at_first", "enough", "in_the_end", "overall", "within"]

THOROUGH: tuple[RuleKind, ...] = ("primary", "anchor")
"""Comparisons that let a candidate in: they must have had the chance to see what would exceed their margin."""


def within(bounds: Bounds, margin: float) -> bool:
    """Say whether a loss of the margin or more is excluded."""
    return bounds.lower > -margin


def enough(bounds: Bounds, fewest: int | None) -> bool:
    """Say whether there are so many conversations; None: no number is."""
    return fewest is not None and bounds.n >= fewest


def at_first(kind: RuleKind, bounds: Bounds, margin: float, fewest: int | None) -> RuleOutcome:
    """Return the outcome of a comparison by itself. A guardrail passes as long as no harm is shown.

    fewest: how many conversations the margin takes at least, for the kinds that are THOROUGH; None when no number does.
    """
    if kind == "guardrail":
        return "pass"
    if not within(bounds, margin):
        return "inconclusive"
    if kind not in THOROUGH:
        return "pass"
    if not enough(bounds, fewest):
        return "inconclusive"
    return "warn" if bounds.upper < 0 else "pass"


def in_the_end(first: RuleOutcome, tolerable: bool, p_adjusted: float, alpha_block: float) -> RuleOutcome:
    """Return the outcome in the light of all tests: harm that is shown fails, or warns where it is tolerable.

    What is tolerable and was still inconclusive has too few conversations, and stays so.
    """
    if p_adjusted > alpha_block:
        return first
    if not tolerable:
        return "fail"
    return first if first == "inconclusive" else "warn"


def overall(outcomes: Collection[RuleOutcome], undecided: bool) -> Outcome:
    """Return the verdict of rules with these outcomes; undecided: one that matters shows nothing."""
    if "invalid" in outcomes:
        return "INVALID"
    if "fail" in outcomes:
        return "BLOCK"
    if undecided:
        return "INCONCLUSIVE"
    return "PROMOTE_WARN" if "warn" in outcomes or "waived" in outcomes else "PROMOTE"
