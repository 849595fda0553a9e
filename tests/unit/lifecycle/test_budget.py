"""What a run may use: hours from its start, and money while something bills."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standins import NOON, virtual_clock

from harness.decide.cost import Estimate, Load, Price
from harness.errors import BudgetRefused, OverBudget
from harness.lifecycle.budget import Budget, find_refusal
from harness.lifecycle.report import Used
from harness.spec.document import BudgetSection


def estimate(cost: float | None = 10.0, hours: float = 1.0) -> Estimate:
    """A run of so many hours on one machine that costs so much in all."""
    price = Price(None if cost is None else cost / hours, "the size list has no price for it")
    load = Load("cluster", "Standard_ND40rs_v2", 1, hours * 3600, hours * 7200, price)
    return Estimate({"pipeline": hours * 3600}, {"pipeline": hours * 7200}, (), (load,), "USD")


def test_hours_end_so_long_after_the_start() -> None:
    """Whatever bills."""
    clock = virtual_clock()
    budget = Budget(BudgetSection(max_hours=2), clock)
    clock.sleep(3600)
    cap = budget.cap

    assert cap is not None
    assert (cap.at, cap.budget) == (NOON + timedelta(hours=2), "the budget of 2 h")


def test_money_ends_when_the_rate_has_used_it_up() -> None:
    """An hour at 10, nothing for an hour, then 5 an hour: of 20 there are two hours left."""
    clock = virtual_clock()
    budget = Budget(BudgetSection(max_cost=20), clock)
    for rate in (10.0, 0.0, 5.0):
        budget.bills(rate)
        clock.sleep(3600)
    cap = budget.cap

    assert cap is not None
    assert (cap.at, cap.budget) == (NOON + timedelta(hours=4), "the budget of 20 USD")
    assert budget.used == Used(3.0, 15.0)


@pytest.mark.parametrize("section", [BudgetSection(), BudgetSection(max_cost=5)])
def test_what_is_not_limited_has_no_end(section: BudgetSection) -> None:
    """Neither has money while nothing bills."""
    assert Budget(section, virtual_clock()).cap is None


@pytest.mark.parametrize("section", [BudgetSection(max_hours=1e300), BudgetSection(max_cost=1e300)])
def test_a_budget_larger_than_a_calendar_is_one(section: BudgetSection) -> None:
    """No instant is so far away."""
    budget = Budget(section, virtual_clock())
    budget.bills(1e-9)

    assert budget.cap is not None


def test_the_nearer_end_counts() -> None:
    """Both limits at once."""
    budget = Budget(BudgetSection(max_hours=2, max_cost=1), virtual_clock())
    budget.bills(10.0)
    cap = budget.cap

    assert cap is not None
    assert cap.budget == "the budget of 1 USD"


def test_a_step_is_not_begun_when_nothing_is_left() -> None:
    """The error says what was used."""
    clock = virtual_clock()
    budget = Budget(BudgetSection(max_hours=1), clock)
    budget.check("deploy")
    clock.sleep(3600)
    with pytest.raises(OverBudget, match=r"deploy: the budget of 1 h was used up .* got 1.00 h, 0.00 USD"):
        budget.check("deploy")


def test_money_that_nobody_can_count_is_not_counted() -> None:
    """A run without a limit of money goes on, and says that it does not know."""
    budget = Budget(BudgetSection(), virtual_clock())
    budget.bills(None)

    assert budget.used.cost is None


def test_a_limit_of_money_that_cannot_be_counted_is_refused() -> None:
    """The remedy is a price."""
    with pytest.raises(BudgetRefused, match=r"\[prices\]"):
        Budget(BudgetSection(max_cost=5), virtual_clock()).bills(None)


@pytest.mark.parametrize(
    "section", [BudgetSection(), BudgetSection(max_hours=1), BudgetSection(max_cost=10), BudgetSection(max_cost=11)]
)
def test_a_run_within_its_budget_may_begin(section: BudgetSection) -> None:
    """To the last minute, and to the last cent."""
    assert find_refusal(section, estimate()) is None


@pytest.mark.parametrize(
    ("section", "planned", "said"),
    [
        (BudgetSection(max_hours=0.5), estimate(), "expected to take longer than its budget allows; got about 1.00 h"),
        (BudgetSection(max_cost=9.5), estimate(), "expected to cost more .* got about 10.00 USD; expected at most 9.5"),
        (
            BudgetSection(max_cost=9.5),
            estimate(None),
            r"not known.*no price.*\[prices\] of the spec: Standard_ND40rs_v2",
        ),
    ],
)
def test_a_run_beyond_its_budget_is_refused(section: BudgetSection, planned: Estimate, said: str) -> None:
    """With what is expected, what is allowed, and what to change; it is wrong use."""
    refusal = find_refusal(section, planned)

    assert isinstance(refusal, BudgetRefused)
    with pytest.raises(BudgetRefused, match=said):
        raise refusal
    assert refusal.exit_code == 2


def test_hours_can_be_kept_without_prices() -> None:
    """Only money needs them."""
    assert find_refusal(BudgetSection(max_hours=2), estimate(None)) is None


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(0, 100_000)), max_size=8), st.floats(0.1, 1e6))
def test_at_its_end_a_budget_is_used_up_to_the_cent(phases: list[tuple[float, int]], limit: float) -> None:
    """Whatever billed before: waiting until the cap uses exactly what is allowed, or what was used already."""
    clock = virtual_clock()
    budget = Budget(BudgetSection(max_cost=limit), clock)
    for rate, seconds in phases:
        budget.bills(rate)
        clock.sleep(seconds)
    spent = budget.spent
    budget.bills(1.0)
    cap = budget.cap
    assert cap is not None
    clock.sleep(max(0.0, (cap.at - clock.now()).total_seconds()))

    assert budget.spent == pytest.approx(max(spent, limit), rel=1e-6, abs=1e-6)
