"""The anchor: a model of the past that each primary is held against, so that small steps down do not add up unseen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import numpy as np

from harness.gate.evidence.paired import PairedEvidence
from harness.gate.evidence.records import Scalar
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
    then, now = anchor.header, evidence.header
    if dict(then.decoding) != dict(now.decoding):
        return f"the anchor was asked with {_told(then.decoding)}, the candidate with {_told(now.decoding)}"
    if then.repeats != now.repeats:
        return f"the anchor was asked {_times(then.repeats)}, the candidate {_times(now.repeats)}"
    for primary in policy.primary:
        if anchor.metrics.get(primary.metric) != evidence.metrics.get(primary.metric):
            return f"{primary.metric} has another signature in the anchor's evidence: measure that again"
    return ""


def _told(decoding: Mapping[str, Scalar]) -> str:
    named = [f"{name} {json.dumps(value)}" for name, value in sorted(decoding.items())]
    return ", ".join(named) or "no parameters"


def _times(repeats: int) -> str:
    return "once" if repeats == 1 else f"{repeats} times"
