"""A/A: the baseline against itself. Answers to the same questions that differ surely say that something moved."""

from __future__ import annotations

import numpy as np

from harness.gate.evidence.paired import PairedEvidence
from harness.gate.policy import GatePolicy
from harness.gate.statistics.holm import holm
from harness.gate.verdict.comparing import Pairs, bounds_of
from harness.gate.verdict.level import Level
from harness.gate.verdict.quality import kind_of
from harness.gate.verdict.verdict import RuleResult

__all__ = ["asked_twice"]


def asked_twice(evidence: PairedEvidence, policy: GatePolicy, level: Level) -> RuleResult:
    """Compare the baseline's first two repeats on each primary, both ways; a difference that is shown is invalid.

    Not being shown to be within the margin is no fault of the baseline: at a power of 80 % that happens to one in five.
    """
    metrics = [each.metric for each in policy.primary if each.metric in evidence.again and evidence.ids]
    if not metrics:
        return RuleResult(
            name="precondition:a_a",
            kind="precondition",
            outcome="invalid" if policy.validity.a_a else "not_testable",
            detail="the baseline was asked once: ask twice (repeats = 2) to see how much answers differ by themselves",
        )
    pairs, p_values, noise = [], {}, []
    for metric in metrics:
        first, second = evidence.again[metric]
        kind = kind_of(evidence, policy, metric)
        for name, scores in (("rise", (second, first)), ("fall", (first, second))):
            pairs.append((f"{metric} {name}", Pairs.of(scores, evidence.metrics[metric], kind)))
        noise.append(f"{metric} scatters by {float(np.std(second - first)):.3g}")
    for (name, _), bounds in zip(pairs, bounds_of([each for _, each in pairs], level), strict=True):
        p_values[name] = bounds.p_harm
    moved = sorted(name for name, p in holm(p_values).items() if p <= level.alpha_block)
    found = f"{evidence.changed} of {len(evidence.ids)} answers changed, {', '.join(noise)}"
    return RuleResult(
        name="precondition:a_a",
        kind="precondition",
        outcome="invalid" if moved else "pass",
        detail=f"the baseline differs from itself ({', '.join(moved)}): {found}" if moved else found,
        p=min(p_values.values()),
        n=len(evidence.ids),
    )
