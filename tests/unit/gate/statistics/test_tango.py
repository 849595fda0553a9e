"""Tango's score interval: against published values, against its definition, at its edges."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, stats

from harness.gate.statistics.tango import fewest_pairs, score, tango, tango_lower, tango_of_counts


@pytest.mark.parametrize(
    ("wins", "losses", "n", "confidence", "low", "high"),
    [
        (9, 3, 32, 0.95, -0.027, 0.390),  # Tango 1998, his first example
        (0, 1, 44, 0.90, -0.096, 0.037),  # Tango 1998, his second example
        (1, 7, 21, 0.95, -0.517, -0.026),  # Fagerland, Lydersen and Laake 2014
        (40, 20, 160, 0.95, 0.0309, 0.2181),  # PropCIs, scoreci.mp
        (28, 25, 618, 0.90, -0.0148, 0.0247),  # PropCIs, scoreci.mp
    ],
)
def test_interval_is_as_published(wins: int, losses: int, n: int, confidence: float, low: float, high: float) -> None:
    """The two-sided interval is what articles and other programs print, to their last digit."""
    alpha = (1 - confidence) / 2
    found = tango_lower(wins, losses, n, alpha), -tango_lower(losses, wins, n, alpha)

    digits = len(str(low).partition(".")[2])
    assert tuple(round(each, digits) for each in found) == (low, high)


@pytest.mark.parametrize(("wins", "losses", "n"), [(43, 0, 44), (0, 0, 44), (1, 1, 14), (0, 9, 500)])
def test_bound_is_where_the_statistic_reaches_the_normal_quantile(wins: int, losses: int, n: int) -> None:
    """The lower bound is the difference that the data contradict at just the error rate."""
    assert score(wins, losses, n, tango_lower(wins, losses, n, 0.05)) == pytest.approx(stats.norm.ppf(0.95))


@pytest.mark.parametrize(("wins", "losses", "n"), [(3, 9, 50), (0, 5, 30), (20, 1, 400)])
def test_statistic_is_that_of_the_restricted_likelihood(wins: int, losses: int, n: int) -> None:
    """The variance is that at the likelihood's maximum under the hypothesis, found here by searching."""
    for difference in (-0.2, -0.05, 0.03):

        def loss(share: float, difference: float = difference) -> float:
            win, rest = share + difference, 1 - 2 * share - difference
            return -sum(k * math.log(p) for k, p in ((wins, win), (losses, share), (n - wins - losses, rest)) if k)

        low, high = max(0.0, -difference), (1 - difference) / 2
        found = optimize.minimize_scalar(loss, bounds=(low + 1e-12, high - 1e-12), method="bounded")
        share = found.x if min(found.fun, loss(low + 1e-12)) == found.fun else low
        variance = n * (2 * share + difference - difference * difference)
        expected = (wins - losses - n * difference) / math.sqrt(variance)
        assert score(wins, losses, n, difference) == pytest.approx(expected, abs=2e-3)


def test_p_of_harm_is_mcnemars_without_correction() -> None:
    """At no difference the statistic is McNemar's: wins less losses by the root of their number."""
    assert tango_of_counts(7, 18, 100, 0.05, 0.05).p_harm == pytest.approx(stats.norm.cdf(-11 / 5))


@pytest.mark.parametrize(("margin", "n"), [(0.03, 88), (0.05, 52), (0.02, 133)])
def test_fewest_pairs_is_where_pairs_without_a_difference_begin_to_pass(margin: float, n: int) -> None:
    """One pair less does not bound the difference within the margin."""
    assert fewest_pairs(margin, 0.05) == n
    assert tango_lower(0, 0, n - 1, 0.05) <= -margin < tango_lower(0, 0, n, 0.05)


def test_pairs_are_counted() -> None:
    """Of the scores only wins and losses matter."""
    baseline, candidate = np.array([1.0, 0, 1, 0, 1]), np.array([1.0, 1, 0, 0, 0])

    assert tango(baseline, candidate, 0.05, 0.05) == tango_of_counts(1, 2, 5, 0.05, 0.05)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_next_to_nothing_is_bounded_by_what_shares_can_be(n: int) -> None:
    """Without pairs, or with one or two, the bounds are those of any two shares, or hardly closer."""
    found = tango_of_counts(0, 0, n, 0.05, 0.05)

    assert -1 <= found.lower < -0.5
    assert 0.5 < found.upper <= 1


def test_all_lost_is_a_sure_loss() -> None:
    """When the candidate loses every pair, nothing better than a near total loss is left."""
    found = tango_of_counts(0, 50, 50, 0.05, 0.05)

    assert (found.estimate, found.lower) == (-1, -1)
    assert found.upper < -0.89
