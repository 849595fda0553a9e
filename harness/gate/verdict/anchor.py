"""The anchor: a model of the past that each primary is held against, so that small steps down do not add up unseen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from harness.gate.evidence.paired import PairedEvidence
from harness.gate.policy import GatePolicy
from harness.gate.verdict.comparing import Comparison, Pairs

__all__ = ["anchored", "unlike_the_anchor"]


def anchored(evidence: PairedEvidence, policy: GatePolicy, anchor: PairedEvidence) -> Iterator[Comparison]:
    """Yield a comparison of the candidate with the anchor for each primary, with the margin of all steps together."""
    if policy.anchor is None:
        return
    side = 1 if policy.anchor.role == "candidate" else 0
    place = {each: row for row, each in enumerate(anchor.ids)}
    rows = np.array([place[each] for each in evidence.ids], dtype=np.intp)
    for primary in policy.primary:
        facts = evidence.metrics[primary.metric]
        then, now = anchor.scores[primary.metric][side][rows], evidence.scores[primary.metric][1]
        pairs = Pairs.of((then, now), facts, primary.kind or facts.kind)
        yield Comparison(f"anchor:{primary.metric}", "anchor", primary.metric, pairs, policy.anchor.margin)


def unlike_the_anchor(evidence: PairedEvidence, policy: GatePolicy, anchor: PairedEvidence | None) -> str:
    """Return why the candidate cannot be compared with the anchor, or nothing when it can or need not be."""
    if policy.anchor is None:
        return ""
    if anchor is None:
        return "the policy has an anchor and its evidence was not given"
    if anchor.digest != policy.anchor.sha256:
        return f"the policy pins evidence {policy.anchor.sha256[:12]}, and {anchor.digest[:12]} was given"
    if anchor.problems:
        return f"the anchor's evidence cannot be trusted: {anchor.problems[0].clause}"
    strange = sorted(set(evidence.ids) - set(anchor.ids))
    if strange:
        return f"the anchor was not asked {len(strange)} of the conversations ({strange[0][:12]}, ...)"
    for primary in policy.primary:
        if anchor.metrics.get(primary.metric) != evidence.metrics.get(primary.metric):
            return f"{primary.metric} has another signature in the anchor's evidence: measure that again"
    return ""
