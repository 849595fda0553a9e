"""Bounds of quantiles: against scipy's sign test and against resampling one time at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from harness.gate.statistics.quantiles import fewest_times, quantile_bounds, ratio_bounds

TIMES = np.random.default_rng(3).lognormal(0, 0.6, 333)


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
def test_bound_is_that_of_scipy(share: float) -> None:
    """The upper bound is an order statistic, the one that scipy's quantile test chooses."""
    expected = stats.quantile_test(TIMES, p=share, alternative="less").confidence_interval(0.95).high

    assert quantile_bounds(TIMES, share, 2.0, 0.05).upper == expected


@pytest.mark.parametrize("limit", [1.5, 2.5, 3.5])
def test_p_of_harm_is_that_of_scipy(limit: float) -> None:
    """The p value is scipy's, of the quantile being above the limit."""
    expected = stats.quantile_test(TIMES, q=limit, p=0.95, alternative="greater").pvalue

    assert quantile_bounds(TIMES, 0.95, limit, 0.05).p_harm == pytest.approx(expected)


@pytest.mark.parametrize(("share", "n"), [(0.5, 5), (0.9, 29), (0.95, 59), (0.99, 299)])
def test_fewer_times_have_no_bound(share: float, n: int) -> None:
    """One time less than the fewest leaves the quantile without any bound."""
    assert fewest_times(share, 0.05) == n
    assert math.isinf(quantile_bounds(TIMES[: n - 1] if n < 333 else TIMES, share, 9, 0.05).upper)
    assert quantile_bounds(TIMES[:n], share, 9, 0.05).upper == TIMES[:n].max()


def test_answers_that_never_came_are_slower_than_any() -> None:
    """Infinite times count as beyond every limit, and make the bound infinite when there are too many."""
    times = np.append(TIMES, [math.inf] * 40)

    found = quantile_bounds(times, 0.95, 100.0, 0.05)

    assert (found.upper, found.p_harm < 0.001) == (math.inf, True)


def test_no_time_at_all_bounds_nothing() -> None:
    """Without times there is neither an estimate nor a bound, and no harm."""
    found = quantile_bounds(TIMES[:0], 0.95, 1.0, 0.05)

    assert (math.isnan(found.estimate), found.upper, found.p_harm) == (True, math.inf, 1.0)


def test_ratio_is_bounded_as_by_resampling_one_by_one() -> None:
    """The bounds are those of a plain bootstrap of both sides, up to chance."""
    rng, slower = np.random.default_rng(1), np.random.default_rng(2).lognormal(0.1, 0.6, 280)

    def resampled(times: np.ndarray) -> np.ndarray:
        drawn = times[rng.integers(0, len(times), (9_999, len(times)))]
        return np.quantile(drawn, 0.95, axis=1, method="inverted_cdf")

    expected = np.quantile(resampled(slower) / resampled(TIMES), [0.05, 0.95])
    found = ratio_bounds(TIMES, slower, 0.95, 1.25, 0.05, alpha_harm=0.05, resamples=9_999, seed=0)

    assert (found.lower, found.upper) == pytest.approx(tuple(expected), rel=0.03)


def test_ranks_of_resampled_quantiles_have_their_exact_distribution() -> None:
    """The k-th smallest of a resample is at most the j-th time as often as j/n is drawn k times or more."""
    n, k = 400, 380
    times = np.arange(1.0, n + 1)
    exact = stats.binom.sf(k - 1, n, times / n)
    found = ratio_bounds(np.ones(n), times, 0.95, 1.25, 0.05, alpha_harm=0.05, resamples=99_999, seed=0)

    assert found.estimate == k
    assert [found.lower, found.upper] == pytest.approx([times[exact >= share][0] for share in (0.05, 0.95)], abs=1)


@pytest.mark.parametrize(("factor", "within"), [(1.0, True), (3.0, False)])
def test_ratio_is_compared_with_the_limit(factor: float, within: bool) -> None:
    """Equal times are within 1.25 times with some harm left open; three times as slow is surely not."""
    times = np.tile(TIMES, 6)
    found = ratio_bounds(times, times * factor, 0.95, 1.25, 0.05, alpha_harm=0.05, resamples=999, seed=0)

    assert (found.estimate, found.upper <= 1.25, found.p_harm > 0.05) == (pytest.approx(factor), within, within)


def test_ratio_with_answers_that_never_came_is_no_number() -> None:
    """When the candidate's quantile is infinite, so are the ratio and its bound."""
    slow = np.append(TIMES[:100], [math.inf] * 20)
    found = ratio_bounds(TIMES, slow, 0.95, 1.25, 0.05, alpha_harm=0.05, resamples=999, seed=0)

    assert (found.estimate, found.upper) == (math.inf, math.inf)
