"""How often a policy errs on scores of one's own: conversations drawn again and again, with a known difference.

The recorded differences keep their scatter, their skew and how metrics hang together. Their mean is set: to none, to
the margin, to twice the margin. Of a binary metric, roles are swapped at random to have none, and the candidate's right
answers turned wrong at random to have more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.errors import DataError
from harness.gate.calibration.operating import (
    BLOCK,
    Matrix,
    Rates,
    Tell,
    bounds_at,
    judged,
    level_of,
    looks_of,
    rates,
    refuse_unmeasured,
    tests_of,
)
from harness.gate.evidence.paired import PairedEvidence
from harness.gate.policy import GatePolicy
from harness.gate.statistics.bounds import Bounds
from harness.gate.verdict.comparing import Pairs
from harness.gate.verdict.quality import margin_of, pairs_of
from harness.gate.verdict.verdict import Outcome

__all__ = ["Calibration", "Truth", "calibrate"]

Ends = list[tuple[int, list[Outcome]]]
"""By look: how many conversations, and the outcome of every run."""

_SLACK = 1.2
"""A rate that is meant to be 5 % and comes out above 6 % is more than chance, where there are many runs."""

_ERRORS = 3.0
"""Of few runs it is more than chance from so many Monte Carlo standard errors on."""


@dataclass(frozen=True, slots=True)
class Truth:
    """One made-up truth: by how much each primary is worse, and how the policy's runs ended."""

    name: str
    shifts: Mapping[str, float]
    rates: Rates


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the runs came to, of which policy and on which evidence.

    false_promote: the largest share promoted with a primary at its margin; false_block: the share blocked when all is
    equal; each with the limit that it must not exceed. few: whether runs are so few that chance makes that limit wider.
    """

    truths: tuple[Truth, ...]
    conversations: int
    false_promote: float
    false_promote_limit: float
    false_block: float
    false_block_limit: float
    policy_sha256: str
    evidence_sha256: str
    few: bool

    @property
    def kept(self) -> bool:
        """Whether both rates are within their limits."""
        return self.false_promote <= self.false_promote_limit and self.false_block <= self.false_block_limit


def calibrate(evidence: PairedEvidence, policy: GatePolicy, *, runs: int, seed: int, tell: Tell) -> Calibration:
    """Return the rates of `runs` made-up comparisons for each truth; DataError when the evidence has too little.

    A comparison has as many conversations as the policy plans with, else as the evidence holds.
    """
    refuse_unmeasured(evidence, policy.compared_metrics)
    n = policy.decision.conversations or len(evidence.ids)
    truths = dict(_truths(evidence, policy))
    ends: dict[str, list[Ends]] = {name: [] for name in truths}
    rows = max(1, BLOCK // n)
    seeds = np.random.SeedSequence(seed).spawn(math.ceil(runs / rows))
    for number, own in enumerate(seeds):
        tell(f"{number * rows} of {runs} runs")
        block = _Block(evidence, policy, (min(rows, runs - number * rows), n), own)
        for name, shifts in truths.items():
            ends[name].append(block.ends(shifts))
    found = tuple(Truth(name, shifts, rates(_joined(ends[name]))) for name, shifts in truths.items())
    decision = policy.decision
    return Calibration(
        truths=found,
        conversations=n,
        false_promote=max(each.rates.promote for each in found if each.name.endswith("at its margin")),
        false_promote_limit=_limit(decision.alpha, runs),
        false_block=found[0].rates.block,
        false_block_limit=_limit(decision.alpha_block, runs),
        policy_sha256=policy.digest,
        evidence_sha256=evidence.digest,
        few=_limit(decision.alpha, runs) > _SLACK * decision.alpha,
    )


def _limit(meant: float, runs: int) -> float:
    """Return how high a rate may come out in so many runs."""
    return max(_SLACK * meant, meant + _ERRORS * math.sqrt(meant * (1 - meant) / runs))


def _joined(blocks: Sequence[Ends]) -> Ends:
    """Return the ends of all blocks, look by look."""
    return [(looks[0][0], [each for _, outcomes in looks for each in outcomes]) for looks in zip(*blocks, strict=True)]


def _truths(evidence: PairedEvidence, policy: GatePolicy) -> Iterator[tuple[str, Mapping[str, float]]]:
    margins = {each.metric: margin_of(evidence, policy, each.metric) for each in policy.primary}
    none = dict.fromkeys(margins, 0.0)
    yield "all equal", none
    for metric, margin in margins.items():
        yield f"{metric} at its margin", {**none, metric: -margin}
    if len(margins) > 1:
        yield "every primary at its margin", {metric: -margin for metric, margin in margins.items()}
    for metric, margin in margins.items():
        yield f"{metric} at twice its margin", {**none, metric: -2 * margin}


class _Block:
    """Some runs of one policy; bounds are kept, since most truths share most of them."""

    def __init__(
        self, evidence: PairedEvidence, policy: GatePolicy, size: tuple[int, int], seed: np.random.SeedSequence
    ) -> None:
        self._looks, self._level = looks_of(policy, size[1]), level_of(policy)
        self._tests = tests_of(evidence, policy)
        self._pairs = {test.name: pairs_of(evidence, policy, test.name) for test in self._tests}
        rng = np.random.Generator(np.random.PCG64(seed))
        self._rows = rng.integers(0, len(evidence.ids), size=size, dtype=np.int32)
        self._chance = rng.random((2, *size), dtype=np.float32)
        self._known: dict[tuple[str, float, int], list[Bounds]] = {}

    def ends(self, shifts: Mapping[str, float]) -> Ends:
        """Return how the runs end, look by look, when the primaries differ by `shifts` and nothing else does."""
        ends: Ends = []
        for n in self._looks:
            bounds = {test.name: self._bounds(test.name, shifts.get(test.name, 0.0), n) for test in self._tests}
            ends.append((n, judged(self._tests, bounds, self._level)))
        return ends

    def _bounds(self, metric: str, shift: float, n: int) -> Sequence[Bounds]:
        key = metric, shift, n
        if key not in self._known:
            pairs = self._pairs[metric]
            drawn = self._binary(pairs, shift) if pairs.binary else self._continuous(pairs, shift)
            self._known[key] = bounds_at(drawn, n, self._level)
        return self._known[key]

    def _continuous(self, pairs: Pairs, shift: float) -> Matrix:
        differences = pairs.differences
        centred: npt.NDArray[np.float64] = differences - differences.mean() + shift
        return centred[self._rows]

    def _binary(self, pairs: Pairs, shift: float) -> Matrix:
        """Swap roles at random, then turn right answers wrong at random, so that the shares differ by `shift`."""
        swapped = self._chance[0] < 0.5
        before, now = pairs.baseline[self._rows] > 0, pairs.candidate[self._rows] > 0
        baseline, candidate = np.where(swapped, now, before), np.where(swapped, before, now)
        right = float(pairs.baseline.mean() + pairs.candidate.mean()) / 2
        if right < -shift:
            raise DataError(
                "so few answers are right that none can be worse by the margin",
                where="evidence",
                got=f"{right:.3f} of the answers",
                expected=f"more than {-shift:g}",
                remedy="Choose a smaller margin, or another primary.",
            )
        spoiled = self._chance[1] * right < -shift
        differences: Matrix = np.subtract(candidate & ~spoiled, baseline, dtype=np.int8)
        return differences
