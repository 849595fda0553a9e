"""The verdict on a candidate: from paired evidence and a policy, and nothing else.

PROMOTE: every primary is shown to be within its margin, every limit of operation to be kept, and no harm is shown.
PROMOTE_WARN: the same, with a waiver, or with a loss that is sure and surely within the margin. BLOCK: harm is shown,
or a hard check failed. INVALID: the evidence cannot be trusted. INCONCLUSIVE: everything else.

A candidate that is worse by a margin is promoted with at most `alpha`, whichever metric it is and however many there
are: all of them must pass (an intersection-union test). One that is equal is blocked with at most `alpha_block`: all
tests of harm share it (Holm).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from harness.gate.evidence.paired import PairedEvidence
from harness.gate.evidence.records import Side
from harness.gate.policy import GatePolicy
from harness.gate.statistics.holm import holm
from harness.gate.verdict.comparing import compared
from harness.gate.verdict.hard import hard_checks
from harness.gate.verdict.level import Level
from harness.gate.verdict.operations import operations
from harness.gate.verdict.quality import comparisons
from harness.gate.verdict.reasons import keeps_back, reasons_for
from harness.gate.verdict.tipping import tipping
from harness.gate.verdict.validity import preconditions
from harness.gate.verdict.verdict import AppliedWaiver, RuleResult, SideIdentity, Tipping, Verdict
from harness.gate.verdict.versions import installed
from harness.gate.verdict.waivers import waived
from harness.gate.verdict.weighing import in_the_end, overall

__all__ = ["decide"]


def decide(
    evidence: PairedEvidence,
    policy: GatePolicy,
    *,
    today: date,
    anchor: PairedEvidence | None = None,
    versions: Mapping[str, str] | None = None,
) -> Verdict:
    """Return the verdict; the same arguments, the same verdict, on every machine.

    today: the day by which waivers are in their time. anchor: the evidence that the policy pins, if it pins any.
    versions: what the verdict says it was computed with; without them, what is installed.
    """
    level = Level.of(policy.decision)
    rules, waivers, tipped = _examined(evidence, policy, level, today, anchor)
    undecided = [rule for rule in rules if keeps_back(rule, policy)]
    outcome = overall({rule.outcome for rule in rules}, bool(undecided) or not tipped.agree)
    needed = [rule.needed_n for rule in undecided if rule.needed_n is not None]
    return Verdict(
        outcome=outcome,
        reasons=tuple(reasons_for(outcome, rules, undecided, tipped, (evidence.look, level.looks))),
        rules=tuple(rules),
        tipping=tipped,
        waivers=waivers,
        needed_conversations=max(needed) if needed and outcome == "INCONCLUSIVE" else None,
        looks=level.looks,
        alpha=level.alpha,
        alpha_block=level.alpha_block,
        policy_sha256=policy.digest,
        anchor_sha256=anchor.digest if anchor and policy.anchor else "",
        decided=today.isoformat(),
        versions=dict(installed() if versions is None else versions),
        **_about(evidence),
    )


def _about(evidence: PairedEvidence) -> dict[str, Any]:
    """Return the parts of a verdict that say what it is about."""
    header = evidence.header
    return {
        "baseline": _identity(header.baseline),
        "candidate": _identity(header.candidate),
        "held_out": header.held_out.name,
        "held_out_sha256": header.held_out.sha256,
        "conversations": len(evidence.ids),
        "attempts": evidence.attempts,
        "look": evidence.look,
        "evidence_sha256": evidence.digest,
    }


def _examined(
    evidence: PairedEvidence, policy: GatePolicy, level: Level, today: date, anchor: PairedEvidence | None
) -> tuple[list[RuleResult], tuple[AppliedWaiver, ...], Tipping]:
    """Return all rules, preconditions first; where those do not hold, nothing else is looked at."""
    rules = list(preconditions(evidence, policy, level, today, anchor))
    invalid = any(rule.outcome == "invalid" for rule in rules)
    found = [] if invalid else _weighed(evidence, policy, level, anchor)
    kept, waivers = waived(found, policy.waiver, evidence.header.candidate.digest)
    if invalid:
        nothing = Tipping(drop="INVALID", zero="INVALID", worst="INVALID", detail="the evidence cannot be trusted")
        return rules, waivers, nothing
    return [*rules, *kept], waivers, tipping(evidence, policy, level, kept)


def _weighed(
    evidence: PairedEvidence, policy: GatePolicy, level: Level, anchor: PairedEvidence | None
) -> list[RuleResult]:
    """Return every rule, with the harm of those that are tested weighed against that of all.

    Fewer conversations than decide show no harm either; a fault or a budget is as it stands.
    """
    tested = [*compared(comparisons(evidence, policy, anchor), level), *operations(evidence, policy, level)]
    decisive = len(evidence.ids) >= policy.decision.min_conversations
    adjusted = holm({rule.name: rule.p for rule in tested if rule.p is not None}) if decisive else {}
    weighed = [_settled(rule, adjusted.get(rule.name), level) for rule in tested]
    return [*weighed, *hard_checks(evidence, policy)]


def _settled(rule: RuleResult, p_adjusted: float | None, level: Level) -> RuleResult:
    if p_adjusted is None:
        return rule
    margin = rule.limit if rule.bound == "lower" else None
    tolerable = rule.lower is not None and margin is not None and rule.lower > margin
    outcome = in_the_end(rule.outcome, tolerable, p_adjusted, level.alpha_block)
    return replace(rule, p_adjusted=p_adjusted, outcome=outcome)


def _identity(side: Side) -> SideIdentity:
    return SideIdentity(
        endpoint=side.endpoint,
        deployment=side.deployment,
        model=side.model,
        version=side.version,
        digest=side.digest,
    )
