"""Bounds of a mean by the studentized bootstrap (Efron 1982; Hall 1988), for many columns of differences at once.

A resample gives each difference a weight, how often it was drawn; sums over all resamples are then one matrix product.
Differences are centred and rounded to whole numbers so small that every such sum is exact. So the product may be
taken in any order, by any number of threads and on any machine: the bounds are the same to the last bit. The mean and
its standard error are taken from the differences as they are. The rounding is 2^-19 of the largest deviation at
10,000 differences, far below what 9,999 resamples can tell.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from harness.gate.statistics.bounds import Bounds
from harness.gate.statistics.clopper_pearson import upper_bound

__all__ = ["bootstrap_t"]

FloatArray = npt.NDArray[np.float64]

_CHUNK = 1 << 21
"""Draws of one chunk: 200 resamples of 10,000 differences, in 40 MiB. Chunks have seeds of their own."""

_ALIKE = 1e-9
"""Differences are alike up to this share of the largest: the rest is how a subtraction was rounded."""

_NO_SPREAD = 4.0
"""A sum of squares up to this, in units of the rounding, is none: all that was drawn is alike."""


def bootstrap_t(
    columns: Sequence[FloatArray],
    alpha: float,
    alpha_harm: float,
    *,
    resamples: int,
    seed: int,
) -> list[Bounds]:
    """Return the bounds of each column's mean: the lower one at `alpha`, the upper one at `alpha_harm`.

    Columns are equally long and hold finite numbers. Fewer than two differences bound nothing. All alike: the bounds
    have no width. Where most are alike and resamples often miss those that are not, what cannot be resampled is
    bounded by their number instead (`_by_number`).
    """
    if not columns:
        return []
    n = len(columns[0])
    if n < 2:
        return [_unbounded(column) for column in columns]
    rounded = [_Rounded.of(column) for column in columns]
    studentized = _studentized(rounded, n, resamples, seed)
    pairs = zip(columns, rounded, studentized.T, strict=True)
    return [_bounds(column, own, values, alpha, alpha_harm) for column, own, values in pairs]


@dataclass(frozen=True, slots=True)
class _Rounded:
    """Differences less their mean, in ascending order, as whole numbers.

    sign: -1 where they were mirrored first, so that swapped roles draw the same resamples. symmetric: mirrored, they
    are the same.
    """

    values: FloatArray
    mean: float
    error: float
    sign: int
    symmetric: bool

    @classmethod
    def of(cls, column: FloatArray) -> _Rounded:
        n = len(column)
        mean = math.fsum(column) / n
        centred = column - mean
        error = math.sqrt(math.fsum(centred * centred) / (n - 1) / n)
        largest = float(np.max(np.abs(centred)))
        if largest <= 1e-12 * max(1.0, abs(mean)):
            return cls(np.zeros(n), mean, 0.0, 1, True)
        bits = (53 - math.ceil(math.log2(n + 1))) // 2
        scale = math.ldexp(1.0, bits - math.frexp(largest)[1])
        values = np.sort(np.rint(centred * scale))
        mirrored = -values[::-1]
        unlike = np.flatnonzero(values != mirrored)
        if len(unlike) and values[unlike[0]] > mirrored[unlike[0]]:
            return cls(mirrored, mean, error, -1, False)
        return cls(values, mean, error, 1, not len(unlike))


def _studentized(rounded: Sequence[_Rounded], n: int, resamples: int, seed: int) -> FloatArray:
    """Return each resample's t statistic, a row a resample and a column a column; infinite where it has no spread."""
    values = np.stack([own.values for own in rounded])
    sums = np.concatenate((values, values * values))
    means = values.sum(axis=1) / n
    rows = max(1, _CHUNK // n)
    drawn = []
    for number, start in enumerate(range(0, resamples, rows)):
        weights = _weights(n, min(rows, resamples - start), np.random.SeedSequence(seed, spawn_key=(number,)))
        drawn.append(_t(weights @ sums.T, means, n))
    return np.concatenate(drawn)


def _weights(n: int, size: int, seed: np.random.SeedSequence) -> FloatArray:
    """Return multinomial weights: `size` times n draws of n, counted."""
    drawn = np.random.Generator(np.random.PCG64(seed)).integers(0, n, size=(size, n), dtype=np.int32).astype(np.intp)
    drawn += (np.arange(size, dtype=np.intp) * n)[:, np.newaxis]
    return np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n).astype(np.float64)


def _t(sums: FloatArray, means: FloatArray, n: int) -> FloatArray:
    total, squares = np.split(sums, 2, axis=1)
    spread = squares - total * total / n
    away = total / n - means
    with np.errstate(divide="ignore", invalid="ignore"):
        t = away / np.sqrt(spread / (n - 1) / n)
    nothing = spread <= _NO_SPREAD
    t[nothing] = np.where(np.abs(away) < 0.5, 0.0, np.copysign(np.inf, away))[nothing]
    return t


def _bounds(column: FloatArray, own: _Rounded, values: FloatArray, alpha: float, alpha_harm: float) -> Bounds:
    n = len(column)
    if own.error == 0:
        p = 1 / (len(values) + 1) if own.mean < 0 else 1.0
        return Bounds(own.mean, own.mean, own.mean, p, "bootstrap-t", n, (own.mean, own.mean))
    t = np.sort(np.concatenate((values, -values)) if own.symmetric else values * own.sign)
    lower = own.mean - _quantile_above(t, alpha) * own.error
    upper = own.mean + _quantile_above(-t[::-1], alpha_harm) * own.error
    observed = own.mean / own.error
    p_harm = (1 + int(np.searchsorted(t, observed, side="right"))) / (len(t) + 1)
    lower = _by_number(column, alpha) if math.isinf(lower) else lower
    upper = -_by_number(-column, alpha_harm) if math.isinf(upper) else upper
    plain = tuple(float(special.stdtrit(n - 1, 1 - each)) * own.error for each in (alpha, alpha_harm))
    beside = (own.mean - plain[0], own.mean + plain[1])
    return Bounds(own.mean, float(lower), float(upper), p_harm, "bootstrap-t", n, beside)


def _quantile_above(t: FloatArray, alpha: float) -> float:
    """Return the smallest t that at most `alpha` of the resamples go beyond; t is in ascending order."""
    return float(t[len(t) - max(1, math.floor(round(alpha * (len(t) + 1), 9)))])


def _by_number(column: FloatArray, alpha: float) -> float:
    """Return a lower bound for differences that are mostly alike: the few losses can be more, but not larger.

    How many is bounded by Clopper and Pearson's limit. Minus infinity where no value is shared by most of them.
    """
    tick = float(np.max(np.abs(column))) * _ALIKE
    values, counts = np.unique(np.rint(column / tick) * tick, return_counts=True)
    usual = float(values[np.argmax(counts)])
    if 2 * counts.max() <= len(column):
        return -math.inf
    losses = int(counts[values < usual].sum())
    return usual - (usual - float(values[0])) * upper_bound(losses, len(column), alpha)


def _unbounded(column: FloatArray) -> Bounds:
    estimate = float(column[0]) if len(column) else math.nan
    return Bounds(estimate, -math.inf, math.inf, 1.0, "bootstrap-t", len(column))
