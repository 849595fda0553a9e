"""What a verdict and its parts are called, and how its numbers are written, in every output alike."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

from harness.gate.evidence.assets import asset_of
from harness.gate.verdict.verdict import Outcome, RuleKind, RuleOutcome, RuleResult, SideIdentity, Verdict

__all__ = [
    "HEADLINES",
    "KINDS",
    "LOOKS_LIKE",
    "ORDER",
    "RULE_OUTCOMES",
    "SHAPES",
    "UNKNOWN",
    "bounds",
    "count",
    "explanation",
    "limit",
    "named",
    "promotes",
    "quantity",
    "share",
    "tick",
    "weight",
]

HEADLINES: Mapping[Outcome, str] = {
    "PROMOTE": "Promote",
    "PROMOTE_WARN": "Promote, with a warning",
    "BLOCK": "Block",
    "INCONCLUSIVE": "Not yet",
    "INVALID": "No verdict",
}

_EXPLANATIONS: Mapping[Outcome, str] = {
    "PROMOTE": "The candidate is shown to be no worse than the baseline by the margins of the policy.",
    "PROMOTE_WARN": "The candidate is a little worse, and shown to stay within the margins of the policy.",
    "BLOCK": "The candidate is shown to do harm, or to break a hard limit.",
    "INCONCLUSIVE": "The evidence shows neither harm nor that there is none.",
    "INVALID": "The evidence cannot be trusted, so nothing is said about the candidate.",
}

KINDS: Mapping[RuleKind, str] = {
    "precondition": "Preconditions",
    "primary": "Primary metrics",
    "anchor": "Against the anchor",
    "guardrail": "Guardrails",
    "hard": "Hard checks",
    "operations": "Operations",
    "slice": "Slices",
}
"""The kinds of rules, in the order in which a reader wants them."""

RULE_OUTCOMES: Mapping[RuleOutcome, str] = {
    "pass": "passed",
    "warn": "warning",
    "fail": "failed",
    "inconclusive": "not shown",
    "not_testable": "not testable",
    "invalid": "invalid",
    "waived": "waived",
}

ORDER: tuple[RuleOutcome, ...] = ("invalid", "fail", "inconclusive", "waived", "warn", "not_testable", "pass")
"""What needs a reader's eye first comes first."""

SHAPES: Mapping[RuleOutcome, str] = {
    "pass": "\N{BLACK CIRCLE}",
    "warn": "\N{BLACK UP-POINTING TRIANGLE}",
    "fail": "\N{BLACK SQUARE}",
    "inconclusive": "\N{WHITE DIAMOND}",
    "not_testable": "\N{WHITE CIRCLE}",
    "invalid": "\N{MULTIPLICATION X}",
    "waived": "\N{WHITE UP-POINTING TRIANGLE}",
}
"""No output tells outcomes apart by colour alone."""

LOOKS_LIKE: Mapping[Outcome, RuleOutcome] = {
    "PROMOTE": "pass",
    "PROMOTE_WARN": "warn",
    "BLOCK": "fail",
    "INCONCLUSIVE": "inconclusive",
    "INVALID": "invalid",
}
"""The rule's outcome that has a verdict's shape and colour."""

_WEIGHTS: Mapping[RuleOutcome, Literal["failed", "skipped", "error"]] = {
    "fail": "failed",
    "invalid": "error",
    "not_testable": "skipped",
}
_MINUS = "\N{MINUS SIGN}"
UNKNOWN = "\N{EN DASH}"
_SYMBOLS = {"share": "%", "score": "", "ratio": "", "count": "", "seconds": "s"}


def promotes(verdict: Verdict) -> bool:
    """Say whether the candidate may be promoted."""
    return verdict.exit_code == 0


def weight(outcome: RuleOutcome, verdict: Verdict) -> Literal["passed", "failed", "skipped", "error"]:
    """Say what a rule is in a report of tests.

    One that showed nothing has failed only where that kept the candidate from being promoted.
    """
    if outcome == "inconclusive":
        return "skipped" if promotes(verdict) else "failed"
    return _WEIGHTS.get(outcome, "passed")


def explanation(verdict: Verdict) -> str:
    """Return what an outcome means, in a sentence or two."""
    said = _EXPLANATIONS[verdict.outcome]
    used = sum(waiver.used for waiver in verdict.waivers)
    if used and promotes(verdict):
        return f"{said} {used} failed {'rule is' if used == 1 else 'rules are'} waived."
    needed = verdict.needed_conversations
    if verdict.outcome == "INCONCLUSIVE" and needed:
        there = f"there are {count(verdict.conversations)}"
        return f"{said} About {count(needed)} conversations would do if the two are alike; {there}."
    return said


def quantity(value: float | None, unit: str = "", *, signed: bool = False) -> str:
    """Write a number: a share as percent, a score to four places, all else with three significant digits or more.

    None and what is no number are a dash. unit: of RuleResult. signed: a gain has a plus.
    """
    if value is None or not math.isfinite(value):
        return UNKNOWN
    size = 100 * abs(value) if unit == "share" else abs(value)
    text = f"{size:.4f}" if unit == "score" and size < 10 else _significant(size)
    zero = not text.strip("0.")
    sign = "" if zero else _MINUS if value < 0 else "+" if signed else ""
    return f"{sign}{text} {_SYMBOLS.get(unit, unit)}".rstrip()


def tick(value: float, unit: str = "", *, signed: bool = False) -> str:
    """Write a number at an axis, as short as it can be."""
    return quantity(value, "" if unit == "score" else unit, signed=signed)


def _significant(size: float) -> str:
    if size == 0 or size >= 1000:
        return f"{size:,.0f}"
    if size < 1e-6:
        return f"{size:.1e}"
    text = f"{size:.{max(0, 2 - math.floor(math.log10(size)))}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def bounds(rule: RuleResult) -> str:
    """Write both bounds of a rule; an end that is open or not known is a dash."""
    signed = rule.bound == "lower"
    if rule.lower is None and rule.upper is None:
        return UNKNOWN
    return f"{quantity(rule.lower, rule.unit, signed=signed)} to {quantity(rule.upper, rule.unit, signed=signed)}"


def limit(rule: RuleResult) -> str:
    """Write what a rule's bound is compared with."""
    if rule.limit is None:
        return UNKNOWN
    written = tick(rule.limit, rule.unit, signed=rule.bound == "lower")
    return f"above {written}" if rule.bound == "lower" else f"at most {written}"


def named(side: SideIdentity) -> str:
    """Return a model's name and version without the workspace or registry that its asset id begins with."""
    asset = asset_of(side.model)
    if asset:
        return f"{asset.name}:{asset.version}"
    return f"{side.model}:{side.version}" if side.version else side.model


def share(part: int, whole: int) -> str:
    """Write a part as percent of a whole; a dash of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else UNKNOWN


def count(number: int) -> str:
    """Write a whole number."""
    return f"{number:,}"
