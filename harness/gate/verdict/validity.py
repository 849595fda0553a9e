"""What must hold for evidence to be trusted. What does not makes the verdict INVALID: neither yes nor no."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from harness.gate.evidence.paired import PairedEvidence
from harness.gate.policy import GatePolicy
from harness.gate.verdict.anchor import unlike_the_anchor
from harness.gate.verdict.counting import conversations
from harness.gate.verdict.level import Level
from harness.gate.verdict.quality import comparisons
from harness.gate.verdict.repeated import asked_twice
from harness.gate.verdict.verdict import RuleOutcome, RuleResult
from harness.gate.verdict.waivers import untimely

__all__ = ["preconditions"]

_EARLIEST_LOOK = 0.4
"""Pocock's level is for a first look at half of the conversations. Earlier ones err more often than it says."""

_PROBLEMS = {
    "incomplete": "all conversations are there",
    "ids": "both models were asked the same questions",
    "signatures": "each metric has one signature",
    "scores": "every answer was measured, within the range of each metric",
}


def preconditions(
    evidence: PairedEvidence, policy: GatePolicy, level: Level, today: date, anchor: PairedEvidence | None
) -> Iterator[RuleResult]:
    """Yield every precondition with what was found; those that need metrics only where the metrics are there."""
    metrics = _metrics(evidence, policy)
    yield metrics
    yield from _problems(evidence, policy)
    yield _sides(evidence, policy)
    yield _leakage(evidence, policy)
    yield _hardware(evidence, policy)
    yield _baseline_errors(evidence, policy)
    yield _looks(evidence, policy)
    yield _rule("waivers", untimely(policy.waiver, today), "every waiver is in its time")
    if metrics.outcome == "pass":
        yield _margins(evidence, policy)
        if policy.anchor is not None:
            yield _rule("anchor", unlike_the_anchor(evidence, policy, anchor), "the anchor was asked the same")
        yield asked_twice(evidence, policy, level)
    yield _fewest(evidence, policy)


def _rule(name: str, wrong: str, right: str, otherwise: RuleOutcome = "invalid") -> RuleResult:
    return RuleResult(
        name=f"precondition:{name}",
        kind="precondition",
        outcome=otherwise if wrong else "pass",
        detail=wrong or right,
    )


def _metrics(evidence: PairedEvidence, policy: GatePolicy) -> RuleResult:
    """Look for what is missing, and for counts of faults where scores are compared: a failed answer has no fault."""
    missing = [metric for metric in policy.used_metrics if metric not in evidence.metrics]
    if missing:
        return _rule("metrics", f"not measured: {_named(missing)}; measured: {_named(sorted(evidence.metrics))}", "")
    facts = {metric: evidence.metrics[metric] for metric in policy.compared_metrics}
    counts = [metric for metric, each in facts.items() if each.worst == each.best]
    wrong = f"{_named(counts)} counts faults: make it a hard check, or compare another metric" if counts else ""
    return _rule("metrics", wrong, "every metric of the policy was measured")


def _margins(evidence: PairedEvidence, policy: GatePolicy) -> RuleResult:
    """Look for margins that no loss can reach, such as one that was meant for scores of 0 to 100."""
    margins = [(each.name, each.metric, each.margin) for each in comparisons(evidence, policy, None)]
    if policy.anchor is not None:
        margins += [(f"anchor:{each.metric}", each.metric, policy.anchor.margin) for each in policy.primary]
    ranges = {metric: abs(facts.best - facts.worst) for metric, facts in evidence.metrics.items()}
    wide = [
        f"{margin:g} for {name}, whose scores are {ranges[metric]:g} apart at most"
        for name, metric, margin in margins
        if margin >= ranges[metric]
    ]
    return _rule(
        "margins", f"no loss reaches the margin of {'; '.join(wide)}" if wide else "", "a loss can reach each margin"
    )


def _named(metrics: Sequence[str]) -> str:
    return ", ".join(metrics) or "nothing"


def _problems(evidence: PairedEvidence, policy: GatePolicy) -> Iterator[RuleResult]:
    """Yield what reading the evidence found; metrics that no rule uses may be as they are."""
    used = policy.used_metrics
    for name, right in _PROBLEMS.items():
        found = [each.clause for each in evidence.problems if each.name == name and each.metric in (*used, "")]
        yield _rule(name, "; ".join(found), right)


def _sides(evidence: PairedEvidence, policy: GatePolicy) -> RuleResult:
    baseline, candidate = evidence.header.baseline, evidence.header.candidate
    names = {f"{each.endpoint}/{each.deployment}".casefold() for each in (baseline, candidate)}
    one = f"both roles are deployment {baseline.deployment} of {baseline.endpoint}"
    wrong = f"{one}: an A/A comparison is decided with validity.same_deployment = true"
    return _rule(
        "sides", wrong if len(names) == 1 and not policy.validity.same_deployment else "", "two deployments were asked"
    )


def _leakage(evidence: PairedEvidence, policy: GatePolicy) -> RuleResult:
    leakage = evidence.header.leakage
    if leakage is None:
        required: RuleOutcome = "invalid" if policy.validity.leakage_check else "not_testable"
        return _rule("leakage", "the training data were not compared with the held-out conversations", "", required)
    found = f"the training data hold {leakage.exact} of the conversations in full and {leakage.ngram13} in part"
    return _rule(
        "leakage", found if leakage.exact or leakage.ngram13 else "", "no conversation is in the training data"
    )


def _hardware(evidence: PairedEvidence, policy: GatePolicy) -> RuleResult:
    baseline, candidate = (
        f"{side.instance_count} x {side.instance_type or 'unknown'}"
        for side in (evidence.header.baseline, evidence.header.candidate)
    )
    wrong = f"the baseline ran on {baseline}, the candidate on {candidate}: their times cannot be compared"
    unlike: RuleOutcome = "invalid" if policy.validity.same_hardware else "not_testable"
    if baseline == candidate and not evidence.header.baseline.instance_type:
        return _rule("hardware", "nothing is known of what the models ran on", "", "not_testable")
    return _rule("hardware", wrong if baseline != candidate else "", f"both ran on {baseline}", unlike)


def _baseline_errors(evidence: PairedEvidence, policy: GatePolicy) -> RuleResult:
    n, limit = max(1, len(evidence.ids)), policy.validity.baseline_error_rate
    failed = int(np.sum(evidence.missing[0] > 0))
    found = f"the baseline failed {failed} of {conversations(n)}"
    wrong = f"{found}, more than {limit:.0%}: too many to compare with" if failed > limit * n else ""
    return _rule("baseline_errors", wrong, found)


def _looks(evidence: PairedEvidence, policy: GatePolicy) -> RuleResult:
    looks = policy.decision.looks
    found = f"look {evidence.look} of {looks}, after {evidence.attempts} attempts"
    n, first = len(evidence.ids), evidence.first_look
    wrong = f"{found}: the policy allows no more" if evidence.look > looks else ""
    if not wrong and first is not None and first < _EARLIEST_LOOK * n:
        wrong = f"{found}: the first was at {first} of {n} conversations, and its level is for half of them"
    return _rule("looks", wrong, found)


def _fewest(evidence: PairedEvidence, policy: GatePolicy) -> RuleResult:
    n, fewest = len(evidence.ids), policy.decision.min_conversations
    return RuleResult(
        name="precondition:conversations",
        kind="precondition",
        outcome="pass" if n >= fewest else "inconclusive",
        detail=f"{conversations(n)}, and {fewest} are the fewest that decide",
        n=n,
        needed_n=fewest,
    )
