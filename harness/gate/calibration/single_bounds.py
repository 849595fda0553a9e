"""How often a single bound errs at the margin, beside that of Student's t: each should in 5 of 100 comparisons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from harness.gate.calibration.operating import Matrix, bounds_at
from harness.gate.policy.sections import DecisionSection
from harness.gate.verdict.level import Level

__all__ = ["BoundRate", "bound_rates"]

_Draw = Callable[[np.random.Generator, tuple[int, int]], Matrix]

_MARGIN = 0.05
_BLOCK = 500


@dataclass(frozen=True, slots=True)
class BoundRate:
    """Scores of one kind, and the share of runs in which the bound, and Student's t, excludes a true loss of m."""

    scores: str
    n: int
    ours: str
    error: float
    student: float
    runs: int


def bound_rates(runs: int, seed: int) -> Iterator[BoundRate]:
    """Yield the rates for skewed scores and for pass rates at several numbers of conversations."""
    seeds = np.random.SeedSequence(seed).spawn(5)
    for n, own in zip((50, 100, 300), seeds, strict=False):
        yield _rate("skewed, 3 % collapses", n, "bootstrap-t", _skewed, runs // 4, own)
    for n, own in zip((50, 200), seeds[3:], strict=True):
        yield _rate("pass rate, 12 % discordant", n, "Tango", _passes, runs, own)


def _rate(scores: str, n: int, ours: str, draw: _Draw, runs: int, seed: np.random.SeedSequence) -> BoundRate:
    level = Level.of(DecisionSection(resamples=1_999))
    rng = np.random.Generator(np.random.PCG64(seed))
    wrong = student = 0
    for start in range(0, runs, _BLOCK):
        for bounds in bounds_at(draw(rng, (min(_BLOCK, runs - start), n)), n, level):
            wrong += bounds.lower > -_MARGIN
            student += bounds.t_interval is not None and bounds.t_interval[0] > -_MARGIN
    return BoundRate(scores, n, ours, wrong / runs, student / runs, runs)


def _skewed(rng: np.random.Generator, size: tuple[int, int]) -> Matrix:
    scores: Matrix = rng.normal(0, 0.12, size) + (rng.random(size) < 0.03) * -0.5 + 0.015 - _MARGIN
    return scores


def _passes(rng: np.random.Generator, size: tuple[int, int]) -> Matrix:
    uniform = rng.random(size)
    win = (0.12 - _MARGIN) / 2
    differences: Matrix = np.subtract(uniform < win, uniform > 1 - (0.12 - win), dtype=np.int8)
    return differences
