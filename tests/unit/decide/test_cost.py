"""Prices and costs: nothing is made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.decide.cost import Estimate, Load, OfferedPrice, Price, cost_of, find_price

LINUX, WINDOWS = OfferedPrice(22.0, "USD", "Standard"), OfferedPrice(30.0, "USD", "Standard", os="Windows")
SPOT = OfferedPrice(4.0, "USD", "LowPriority")
EURO = OfferedPrice(20.0, "EUR", "Standard")


def price(
    *offered: OfferedPrice, tiers: tuple[str, ...] = ("Dedicated",), own: dict[str, float] | None = None
) -> Price:
    """The price of a size in USD."""
    return find_price("Standard_ND40rs_v2", tiers, own or {}, offered, "USD")


def load(nodes: int, seconds: float, amount: float | None) -> Load:
    """Machines that bill."""
    return Load("cluster", "S", nodes, seconds, 2 * seconds, Price(amount, "the size list"))


@pytest.mark.parametrize(
    ("offered", "tiers", "amount"),
    [
        ((LINUX, WINDOWS, SPOT), ("Dedicated",), 22.0),
        ((LINUX, SPOT), ("LowPriority",), 4.0),
        ((LINUX, SPOT), ("LowPriority", "Dedicated"), 22.0),
        ((EURO, LINUX), ("Dedicated",), 22.0),
    ],
)
def test_the_price_is_that_of_the_dearest_possible_tier(
    offered: tuple[OfferedPrice, ...], tiers: tuple[str, ...], amount: float
) -> None:
    """Of Linux, by the hour, in the budget's currency."""
    assert price(*offered, tiers=tiers) == Price(amount, "the size list of the workspace")


@pytest.mark.parametrize(
    ("offered", "tiers", "why"),
    [
        ((), ("Dedicated",), "no price for it"),
        ((WINDOWS,), ("Dedicated",), "no Dedicated price"),
        ((LINUX,), ("LowPriority",), "no LowPriority price"),
        ((EURO,), ("Dedicated",), "in EUR, not in USD"),
        ((OfferedPrice(1.0, "USD", "Standard", unit="OneMinute"),), ("Dedicated",), "no Dedicated price"),
    ],
)
def test_a_price_that_nobody_says_is_unknown(
    offered: tuple[OfferedPrice, ...], tiers: tuple[str, ...], why: str
) -> None:
    """The reason is told, and no other price is taken for it."""
    found = price(*offered, tiers=tiers)

    assert found.amount is None
    assert why in found.source


def test_the_users_own_price_wins() -> None:
    """Whatever the case in which the size is spelled."""
    assert price(LINUX, own={"STANDARD_nd40rs_V2": 5.0}) == Price(5.0, "[prices] of the spec")


def test_costs_are_hours_times_nodes_times_price() -> None:
    """Two nodes for half an hour and one for two hours."""
    loads = (load(2, 1800, 10.0), load(1, 7200, 1.0))
    estimate = Estimate({"pipeline": 1800, "deploy": 7200}, {"pipeline": 3600, "deploy": 14400}, (), loads, "USD")

    assert (estimate.hours, estimate.hours_at_most) == (2.5, 5.0)
    assert (estimate.cost, estimate.cost_at_most) == (12.0, 24.0)


def test_one_unknown_price_makes_the_cost_unknown() -> None:
    """The hours are told all the same."""
    loads = (load(2, 1800, None), load(1, 7200, 1.0))
    estimate = Estimate({}, {}, (), loads, "USD")

    assert (estimate.cost, estimate.unpriced, loads[0].per_hour) == (None, (loads[0],), None)
    assert loads[0].node_hours == 1.0


@given(st.lists(st.tuples(st.integers(1, 100), st.floats(0, 1e6), st.floats(0, 1e3)), max_size=5))
def test_a_cost_is_the_sum_of_its_parts(parts: list[tuple[int, float, float]]) -> None:
    """No part is lost, and none counts twice."""
    loads = [load(*part) for part in parts]
    whole = cost_of((one, one.node_hours) for one in loads)

    assert whole == pytest.approx(sum(nodes * seconds / 3600 * amount for nodes, seconds, amount in parts))
