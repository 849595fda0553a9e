"""The dose test: how large a share of faulty answers the gate notices, without asking a model.

Two recorded models stand for two that are alike: conversation by conversation chance says whose answer is whose, so
that they differ by as much as models do, and neither is better. By how much the one is better on the whole is taken out
first; of binary metrics and of faults it cannot be, so models that are far apart there take larger doses than models
that are alike would. Then a share of the one's answers gets a fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from harness.gate.calibration.operating import (
    BLOCK,
    Matrix,
    Tell,
    bounds_at,
    judged,
    level_of,
    looks_of,
    rates,
    tests_of,
)
from harness.gate.evidence.paired import BoolArray, FloatArray, PairedEvidence
from harness.gate.evidence.records import MetricFacts
from harness.gate.policy import GatePolicy
from harness.gate.policy.sections import HardSection
from harness.gate.verdict.comparing import Pairs
from harness.gate.verdict.hard import counted
from harness.gate.verdict.quality import pairs_of
from harness.gate.verdict.verdict import Outcome

__all__ = ["DOSES", "Dose", "DoseResult", "DoseTest", "FaultyScores", "dose_test", "smallest"]

IntArray = npt.NDArray[np.int64]
FaultyScores = Mapping[str, Sequence[float]]
"""Of the answers with a fault, by metric, in the order of the ids that are given with them."""

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


@dataclass(frozen=True, slots=True)
class DoseTest:
    """What came of it. sound: of the same runs without a fault. conversations: of one run. recorded: drawn from."""

    sound: Dose
    faults: tuple[DoseResult, ...]
    conversations: int
    recorded: int


def dose_test(
    evidence: PairedEvidence,
    policy: GatePolicy,
    ids: Sequence[str],
    faulty: Mapping[str, FaultyScores],
    *,
    runs: int,
    seed: int,
    tell: Tell,
) -> DoseTest:
    """Return for each fault how often each dose is noticed.

    ids: the conversations to draw from. A metric without faulty scores keeps its sound ones. Primaries, guardrails and
    hard checks are looked at; slices, the anchor, waivers and limits of operation say nothing of single answers.
    """
    n = policy.decision.conversations or len(ids)
    place = {each: row for row, each in enumerate(evidence.ids)}
    runner = _Runner(evidence, policy, np.array([place[each] for each in ids], dtype=np.int64), (runs, n), seed)
    tell("no fault")
    sound = runner.at(0.0, {})
    results = []
    for name, scores in faulty.items():
        doses: list[Dose] = []
        tell(f"answers with the fault: {name}")
        for share in DOSES:
            doses.append(runner.at(share, scores))
            if doses[-1].blocked == 1:
                break
        results.append(DoseResult(name, tuple(doses)))
    return DoseTest(sound, tuple(results), n, len(ids))


def smallest(result: DoseResult, power: float = 0.9, *, blocked: bool = True) -> float | None:
    """Return the smallest dose from which on runs are blocked, or held back, with this probability; None if none is."""
    found = None
    for dose in reversed(result.doses):
        if (dose.blocked if blocked else dose.held_back) < power:
            break
        found = dose.share
    return found


class _Drawn(NamedTuple):
    """Some runs, a row each. rows: conversations. swapped: where the models change places. chance: of a fault."""

    rows: IntArray
    swapped: BoolArray
    chance: FloatArray


class _Runner:
    """Makes the same runs for every dose, so that a larger one has the faults of a smaller one and more."""

    def __init__(
        self, evidence: PairedEvidence, policy: GatePolicy, recorded: IntArray, size: tuple[int, int], seed: int
    ) -> None:
        self._facts, self._hard = evidence.metrics, policy.hard
        self._tests, self._looks, self._level = tests_of(evidence, policy), looks_of(policy, size[1]), level_of(policy)
        self._pairs = {test.name: _levelled(pairs_of(evidence, policy, test.name), recorded) for test in self._tests}
        self._faults = {
            check.metric: (before[recorded], now[recorded])
            for check in policy.hard
            for before, now in [evidence.faults[check.metric]]
        }
        self._size, self._recorded, self._seed = size, len(recorded), seed

    def at(self, share: float, faulty: FaultyScores) -> Dose:
        """Return how often one dose is noticed."""
        ends: list[tuple[int, list[Outcome]]] = [(n, []) for n in self._looks]
        for drawn in self._blocks():
            differences = {test.name: self._differences(test.name, drawn, share, faulty) for test in self._tests}
            broken = [(check.allowed, self._broken(check, drawn, share, faulty)) for check in self._hard]
            for n, outcomes in ends:
                bounds = {name: bounds_at(each, n, self._level) for name, each in differences.items()}
                found = judged(self._tests, bounds, self._level)
                blocked = np.zeros(len(found), dtype=bool)
                for allowed, each in broken:
                    blocked |= each[:, :n].sum(axis=1) > allowed
                outcomes += ["BLOCK" if hard else outcome for hard, outcome in zip(blocked, found, strict=True)]
        came = rates(ends)
        return Dose(share, came.block, came.block + came.inconclusive, came.runs)

    def _blocks(self) -> Iterator[_Drawn]:
        runs, n = self._size
        most = max(1, BLOCK // n)
        for number, seed in enumerate(np.random.SeedSequence(self._seed).spawn(-(-runs // most))):
            rng, size = np.random.Generator(np.random.PCG64(seed)), (min(most, runs - number * most), n)
            yield _Drawn(rng.integers(0, self._recorded, size), rng.random(size) < 0.5, rng.random(size))

    def _differences(self, metric: str, drawn: _Drawn, share: float, faulty: FaultyScores) -> Matrix:
        pairs, facts = self._pairs[metric], self._facts[metric]
        spoilt = _turned(np.asarray(faulty[metric]), facts, pairs.binary) if metric in faulty else None
        before, now = _dealt((pairs.baseline, pairs.candidate), spoilt, drawn, share)
        return (now - before).astype(np.int8) if pairs.binary else now - before

    def _broken(self, check: HardSection, drawn: _Drawn, share: float, faulty: FaultyScores) -> BoolArray:
        """Return which conversations a hard check counts against the one with the faults."""
        best = self._facts[check.metric].best
        spoilt = np.abs(np.asarray(faulty[check.metric]) - best) if check.metric in faulty else None
        return counted(*_dealt(self._faults[check.metric], spoilt, drawn, share), absolute=check.absolute)


def _levelled(pairs: Pairs, recorded: IntArray) -> Pairs:
    """Return some of the pairs; continuous ones with the candidate at the baseline's level."""
    baseline, candidate = pairs.baseline[recorded], pairs.candidate[recorded]
    better = 0.0 if pairs.binary else float(np.mean(candidate - baseline))
    return Pairs(baseline, candidate - better, pairs.binary, pairs.width)


def _dealt(
    recorded: tuple[FloatArray, FloatArray], spoilt: FloatArray | None, drawn: _Drawn, share: float
) -> tuple[FloatArray, FloatArray]:
    """Return the values of two models that are alike, with so many of the second one's spoilt."""
    one, other = (each[drawn.rows] for each in recorded)
    before, now = np.where(drawn.swapped, other, one), np.where(drawn.swapped, one, other)
    return before, now if spoilt is None else np.where(drawn.chance < share, spoilt[drawn.rows], now)


def _turned(scores: FloatArray, facts: MetricFacts, binary: bool) -> FloatArray:
    """Return scores turned so that more is better, as recorded pairs are."""
    if binary:
        return np.where(scores == facts.best, 1.0, 0.0)
    return scores if facts.direction == "higher" else -scores
