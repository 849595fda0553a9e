"""The studentized bootstrap: against a plain one, against scipy, where it degenerates, and whatever the machine."""

from __future__ import annotations

import math
import os
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from harness.gate.statistics.bootstrap_t import bootstrap_t
from harness.gate.statistics.bounds import Bounds
from harness.gate.statistics.clopper_pearson import upper_bound


def bounds(values: object, alpha: float = 0.05, seed: int = 0, resamples: int = 9_999) -> Bounds:
    """Return the bounds of one column."""
    return bootstrap_t([np.asarray(values, dtype=float)], alpha, alpha, resamples=resamples, seed=seed)[0]


def skewed(n: int, seed: int = 0) -> np.ndarray:
    """Return differences of which 3 % collapse."""
    rng = np.random.default_rng(seed)
    return rng.normal(0, 0.12, n) - 0.5 * (rng.random(n) < 0.03)


@pytest.mark.parametrize("values", [skewed(60), skewed(300), np.random.default_rng(1).exponential(size=40)])
def test_bounds_are_those_of_a_plain_bootstrap(values: np.ndarray) -> None:
    """Drawing rows one resample at a time gives the same bounds, up to the chance of another seed."""
    n, rng = len(values), np.random.default_rng(7)
    drawn = values[rng.integers(0, n, (40_000, n))]
    t = (drawn.mean(axis=1) - values.mean()) / (drawn.std(axis=1, ddof=1) / math.sqrt(n))
    error = values.std(ddof=1) / math.sqrt(n)
    plain = values.mean() - error * np.quantile(t, [0.95, 0.05])

    found = bounds(values, resamples=40_000)

    assert [found.lower, found.upper] == pytest.approx(plain, abs=0.06 * error)


def test_bounds_are_near_those_of_scipy() -> None:
    """On many symmetric differences percentile, BCa and t bounds of scipy say the same."""
    values = np.random.default_rng(3).normal(0.01, 0.15, 800)
    found, error = bounds(values), values.std(ddof=1) / math.sqrt(800)

    for method in ("percentile", "BCa"):
        other = stats.bootstrap((values,), np.mean, confidence_level=0.9, method=method, rng=np.random.default_rng(0))
        assert (found.lower, found.upper) == pytest.approx(tuple(other.confidence_interval), abs=0.06 * error)
    t = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    assert found.t_interval == pytest.approx((t.low, t.high), rel=1e-9)


def test_p_of_harm_is_near_that_of_a_t_test() -> None:
    """On many symmetric differences the p value is that of Student's one-sided test."""
    values = np.random.default_rng(5).normal(-0.01, 0.15, 800)
    student = stats.ttest_1samp(values, 0, alternative="less").pvalue

    assert bounds(values).p_harm == pytest.approx(student, abs=0.01)


def test_skewed_losses_reach_further_down_than_student_says() -> None:
    """Where a few answers collapse, the lower bound is further away than that of the t interval."""
    found = bounds(skewed(300))

    assert found.t_interval is not None
    assert found.lower < found.t_interval[0]


@pytest.mark.parametrize("value", [0.0, -0.25, 0.1])
def test_equal_differences_have_bounds_without_width(value: float) -> None:
    """When all differences are alike, both bounds are that difference."""
    found = bounds([value] * 30)

    assert (found.estimate, found.lower, found.upper) == pytest.approx((value, value, value))


@pytest.mark.parametrize(("value", "p"), [(0.0, 1.0), (0.1, 1.0), (-0.1, 1 / 10_000)])
def test_equal_differences_are_harm_only_if_they_are_losses(value: float, p: float) -> None:
    """Without any spread a loss is sure, and no loss is none."""
    assert bounds([value] * 30).p_harm == p


@pytest.mark.parametrize("values", [[], [0.3], [0.1, 0.4]])
def test_next_to_nothing_bounds_nothing(values: list[float]) -> None:
    """None, one, or two unlike differences leave the mean unbounded, and show no harm."""
    found = bounds(values)

    assert (found.lower, found.upper, found.p_harm > 0.05) == (-math.inf, math.inf, True)


@pytest.mark.parametrize("losses", [1, 2])
def test_few_losses_among_equal_answers_are_bounded_by_their_number(losses: int) -> None:
    """What most resamples miss is bounded by how many there can be: Clopper and Pearson's limit of the worst loss."""
    found = bounds([0.0] * (300 - losses) + [-0.6] * losses)

    assert found.lower == pytest.approx(-0.6 * upper_bound(losses, 300, 0.05))
    assert found.lower < found.estimate


def test_differences_that_only_rounding_tells_apart_are_alike() -> None:
    """Scores that differ by the same amount, but for how a subtraction is rounded, count as alike."""
    baseline = np.random.default_rng(0).random(200)
    candidate = baseline - 0.1
    candidate[7] = 0.0

    found = bounds(candidate - baseline)

    assert found.lower == pytest.approx(-0.1 - (baseline[7] - 0.1) * upper_bound(1, 200, 0.05))


def test_few_gains_are_bounded_likewise() -> None:
    """The upper bound of few gains among equal answers mirrors the lower one of few losses."""
    assert bounds([0.0] * 299 + [0.6]).upper == -bounds([0.0] * 299 + [-0.6]).lower


def test_columns_do_not_influence_each_other() -> None:
    """A column has the same bounds alone and among others."""
    columns = [skewed(100, seed) for seed in range(5)]
    together = bootstrap_t(columns, 0.05, 0.05, resamples=999, seed=4)

    assert together == [bounds(column, seed=4, resamples=999) for column in columns]


def test_two_error_rates_take_one_bound_each() -> None:
    """The first rate is that of the lower bound, the second that of the upper one."""
    values = skewed(100)
    mixed = bootstrap_t([values], 0.01, 0.1, resamples=9_999, seed=0)[0]

    assert mixed.lower == bounds(values, alpha=0.01).lower
    assert mixed.upper == bounds(values, alpha=0.1).upper


@pytest.mark.parametrize("threads", ["1", "2", "4"])
def test_bounds_are_the_same_to_the_last_bit_with_any_number_of_threads(threads: str) -> None:
    """The product of matrices is exact, so how many threads take it makes no difference."""
    program = (
        "import numpy as np; from harness.gate.statistics.bootstrap_t import bootstrap_t;"
        "d = np.random.default_rng(0).normal(0, 0.1, (3, 3001));"
        "print([x.hex() for b in bootstrap_t(list(d), 0.05, 0.05, resamples=1999, seed=0)"
        " for x in (b.lower, b.upper, b.p_harm)])"
    )
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
    run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    here = bootstrap_t(list(np.random.default_rng(0).normal(0, 0.1, (3, 3001))), 0.05, 0.05, resamples=1999, seed=0)

    assert run.stdout.strip() == str([x.hex() for b in here for x in (b.lower, b.upper, b.p_harm)])


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_bounds_scale_with_the_differences(scale: float) -> None:
    """Differences a thousand million times as large have bounds as many times as large."""
    values = skewed(80)
    one, other = bounds(values), bounds(values * scale)

    assert (other.lower / scale, other.upper / scale) == pytest.approx((one.lower, one.upper), rel=1e-5)
