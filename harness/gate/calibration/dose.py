"""The dose test: how large a share of faulty answers the gate notices, without asking a model.

The baseline's recorded answers stand for both models. In the candidate's copy a share is replaced by a fault; the rest
is equal. Scores of the faulty answers are measured once, and put in the place of others at random.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from harness.gate.calibration.faults import FAULTS, Fault
from harness.gate.calibration.operating import Tell
from harness.gate.evidence.paired import PairedEvidence
from harness.gate.policy import GatePolicy
from harness.gate.verdict.decide import decide
from harness.gate.verdict.verdict import Outcome

__all__ = ["DOSES", "Dose", "DoseResult", "Measure", "dose_test", "smallest"]

Measure = Callable[[Sequence[str]], Mapping[str, Sequence[float]]]
"""Takes an answer to each conversation of the evidence, in its order, and returns the scores by metric."""

DOSES: tuple[float, ...] = (0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.3, 0.5)


@dataclass(frozen=True, slots=True)
class Dose:
    """A share of faulty answers, and the shares of runs that were blocked, and that were not promoted."""

    share: float
    blocked: float
    held_back: float
    runs: int


@dataclass(frozen=True, slots=True)
class DoseResult:
    """A fault and its doses, the smallest first; after one that is always blocked no larger one is tried."""

    fault: str
    doses: tuple[Dose, ...]


def dose_test(
    evidence: PairedEvidence,
    answers: Sequence[str],
    policy: GatePolicy,
    measure: Measure,
    *,
    runs: int,
    seed: int,
    tell: Tell,
    faults: Mapping[str, Fault] = FAULTS,
) -> list[DoseResult]:
    """Return for each fault how often each dose is noticed.

    answers: the baseline's, one for each conversation of `evidence`, in its order. Only quality is looked at: limits of
    operation are left out, as are the policy's anchor and waivers.
    """
    sound = _as_measured(measure(answers))
    quality = _quality_only(policy)
    results = []
    for number, (name, fault) in enumerate(faults.items()):
        faulty = _as_measured(measure([fault(answers, each) for each in range(len(answers))]))
        test = _Test(evidence, quality, sound, faulty, runs)
        doses = []
        for share in DOSES:
            tell(f"{name}: {share:.1%} of the answers")
            doses.append(test.at(share, np.random.SeedSequence((seed, number))))
            if doses[-1].blocked == 1:
                break
        results.append(DoseResult(name, tuple(doses)))
    return results


def smallest(result: DoseResult, power: float = 0.9, *, blocked: bool = True) -> float | None:
    """Return the smallest dose from which on runs are blocked, or held back, with this probability; None if none is."""
    found = None
    for dose in reversed(result.doses):
        if (dose.blocked if blocked else dose.held_back) < power:
            break
        found = dose.share
    return found


@dataclass(frozen=True, slots=True)
class _Test:
    evidence: PairedEvidence
    policy: GatePolicy
    sound: Mapping[str, npt.NDArray[np.float64]]
    faulty: Mapping[str, npt.NDArray[np.float64]]
    runs: int

    def at(self, share: float, seed: np.random.SeedSequence) -> Dose:
        """Return how often one dose is noticed."""
        rng = np.random.Generator(np.random.PCG64(seed))
        outcomes = [self._outcome(share, rng) for _ in range(self.runs)]
        blocked = outcomes.count("BLOCK")
        held_back = sum(outcome not in ("PROMOTE", "PROMOTE_WARN") for outcome in outcomes)
        return Dose(share, blocked / self.runs, held_back / self.runs, self.runs)

    def _outcome(self, share: float, rng: np.random.Generator) -> Outcome:
        n = len(self.evidence.ids)
        spoiled = np.zeros(n, dtype=bool)
        spoiled[rng.choice(n, max(1, round(share * n)), replace=False)] = True
        scores = {name: (each, np.where(spoiled, self.faulty[name], each)) for name, each in self.sound.items()}
        nothing = np.zeros(n)
        header = replace(self.evidence.header, leakage=None)
        copy = replace(
            self.evidence, scores=scores, missing=(nothing, nothing), again={}, problems=(), look=1, header=header
        )
        return decide(copy, self.policy, today=date.min, versions={}).outcome


def _as_measured(scores: Mapping[str, Sequence[float]]) -> dict[str, npt.NDArray[np.float64]]:
    return {name: np.asarray(values, dtype=np.float64) for name, values in scores.items()}


def _quality_only(policy: GatePolicy) -> GatePolicy:
    """Return the policy without what recorded answers cannot say, and for one look."""
    limits = {"off": ["error_rate", "latency_p95_ratio"]}
    validity = {"leakage_check": False, "same_hardware": False, "same_deployment": True}
    document = policy.model_dump(exclude={"operations", "validity", "anchor", "waiver"})
    document["decision"]["looks"] = 1
    return GatePolicy.model_validate({**document, "operations": limits, "validity": validity})
