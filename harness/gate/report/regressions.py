"""Which conversations the candidate does worse on, and by how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from harness.gate.evidence.paired import BoolArray, FloatArray, PairedEvidence
from harness.gate.policy import GatePolicy
from harness.gate.report import words
from harness.gate.verdict.hard import at_fault
from harness.gate.verdict.quality import margin_of, pairs_of

__all__ = ["Change", "Regression", "regressions"]


@dataclass(frozen=True, slots=True)
class Change:
    """What both models scored on a conversation, in the metric's own direction. margins: the loss, in margins."""

    metric: str
    baseline: float
    candidate: float
    margins: float

    def __str__(self) -> str:
        scores = f"{words.quantity(self.baseline, 'score')} to {words.quantity(self.candidate, 'score')}"
        return f"{self.metric} {scores}, {self.margins:.1f} margins lost"


@dataclass(frozen=True, slots=True)
class Regression:
    """A conversation that got worse by more than a margin, or in which the candidate has a fault.

    line: in the held-out file, from 1. changes: of all primary metrics. faults: metrics of hard rules.
    """

    id: str
    line: int
    changes: tuple[Change, ...]
    faults: tuple[str, ...] = ()

    @property
    def worst(self) -> Change:
        """The change that lost most margins."""
        return max(self.changes, key=lambda change: change.margins)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What got worse, a clause each."""
        found = (f"fault: {metric}" for metric in self.faults)
        return *found, *(str(change) for change in self.changes if change.margins > 0)


def regressions(evidence: PairedEvidence, policy: GatePolicy) -> tuple[Regression, ...]:
    """Return all conversations that got worse: those with faults first, then by how many margins they lost."""
    faults = {check.metric: at_fault(evidence, check) for check in policy.hard if check.metric in evidence.metrics}
    losses = {
        primary.metric: -pairs_of(evidence, policy, primary.metric).differences
        / margin_of(evidence, policy, primary.metric)
        for primary in policy.primary
        if primary.metric in evidence.metrics
    }
    worse = np.zeros(len(evidence.ids), dtype=bool)
    for rows in (*faults.values(), *(loss > 1 for loss in losses.values())):
        worse |= rows
    found = [_regression(evidence, int(row), losses, faults) for row in np.flatnonzero(worse)]
    return tuple(sorted(found, key=lambda each: (-len(each.faults), -_depth(each), each.line)))


def _depth(regression: Regression) -> float:
    return regression.worst.margins if regression.changes else 0.0


def _regression(
    evidence: PairedEvidence, row: int, losses: Mapping[str, FloatArray], faults: Mapping[str, BoolArray]
) -> Regression:
    changes = tuple(_change(evidence, metric, row, float(loss[row])) for metric, loss in losses.items())
    found = tuple(metric for metric, rows in faults.items() if rows[row])
    return Regression(evidence.ids[row], evidence.lines[row], changes, found)


def _change(evidence: PairedEvidence, metric: str, row: int, margins: float) -> Change:
    baseline, candidate = evidence.scores[metric]
    return Change(metric, float(baseline[row]), float(candidate[row]), margins)
