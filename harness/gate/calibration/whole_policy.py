"""A whole policy in runs with a known truth: two primaries, six guardrails, two looks.

One primary is continuous and skewed: 3 % of the candidate's answers collapse by 0.5, for which the others make up. The
other is a pass rate with 12 % discordant conversations. Guardrails are equal in truth, and hang together (r = 0.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from harness.gate.calibration.operating import Matrix, Rates, Tell, Test, bounds_at, judged, rates
from harness.gate.policy.sections import DecisionSection
from harness.gate.statistics.bounds import Bounds
from harness.gate.verdict.level import Level

__all__ = ["TRUTHS", "PolicyRates", "PolicyTruth", "policy_rates"]

_CONTINUOUS, _BINARY = 0.02, 0.05
_DISCORDANT = 0.12
_GUARDRAILS = 6
_TESTS = [
    Test("score", "primary", _CONTINUOUS),
    Test("pass", "primary", _BINARY, None),
    *(Test(f"guardrail {number}", "guardrail", 0.0) for number in range(_GUARDRAILS)),
]
_RESAMPLES = 1_999
_ROWS = 500


@dataclass(frozen=True, slots=True)
class PolicyTruth:
    """By how many margins each primary is better; at which numbers of conversations one decides."""

    name: str
    score: float
    passes: float
    looks: tuple[int, ...] = (300, 600)


TRUTHS: tuple[PolicyTruth, ...] = (
    PolicyTruth("equal", 0, 0),
    PolicyTruth("better by m/2", 0.5, 0.5),
    PolicyTruth("worse by m/2 on both", -0.5, -0.5),
    PolicyTruth("the score exactly at -m", -1, 0),
    PolicyTruth("the pass rate exactly at -m", 0, -1),
    PolicyTruth("both at -m", -1, -1),
    PolicyTruth("the score at -2m", -2, 0),
    PolicyTruth("the pass rate at -2m", 0, -2),
    PolicyTruth("fixed n=100, equal", 0, 0, (100,)),
)


@dataclass(frozen=True, slots=True)
class PolicyRates:
    """A truth and how the runs ended."""

    truth: PolicyTruth
    rates: Rates


def policy_rates(runs: int, seed: int, tell: Tell) -> Iterator[PolicyRates]:
    """Yield every truth with its rates over `runs` runs; all truths see the same noise."""
    ends: list[list[tuple[int, list[str]]]] = [[(n, []) for n in truth.looks] for truth in TRUTHS]
    for number, own in enumerate(np.random.SeedSequence(seed).spawn(-(-runs // _ROWS))):
        tell(f"whole policy: {number * _ROWS} of {runs} runs")
        noise = _Noise(min(_ROWS, runs - number * _ROWS), own)
        for truth, looks in zip(TRUTHS, ends, strict=True):
            for n, outcomes in looks:
                outcomes += noise.outcomes(truth, n)
    for truth, looks in zip(TRUTHS, ends, strict=True):
        yield PolicyRates(truth, rates(looks))  # type: ignore[arg-type]


class _Noise:
    """The chance of some runs, and the bounds that it led to under each truth."""

    def __init__(self, rows: int, seed: np.random.SeedSequence) -> None:
        rng = np.random.Generator(np.random.PCG64(seed))
        size = rows, max(max(truth.looks) for truth in TRUTHS)
        collapses = (rng.random(size) < 0.03) * -0.5 + 0.015
        self._score = rng.normal(0, 0.12, size) + collapses
        self._uniform = rng.random(size)
        shared = rng.normal(0, 0.15, size)
        self._guardrails = [
            np.sqrt(0.3) * shared + np.sqrt(0.7) * rng.normal(0, 0.15, size) for _ in range(_GUARDRAILS)
        ]
        self._known: dict[tuple[str, float, int, int], list[Bounds]] = {}

    def outcomes(self, truth: PolicyTruth, n: int) -> Sequence[str]:
        """Return the outcome of every run at `n` conversations."""
        level = Level.of(DecisionSection(looks=2 if len(truth.looks) == 2 else 1, resamples=_RESAMPLES))
        shifts = {"score": truth.score, "pass": truth.passes}
        bounds = {test.name: self._bounds(test.name, shifts.get(test.name, 0), n, level) for test in _TESTS}
        return judged(_TESTS, bounds, level)

    def _bounds(self, name: str, margins: float, n: int, level: Level) -> Sequence[Bounds]:
        key = name, margins, n, level.looks
        if key not in self._known:
            self._known[key] = bounds_at(self._differences(name, margins), n, level)
        return self._known[key]

    def _differences(self, name: str, margins: float) -> Matrix:
        if name == "score":
            return self._score + margins * _CONTINUOUS
        if name == "pass":
            win = (_DISCORDANT + margins * _BINARY) / 2
            loss = _DISCORDANT - win
            differences: Matrix = np.subtract(self._uniform < win, self._uniform > 1 - loss, dtype=np.int8)
            return differences
        guardrail: Matrix = self._guardrails[int(name.split()[1])]
        return guardrail
