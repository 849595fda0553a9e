"""Hard checks: faults of single answers that no average excuses."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from harness.gate.evidence.paired import PairedEvidence
from harness.gate.policy import GatePolicy
from harness.gate.verdict.verdict import RuleResult

__all__ = ["faulty", "hard_checks"]


def hard_checks(evidence: PairedEvidence, policy: GatePolicy) -> Iterator[RuleResult]:
    """Yield a rule for each: failed when more of the candidate's conversations have a fault than are allowed."""
    for check in policy.hard:
        before, now = (int(np.sum(faulty(evidence, check.metric, side))) for side in (0, 1))
        detail = f"{now} conversations with a fault, the baseline has {before}; {check.allowed} allowed"
        yield RuleResult(
            name=check.metric,
            kind="hard",
            outcome="pass" if now <= check.allowed else "fail",
            detail=detail,
            metric=check.metric,
            method="count",
            unit="conversations",
            bound="upper",
            estimate=float(now),
            limit=float(check.allowed),
            n=len(evidence.ids),
        )


def faulty(evidence: PairedEvidence, metric: str, side: int) -> npt.NDArray[np.bool_]:
    """Return which conversations have an answer with a fault. A failed answer has none: it is counted as an error."""
    facts, missing = evidence.metrics[metric], evidence.missing[side]
    clean = missing * facts.worst + (1 - missing) * facts.best
    found: npt.NDArray[np.bool_] = np.abs(evidence.scores[metric][side] - clean) > 1e-9 * abs(facts.worst - facts.best)
    return found
