"""Waivers: one rule, for one model, within a bound, for some days. One that is out of its time makes all invalid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from harness.gate.policy.sections import WaiverSection
from harness.gate.verdict.verdict import AppliedWaiver, RuleResult

__all__ = ["untimely", "waived"]


def untimely(waivers: Sequence[WaiverSection], today: date) -> str:
    """Return which waivers have expired or begin later than today, or nothing."""
    early = [f"{each.id} begins on {each.granted}" for each in waivers if today < each.granted]
    late = [f"{each.id} of {each.owner} expired on {each.expires}" for each in waivers if today > each.expires]
    return "; ".join((*late, *early))


def waived(
    rules: Sequence[RuleResult], waivers: Sequence[WaiverSection], digest: str
) -> tuple[list[RuleResult], tuple[AppliedWaiver, ...]]:
    """Return the rules with those waived that a waiver covers, and every waiver with what came of it.

    digest: of the candidate. Preconditions cannot be waived.
    """
    kept, applied = list(rules), []
    for waiver in waivers:
        place = next(
            (n for n, rule in enumerate(kept) if rule.name == waiver.rule and rule.kind != "precondition"), None
        )
        why = _why_not(waiver, None if place is None else kept[place], digest)
        if place is not None and not why:
            detail = f"{kept[place].detail}; waived by {waiver.id} until {waiver.expires}"
            kept[place] = replace(kept[place], outcome="waived", detail=detail)
        applied.append(
            AppliedWaiver(
                id=waiver.id,
                rule=waiver.rule,
                owner=waiver.owner,
                approver=waiver.approver,
                reason=waiver.reason,
                expires=waiver.expires.isoformat(),
                used=not why,
                detail=why or f"covers a loss of up to {waiver.largest_delta:g}",
            )
        )
    return kept, tuple(applied)


def _why_not(waiver: WaiverSection, rule: RuleResult | None, digest: str) -> str:
    if waiver.model_digest != digest:
        return "not used: it is for another model"
    if rule is None:
        return "not used: there is no such rule"
    if rule.outcome not in ("fail", "inconclusive"):
        return f"not used: the rule's outcome is {rule.outcome}"
    loss = _loss(rule)
    if loss is None or loss > waiver.largest_delta:
        found = "nothing bounds the loss" if loss is None else f"a loss of up to {loss:.4g} is not excluded"
        return f"not used: it covers {waiver.largest_delta:g}, and {found}"
    return ""


def _loss(rule: RuleResult) -> float | None:
    """Return how much worse it may be, None without a bound: an estimate alone would let noise be waived.

    Of a limit it is the excess; what was counted and not tested is as it stands.
    """
    if rule.bound == "lower":
        return None if rule.lower is None else -rule.lower
    worst = rule.estimate if rule.p is None else rule.upper
    return None if worst is None else worst - (rule.limit or 0.0)
