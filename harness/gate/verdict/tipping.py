"""The tipping point: whether the verdict hangs on what the failed answers would have been."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from harness.gate.evidence.paired import PairedEvidence
from harness.gate.policy import GatePolicy
from harness.gate.statistics.holm import holm
from harness.gate.verdict.comparing import Pairs, bounds_of
from harness.gate.verdict.counting import conversations
from harness.gate.verdict.level import Level
from harness.gate.verdict.quality import pairs_of
from harness.gate.verdict.verdict import Outcome, RuleResult, Tipping

__all__ = ["tipping"]


def tipping(evidence: PairedEvidence, policy: GatePolicy, level: Level, rules: Sequence[RuleResult]) -> Tipping:
    """Return the outcome of the primaries under three fillings of the failed answers; waived ones are left out.

    drop: conversations with a failed answer are left out. zero: a failed answer is the worst there is, as in the
    verdict itself. worst: so it is for the candidate, and for the baseline it is the best there is. rules: what was
    found with the second filling; harm is weighed against that of all tests among them.
    """
    weighed = _Weighed(level, rules)
    zero = weighed.outcome(
        {
            rule.name: (-math.inf if rule.lower is None else rule.lower, 1.0 if rule.p is None else rule.p)
            for rule in weighed.primaries
        }
    )
    failed = [int(np.sum(missing > 0)) for missing in evidence.missing]
    if not any(failed):
        return Tipping(drop=zero, zero=zero, worst=zero, detail="no answer failed")
    both = evidence.answered[0] & evidence.answered[1]
    metrics = [rule.name for rule in weighed.primaries]
    drop = weighed.outcome_of({metric: pairs_of(evidence, policy, metric).of_rows(both) for metric in metrics})
    generous = _with_best_baseline(evidence, metrics)
    worst = weighed.outcome_of({metric: pairs_of(generous, policy, metric) for metric in metrics})
    detail = (
        f"{conversations(failed[0])} of the baseline and {failed[1]} of the candidate had a failed answer; "
        f"dropped: {drop}, as the worst: {zero}, the baseline's as the best: {worst}"
    )
    return Tipping(drop=drop, zero=zero, worst=worst, detail=detail)


class _Weighed:
    """The primaries of a verdict, and the tests of harm that they are weighed against."""

    def __init__(self, level: Level, rules: Sequence[RuleResult]) -> None:
        self.primaries = [rule for rule in rules if rule.kind == "primary" and rule.outcome != "waived"]
        names = {rule.name for rule in self.primaries}
        self._limits = {rule.name: rule.limit or 0.0 for rule in self.primaries}
        self._others = {rule.name: rule.p for rule in rules if rule.p is not None and rule.name not in names}
        self._few = any(rule.outcome == "inconclusive" and _within(rule) for rule in self.primaries)
        self._level = level

    def outcome_of(self, pairs: Mapping[str, Pairs]) -> Outcome:
        """Return the outcome of scores."""
        bounds = zip(pairs, bounds_of(list(pairs.values()), self._level), strict=True)
        return self.outcome({metric: (each.lower, each.p_harm) for metric, each in bounds})

    def outcome(self, found: Mapping[str, tuple[float, float]]) -> Outcome:
        """Return the outcome of lower bounds and p values of harm."""
        unproven = [metric for metric, (lower, _) in found.items() if not lower > self._limits[metric]]
        if not unproven:
            return "INCONCLUSIVE" if self._few else "PROMOTE"
        adjusted = holm({**self._others, **{metric: p for metric, (_, p) in found.items()}})
        return "BLOCK" if any(adjusted[metric] <= self._level.alpha_block for metric in unproven) else "INCONCLUSIVE"


def _within(rule: RuleResult) -> bool:
    """Say whether the bound is within the margin: a rule that is open nevertheless has too few conversations."""
    return rule.lower is not None and rule.lower > (rule.limit or 0.0)


def _with_best_baseline(evidence: PairedEvidence, metrics: Sequence[str]) -> PairedEvidence:
    scores = dict(evidence.scores)
    for metric in metrics:
        baseline, candidate = scores[metric]
        facts = evidence.metrics[metric]
        scores[metric] = baseline + evidence.missing[0] * (facts.best - facts.worst), candidate
    return replace(evidence, scores=scores)
