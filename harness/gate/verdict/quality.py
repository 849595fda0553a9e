"""Which comparisons a policy asks for: primaries, guardrails, slices, and the primaries against an anchor."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from harness.gate.evidence.paired import PairedEvidence
from harness.gate.policy import GatePolicy
from harness.gate.policy.sections import Kind, SliceSection
from harness.gate.verdict.anchor import anchored
from harness.gate.verdict.comparing import Comparison, Pairs

__all__ = ["comparisons", "kind_of", "margin_of", "pairs_of"]


def comparisons(evidence: PairedEvidence, policy: GatePolicy, anchor: PairedEvidence | None) -> list[Comparison]:
    """Return all comparisons of a policy, primaries first. The evidence holds every metric that they need."""
    primaries = [
        Comparison(each.metric, "primary", each.metric, pairs_of(evidence, policy, each.metric), margin)
        for each in policy.primary
        for margin in [margin_of(evidence, policy, each.metric)]
    ]
    guardrails = [
        Comparison(each.metric, "guardrail", each.metric, pairs_of(evidence, policy, each.metric), each.margin)
        for each in policy.guardrail
    ]
    slices = [part for each in policy.slice for part in _parts(evidence, policy, each)]
    return [*primaries, *guardrails, *slices, *(anchored(evidence, policy, anchor) if anchor else ())]


def pairs_of(evidence: PairedEvidence, policy: GatePolicy, metric: str) -> Pairs:
    """Return the scores of both models on one metric."""
    return Pairs.of(evidence.scores[metric], evidence.metrics[metric], kind_of(evidence, policy, metric))


def kind_of(evidence: PairedEvidence, policy: GatePolicy, metric: str) -> Kind:
    """Return what the policy says a metric is, else what the metric says itself."""
    stated: dict[str, Kind | None] = {each.metric: each.kind for each in policy.primary}
    stated |= {each.metric: each.kind for each in policy.guardrail}
    return stated.get(metric) or evidence.metrics[metric].kind


def margin_of(evidence: PairedEvidence, policy: GatePolicy, metric: str) -> float:
    """Return the margin of a primary or a guardrail."""
    for primary in policy.primary:
        if primary.metric == metric:
            return primary.margin_for(kind_of(evidence, policy, metric))
    return next(each.margin for each in policy.guardrail if each.metric == metric)


def _parts(evidence: PairedEvidence, policy: GatePolicy, section: SliceSection) -> Iterator[Comparison]:
    """Yield a comparison for each value of a slice and each of its metrics, by default with twice the margin.

    A slice that no conversation has is compared as one part without conversations, so that its absence is told.
    """
    labels = np.array(evidence.slices.get(section.by, [""] * len(evidence.ids)))
    values = section.values or sorted(set(labels.tolist()) - {""})
    parts = {f"{section.by}={value}": labels == value for value in values}
    for part, rows in (parts or {section.by: np.zeros(len(labels), dtype=bool)}).items():
        for metric in section.metrics or [each.metric for each in policy.primary]:
            yield Comparison(
                name=f"slice:{part}:{metric}",
                kind="slice",
                metric=metric,
                pairs=pairs_of(evidence, policy, metric).of_rows(rows),
                margin=section.margin or 2 * margin_of(evidence, policy, metric),
                slice=part,
                fewest=section.min_conversations,
            )
