"""Exact bounds of a share: against scipy's binomial test, and how many trials they need."""

from __future__ import annotations

import pytest
from scipy import stats

from harness.gate.statistics.clopper_pearson import (
    fewest_trials,
    lower_bound,
    most_events,
    p_above,
    trials_for,
    upper_bound,
)


@pytest.mark.parametrize(("events", "trials"), [(0, 100), (1, 300), (4, 500), (7, 20), (20, 20)])
@pytest.mark.parametrize("alpha", [0.05, 0.0304])
def test_bounds_are_those_of_scipy(events: int, trials: int, alpha: float) -> None:
    """Both one-sided bounds are scipy's exact ones."""
    above = stats.binomtest(events, trials, alternative="less").proportion_ci(1 - alpha, "exact").high
    below = stats.binomtest(events, trials, alternative="greater").proportion_ci(1 - alpha, "exact").low

    assert upper_bound(events, trials, alpha) == pytest.approx(above)
    assert lower_bound(events, trials, alpha) == pytest.approx(below)


@pytest.mark.parametrize(("events", "trials", "limit"), [(0, 100, 0.02), (5, 100, 0.02), (30, 500, 0.05)])
def test_p_value_is_that_of_scipy(events: int, trials: int, limit: float) -> None:
    """The p value of a share above the limit is the exact test's."""
    expected = stats.binomtest(events, trials, limit, alternative="greater").pvalue

    assert p_above(events, trials, limit) == pytest.approx(expected)


@pytest.mark.parametrize(("trials", "events"), [(100, -1), (148, -1), (149, 0), (300, 1), (500, 4)])
def test_so_many_errors_are_allowed_for_two_percent(trials: int, events: int) -> None:
    """With 100 requests nothing shows 2 %; 149 may have no error, 300 one, 500 four."""
    assert most_events(trials, 0.02, 0.05) == events


@pytest.mark.parametrize(("limit", "trials"), [(0.5, 5), (0.1, 29), (0.05, 59), (0.02, 149), (0.01, 299)])
def test_fewest_trials_without_any_event(limit: float, trials: int) -> None:
    """One trial less bounds the share by more than the limit, even without an event."""
    assert fewest_trials(limit, 0.05) == trials
    assert upper_bound(0, trials - 1, 0.05) > limit >= upper_bound(0, trials, 0.05)


def test_trials_for_a_small_share_have_the_power() -> None:
    """With as many trials as are asked for, the bound is within the limit with the power."""
    trials = trials_for(0.02, 0.005, 0.05, 0.8)

    assert trials is not None
    assert stats.binom.cdf(most_events(trials, 0.02, 0.05), trials, 0.005) >= 0.8


@pytest.mark.parametrize("share", [0.02, 0.5, 0.0199999])
def test_no_number_of_trials_shows_what_is_not_so(share: float) -> None:
    """A share that is at the limit, above it, or next to it is never shown to be within it."""
    assert trials_for(0.02, share, 0.05, 0.8) is None
