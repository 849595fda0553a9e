"""Why a verdict is what it is, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.gate.policy import GatePolicy
from harness.gate.verdict.verdict import Outcome, RuleResult, Tipping

__all__ = ["keeps_back", "reasons_for"]


def keeps_back(rule: RuleResult, policy: GatePolicy) -> bool:
    """Say whether a rule shows nothing and thereby keeps a candidate from being promoted.

    Slices do where the policy requires them; of preconditions those that could be looked at.
    """
    if rule.kind == "slice" and rule.slice.partition("=")[0] not in {each.by for each in policy.slice if each.required}:
        return False
    open_ended = rule.outcome == "not_testable" and rule.kind != "precondition"
    return rule.outcome == "inconclusive" or open_ended


def reasons_for(
    outcome: Outcome,
    rules: Sequence[RuleResult],
    undecided: Sequence[RuleResult],
    tipped: Tipping,
    look: tuple[int, int],
) -> Iterator[str]:
    """Yield what led to the outcome, the weightiest first. look: its number, and how many the policy allows."""
    if outcome == "INVALID":
        yield from _told(rules, "invalid")
    elif outcome == "BLOCK":
        yield from _told(rules, "fail")
    elif outcome == "INCONCLUSIVE":
        yield from map(_open, undecided)
        if not tipped.agree:
            yield f"The verdict hangs on the failed answers: {tipped.detail}."
        if look[0] < look[1]:
            yield f"This was look {look[0]} of {look[1]}: score the other conversations, and decide once more."
    else:
        yield from _told(rules, "waived")
        yield from _told(rules, "warn")
        yield "Every primary is shown to be within its margin, every limit to be kept, and no harm is shown."


def _told(rules: Sequence[RuleResult], outcome: str) -> Iterator[str]:
    for rule in rules:
        if rule.outcome == outcome:
            yield f"{rule.name}: {rule.detail}."


def _open(rule: RuleResult) -> str:
    enough = ""
    if rule.needed_n is not None and rule.n is not None:
        more = f" Alike models would show it with {rule.needed_n}."
        enough = more if rule.needed_n > rule.n else " Alike models would mostly have shown it: more will hardly help."
    return f"{rule.name}: {rule.detail}.{enough}"
