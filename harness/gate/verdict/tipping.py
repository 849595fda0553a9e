"""The tipping point: whether the verdict hangs on what the failed answers would have been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from harness.gate.evidence.paired import PairedEvidence
from harness.gate.policy import GatePolicy
from harness.gate.statistics.holm import holm
from harness.gate.verdict.comparing import Pairs, bounds_of
from harness.gate.verdict.level import Level
from harness.gate.verdict.quality import margin_of, pairs_of
from harness.gate.verdict.verdict import Outcome, Tipping

__all__ = ["tipping"]


def tipping(
    evidence: PairedEvidence, policy: GatePolicy, level: Level, metrics: Sequence[str], others: Mapping[str, float]
) -> Tipping:
    """Return the outcome of the primaries `metrics` under three fillings of the failed answers.

    others: how sure the harm by all other tests is, with which that of the primaries is weighed.
    drop: conversations with a failed answer are left out. zero: a failed answer is the worst there is, as in the
    verdict itself. worst: so it is for the candidate, and for the baseline it is the best there is.
    """
    failed = [int(np.sum(missing > 0)) for missing in evidence.missing]
    margins = {metric: margin_of(evidence, policy, metric) for metric in metrics}
    pairs = {metric: pairs_of(evidence, policy, metric) for metric in metrics}
    zero = _outcome(pairs, margins, level, others)
    if not any(failed):
        return Tipping(drop=zero, zero=zero, worst=zero, detail="no answer failed")
    both = evidence.answered[0] & evidence.answered[1]
    drop = _outcome({metric: each.of_rows(both) for metric, each in pairs.items()}, margins, level, others)
    generous = _with_best_baseline(evidence, metrics)
    worst = _outcome({metric: pairs_of(generous, policy, metric) for metric in metrics}, margins, level, others)
    detail = (
        f"{failed[0]} conversations of the baseline and {failed[1]} of the candidate have a failed answer; "
        f"dropped: {drop}, as the worst: {zero}, the baseline's as the best: {worst}"
    )
    return Tipping(drop=drop, zero=zero, worst=worst, detail=detail)


def _with_best_baseline(evidence: PairedEvidence, metrics: Sequence[str]) -> PairedEvidence:
    scores = dict(evidence.scores)
    for metric in metrics:
        baseline, candidate = scores[metric]
        facts = evidence.metrics[metric]
        scores[metric] = baseline + evidence.missing[0] * (facts.best - facts.worst), candidate
    return replace(evidence, scores=scores)


def _outcome(
    pairs: Mapping[str, Pairs], margins: Mapping[str, float], level: Level, others: Mapping[str, float]
) -> Outcome:
    bounds = dict(zip(pairs, bounds_of(list(pairs.values()), level), strict=True))
    unproven = [metric for metric, each in bounds.items() if not each.lower > -margins[metric]]
    if not unproven:
        return "PROMOTE"
    adjusted = holm({**others, **{metric: each.p_harm for metric, each in bounds.items()}})
    return "BLOCK" if any(adjusted[metric] <= level.alpha_block for metric in unproven) else "INCONCLUSIVE"
