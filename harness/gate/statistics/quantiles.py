"""Quantiles of times: bounds without any assumption on how times are distributed, and the ratio of two quantiles.

The quantile of n times is the smallest that at least its share of them does not exceed. Times may be infinite.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.gate.statistics.clopper_pearson import fewest_trials, most_events, p_above

__all__ = ["QuantileBounds", "RatioBounds", "fewest_times", "quantile_bounds", "ratio_bounds"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class QuantileBounds:
    """A quantile with its one-sided upper bound, infinite where the times are too few. p_harm: of one in the limit."""

    estimate: float
    upper: float
    p_harm: float
    n: int


@dataclass(frozen=True, slots=True)
class RatioBounds:
    """A ratio of quantiles with one-sided bounds. p_harm: of a ratio within the limit. log_error: of its logarithm."""

    estimate: float
    lower: float
    upper: float
    p_harm: float
    log_error: float


def fewest_times(share: float, alpha: float) -> int:
    """Return how many times bound the quantile `share` at all: 5 the median, 59 the 95th, 299 the 99th at 5 %."""
    return fewest_trials(1 - share, alpha) or 0


def quantile_bounds(times: FloatArray, share: float, limit: float, alpha: float) -> QuantileBounds:
    """Return the bound of one quantile; p_harm is that of as many times beyond `limit` when the quantile is the limit.

    The bound is that of the exact sign test, as of `scipy.stats.quantile_test`.
    """
    n = len(times)
    if n == 0:
        return QuantileBounds(math.nan, math.inf, 1.0, 0)
    ordered = np.sort(times)
    beyond = most_events(n, 1 - share, alpha)
    upper = float(ordered[n - 1 - beyond]) if beyond >= 0 else math.inf
    p_harm = p_above(int(np.sum(times > limit)), n, 1 - share)
    return QuantileBounds(float(ordered[_rank(n, share) - 1]), upper, p_harm, n)


def ratio_bounds(
    baseline: FloatArray,
    candidate: FloatArray,
    share: float,
    limit: float,
    alpha: float,
    *,
    alpha_harm: float,
    resamples: int,
    seed: int,
) -> RatioBounds:
    """Return percentile bootstrap bounds of the candidate's quantile by the baseline's, each resampled on its own.

    Nothing is resampled one by one: the rank of a resample's quantile has a known distribution, that of an order
    statistic of uniform numbers.
    """
    seeds = np.random.SeedSequence(seed).spawn(2)
    drawn = [_resampled(times, share, resamples, own) for times, own in zip((baseline, candidate), seeds, strict=True)]
    ratios = np.sort(_ratio(drawn[1], drawn[0]))
    centre = [np.sort(times)[_rank(len(times), share) - 1 :][:1] for times in (baseline, candidate)]
    beyond, below = (max(1, math.floor(round(each * (resamples + 1), 9))) for each in (alpha, alpha_harm))
    finite = ratios[np.isfinite(ratios) & (ratios > 0)]
    return RatioBounds(
        estimate=float(_ratio(centre[1], centre[0])[0]),
        lower=float(ratios[below - 1]),
        upper=float(ratios[resamples - beyond]),
        p_harm=(1 + int(np.searchsorted(ratios, limit, side="right"))) / (resamples + 1),
        log_error=float(np.std(np.log(finite))) if len(finite) else math.inf,
    )


def _rank(n: int, share: float) -> int:
    return max(1, math.ceil(round(share * n, 9)))


def _resampled(times: FloatArray, share: float, resamples: int, seed: np.random.SeedSequence) -> FloatArray:
    n = len(times)
    rank = _rank(n, share)
    uniform = np.random.Generator(np.random.PCG64(seed)).beta(rank, n - rank + 1, size=resamples)
    drawn: FloatArray = np.sort(times)[np.minimum((uniform * n).astype(np.intp), n - 1)]
    return drawn


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Divide; what is infinite stays infinite, whatever it is compared with, and no time by no time is 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: FloatArray = np.where(np.isinf(above), np.inf, above / below)
    return np.nan_to_num(ratio, nan=1.0, posinf=np.inf)
