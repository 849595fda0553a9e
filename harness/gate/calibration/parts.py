"""What each part of the method is for: the error that it keeps, and the one that there is without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from harness.gate.calibration.operating import bounds_at
from harness.gate.policy.sections import DecisionSection
from harness.gate.statistics.pocock import nominal
from harness.gate.verdict.level import Level

__all__ = ["PartRate", "drift", "part_rates"]

FloatArray = npt.NDArray[np.float64]

_ALPHA = 0.05
_MARGIN = 0.02


@dataclass(frozen=True, slots=True)
class PartRate:
    """A part: what is counted, the share with the part and without it, in `runs` runs."""

    part: str
    counted: str
    with_it: float
    without: float
    otherwise: str
    runs: int


def part_rates(runs: int, seed: int) -> Iterator[PartRate]:
    """Yield the rates of every part; chance is `seed`."""
    rngs = [np.random.Generator(np.random.PCG64(own)) for own in np.random.SeedSequence(seed).spawn(5)]
    yield _looks(rngs[0], 10 * runs)
    yield _reruns(rngs[1], 10 * runs)
    yield _guardrails(rngs[2], 10 * runs)
    yield from _failed_answers(rngs[3], runs // 5)
    yield _conversations(rngs[4], runs // 5)


def _looks(rng: np.random.Generator, runs: int) -> PartRate:
    """A difference exactly at the margin: the statistic of half, and of all."""
    halves = rng.normal(size=(runs, 2))
    first, second = halves[:, 0], halves.sum(axis=1) / np.sqrt(2)
    ours, naive = (
        float(np.mean((first > critical) | (second > critical)))
        for critical in (-special.ndtri(nominal(_ALPHA, 2)), -special.ndtri(_ALPHA))
    )
    return PartRate("Pocock's level for two looks", "worse by m, promoted", ours, naive, "5 % at each look", runs)


def _reruns(rng: np.random.Generator, runs: int) -> PartRate:
    """The same candidate tried up to three times on new answers; half of a difference's scatter is the answering's."""
    conversations, tries = rng.normal(size=(runs, 1)), rng.normal(size=(runs, 3))
    statistic = np.sqrt(0.5) * conversations + np.sqrt(0.5) * tries
    critical = -special.ndtri(_ALPHA)
    once, ever = np.mean(statistic[:, 0] > critical), np.mean((statistic > critical).any(axis=1))
    return PartRate("no rerun until it fits", "worse by m, promoted", float(once), float(ever), "three tries", runs)


def _guardrails(rng: np.random.Generator, runs: int) -> PartRate:
    p = np.sort(special.ndtr(rng.normal(size=(runs, 8))), axis=1)
    holm = np.mean(p[:, 0] <= _ALPHA / 8)
    uncorrected = np.mean(p[:, 0] <= _ALPHA)
    return PartRate(
        "Holm over 8 guardrails", "all equal, blocked", float(holm), float(uncorrected), "each at 5 %", runs
    )


def _failed_answers(rng: np.random.Generator, runs: int) -> Iterator[PartRate]:
    """Let the candidate fail on the hardest 5 % of 600 conversations, and be equal on the others."""
    n, level = 600, Level.of(DecisionSection(resamples=999))
    hardness = rng.beta(5, 3, (runs, n))
    baseline, candidate = (np.clip(hardness + rng.normal(0, 0.1, (runs, n)), 0, 1) for _ in range(2))
    order = np.argsort(hardness, axis=1)
    failed = np.zeros((runs, n), dtype=bool)
    np.put_along_axis(failed, order[:, : n // 20], True, axis=1)
    worst = candidate * ~failed - baseline
    kept = np.take_along_axis(candidate - baseline, order[:, n // 20 :], axis=1)
    own, dropped = (_promoted(each, level) for each in (worst, kept))
    truth = float(np.mean(worst))
    counted = f"fails on the hardest 5 % ({truth:+.3f}), promoted"
    yield PartRate("a failed answer is the worst", counted, own, dropped, "failed pairs are dropped", runs)
    means = np.mean(kept + np.take_along_axis(baseline, order[:, n // 20 :], axis=1), axis=1)
    apart = float(np.mean(means - baseline.mean(axis=1) > -_MARGIN))
    yield PartRate("a failed answer is the worst", counted, own, apart, "each side's mean without failures", runs)


def _conversations(rng: np.random.Generator, runs: int) -> PartRate:
    """A difference exactly at the margin, 5 turns a conversation that hang together (intraclass correlation 0.3)."""
    n, level = 120, Level.of(DecisionSection(resamples=999))
    shared, turns = rng.normal(size=(runs, n, 1)), rng.normal(size=(runs, n, 5))
    scores = (np.sqrt(0.3) * shared + np.sqrt(0.7) * turns) * 0.15 - _MARGIN
    own, naive = _promoted(scores.mean(axis=2), level), _promoted(scores.reshape(runs, -1), level)
    return PartRate("the conversation is the unit", "worse by m, promoted", own, naive, "the turn is the unit", runs)


def _promoted(differences: FloatArray, level: Level) -> float:
    bounds = bounds_at(differences, differences.shape[1], level)
    return float(np.mean([each.lower > -_MARGIN for each in bounds]))


def drift(runs: int, seed: int) -> Iterator[tuple[str, float, float]]:
    """Yield for each rule where quality is after 20 candidates in turn: on average, and in the worst twentieth.

    A candidate differs from the model in service by -0.004 on average, with a deviation of 0.008; 600 conversations,
    whose differences scatter by 0.15.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    error, z = 0.15 / np.sqrt(600), -special.ndtri(_ALPHA)
    steps, noise = rng.normal(-0.004, 0.008, (runs, 20)), rng.normal(0, error, (2, runs, 20))
    names = ("point estimate above -m", "not significantly worse", "within the margin", "**and within the anchor's**")
    quality = {name: np.zeros(runs) for name in names}
    for step in range(20):
        seen = steps[:, step] + noise[0, :, step]
        for name in names:
            now = quality[name]
            anchored = now + steps[:, step] + noise[1, :, step] - z * error > -0.03
            taken = {
                names[0]: seen > -_MARGIN,
                names[1]: seen + z * error >= 0,
                names[2]: seen - z * error > -_MARGIN,
                names[3]: (seen - z * error > -_MARGIN) & anchored,
            }[name]
            quality[name] = now + steps[:, step] * taken
    for name, values in quality.items():
        yield name, float(values.mean()), float(np.quantile(values, 0.05))
