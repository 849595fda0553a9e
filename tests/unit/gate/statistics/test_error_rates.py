"""Holm, Pocock and sample sizes: against definitions, simulation and tables."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from harness.gate.statistics.holm import holm
from harness.gate.statistics.pocock import nominal, passes
from harness.gate.statistics.power import conversations_for, power_of


def test_holm_is_as_in_his_example() -> None:
    """The smallest p value is compared with a fourth of the rate, the next with a third, and so on."""
    adjusted = holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005})

    assert adjusted == pytest.approx({"d": 0.02, "a": 0.03, "c": 0.06, "b": 0.06})


@pytest.mark.parametrize("p_values", [{}, {"a": 0.4}])
def test_holm_leaves_a_single_test_as_it_is(p_values: dict[str, float]) -> None:
    """Nothing stays nothing, and one test is compared with the whole rate."""
    assert holm(p_values) == p_values


def test_adjusted_p_values_stay_probabilities() -> None:
    """No adjusted p value exceeds 1."""
    assert holm({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}


def test_holm_blocks_equal_models_at_its_rate() -> None:
    """Of eight tests of nothing, one or more is significant in 5 of 100 cases, and in a third without Holm."""
    p_values = np.random.default_rng(0).random((4_000, 8))
    corrected = [min(holm({str(k): p for k, p in enumerate(row)}).values()) <= 0.05 for row in p_values]

    assert np.mean(corrected) == pytest.approx(0.05, abs=0.012)
    assert np.mean(p_values.min(axis=1) <= 0.05) == pytest.approx(0.34, abs=0.03)


@pytest.mark.parametrize(("alpha", "level"), [(0.05, 0.0304), (0.025, 0.0147), (0.01, 0.0057)])
def test_pococks_level_is_as_in_his_table(alpha: float, level: float) -> None:
    """Two looks at 5 % have 0.0304 each; two-sided 5 % and 2 % are his 0.0294 and 0.0114."""
    assert round(nominal(alpha, 2), 4) == level


def test_pococks_level_keeps_the_rate_in_simulation() -> None:
    """Looking at half and at all of the evidence at this level passes by chance in 5 of 100 cases."""
    halves = np.random.default_rng(1).normal(size=(400_000, 2))
    critical = stats.norm.ppf(1 - nominal(0.05, 2))
    passed = (halves[:, 0] > critical) | (halves.sum(axis=1) / math.sqrt(2) > critical)

    assert passed.mean() == pytest.approx(0.05, abs=0.0015)


def test_looking_twice_without_correction_passes_more() -> None:
    """At 5 % a look, chance passes in 8 of 100 cases."""
    assert passes(0.0, 0.05) == pytest.approx(0.080, abs=0.001)


@pytest.mark.parametrize(
    ("variance", "margin", "sizes"),
    [
        (0.15**2, 0.02, (348, 482)),
        (0.10**2, 0.02, (155, 215)),
        (0.20**2, 0.02, (619, 857)),
        (0.12, 0.03, (825, 1142)),
        (0.12, 0.05, (297, 412)),
        (0.06, 0.03, (413, 571)),
    ],
)
def test_so_many_conversations_are_needed(variance: float, margin: float, sizes: tuple[int, int]) -> None:
    """The textbook's formula, for a power of 80 % and of 90 %."""
    sd = math.sqrt(variance)

    assert tuple(conversations_for(sd, margin, 0.05, power) for power in (0.8, 0.9)) == sizes


@pytest.mark.parametrize("looks", [1, 2])
def test_needed_number_is_the_smallest_with_the_power(looks: int) -> None:
    """With so many the power is there, and with one step less it is not."""
    n = conversations_for(0.15, 0.02, 0.05, 0.8, looks)

    assert n is not None
    assert power_of(n - looks, 0.15, 0.02, 0.05, looks) < 0.8 <= power_of(n, 0.15, 0.02, 0.05, looks)


def test_two_looks_have_the_power_in_simulation() -> None:
    """Of equal models compared at half and at all of the needed number, 80 % pass."""
    n = conversations_for(0.15, 0.02, 0.05, 0.8, 2) or 0
    shift = 0.02 * math.sqrt(n / 2) / 0.15
    halves = np.random.default_rng(2).normal(shift, 1, size=(200_000, 2))
    critical = stats.norm.ppf(1 - nominal(0.05, 2))
    passed = (halves[:, 0] > critical) | (halves.sum(axis=1) / math.sqrt(2) > critical)

    assert passed.mean() == pytest.approx(0.8, abs=0.004)


def test_what_does_not_scatter_needs_one() -> None:
    """Without any scatter one conversation shows all; with a margin next to nothing no number does."""
    assert conversations_for(0.0, 0.02, 0.05, 0.8) == 1
    assert conversations_for(0.3, 1e-9, 0.05, 0.8) is None
