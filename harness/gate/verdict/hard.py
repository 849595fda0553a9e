"""Hard checks: faults of single answers that no average excuses."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from harness.gate.evidence.paired import BoolArray, FloatArray, PairedEvidence
from harness.gate.policy import GatePolicy
from harness.gate.policy.sections import HardSection
from harness.gate.verdict.counting import conversations
from harness.gate.verdict.verdict import RuleResult

__all__ = ["at_fault", "counted", "hard_checks"]

_NOTHING = 1e-9
"""A distance from a metric's best that is how a subtraction was rounded."""


def hard_checks(evidence: PairedEvidence, policy: GatePolicy) -> Iterator[RuleResult]:
    """Yield a rule for each: failed when more of the candidate's conversations count than are allowed."""
    for check in policy.hard:
        before, now = (int(np.sum(each > _NOTHING)) for each in evidence.faults[check.metric])
        found = int(np.sum(at_fault(evidence, check)))
        which = "with a fault" if check.absolute else f"with a new fault, {now} with any"
        detail = f"{conversations(found)} {which}, the baseline has {before}; {check.allowed} allowed"
        yield RuleResult(
            name=check.metric,
            kind="hard",
            outcome="pass" if found <= check.allowed else "fail",
            detail=detail,
            metric=check.metric,
            method="count",
            unit="conversations",
            bound="upper",
            estimate=float(found),
            limit=float(check.allowed),
            n=len(evidence.ids),
        )


def at_fault(evidence: PairedEvidence, check: HardSection) -> BoolArray:
    """Return which conversations a check counts against the candidate."""
    return counted(*evidence.faults[check.metric], absolute=check.absolute)


def counted(baseline: FloatArray, candidate: FloatArray, *, absolute: bool) -> BoolArray:
    """Return where faults are the candidate's: all of them, or those that go beyond the baseline's.

    What a model in service says to the same question stays as it is, whoever is promoted: identical models are alike.
    """
    beyond: BoolArray = candidate - (0.0 if absolute else baseline) > _NOTHING
    return beyond
