"""Planning: how many conversations a policy needs, and that too few are refused before anything is asked."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import SpecError, UsageError
from harness.gate.planning.plan import Plan, PlannedRule, Spread, plan, refuse_if_underpowered
from tests.unit.gate.comparison import OFF, policy_of

PRIMARY = {"metric": "score", "assumed_sd": 0.15}


def planned(n: int | None = None, spreads: dict[str, Spread] | None = None, **tables: Any) -> Plan:
    """Return the plan of a policy without limits of operation, unless `tables` say otherwise."""
    return plan(policy_of(**{"primary": [PRIMARY], **tables}), n, spreads)


def named(made: Plan, name: str) -> PlannedRule:
    """Return the rule of a name."""
    return next(rule for rule in made.rules if rule.name == name)


def test_one_primary_needs_what_the_table_says() -> None:
    """A scatter of 0.15 and a margin of 0.02 need 348 conversations for 80 %."""
    made = planned(348)

    assert (made.needed, named(made, "score").needed) == (348, 348)
    assert made.power == pytest.approx(0.8, abs=0.001)


def test_two_primaries_need_more_than_one() -> None:
    """Both must pass at once, as if they were independent."""
    made = planned(348, primary=[PRIMARY, {**PRIMARY, "metric": "other"}])

    assert made.power == pytest.approx(0.64, abs=0.002)
    assert made.needed == 472


def test_shares_need_what_pairs_that_differ_ask_for() -> None:
    """Of pass rates the share of pairs that differ counts, and a fewest number where none does."""
    assert planned(primary=[{"metric": "score", "assumed_discordance": 0.12}]).needed == 825
    rare = planned(primary=[{"metric": "score", "assumed_discordance": 0.001}])
    assert (rare.needed, named(rare, "score").needed) == (88, 88)


def test_what_was_measured_wins_over_what_was_assumed() -> None:
    """Scatter that was seen in earlier evidence takes the place of the policy's assumption."""
    assert planned(spreads={"score": Spread(0.10, "continuous")}).needed == 155


def test_limits_need_conversations_too() -> None:
    """An error rate of 2 % needs 149, and more when errors are expected; a 99th percentile needs 299."""
    limits = {"off": ["latency_p95_ratio"], "latency_p99_s": 5.0}
    few = planned(operations=limits, spreads={"score": Spread(0.01, "continuous")})
    some = planned(operations={**limits, "assumed_error_rate": 0.005})

    assert (named(few, "error_rate").needed, few.needed) == (149, 299)
    assert named(some, "error_rate").needed == 386


def test_a_ratio_of_times_needs_what_their_scatter_asks_for() -> None:
    """With a scatter of 0.6 of the logarithm, 300 conversations show a ratio of 1.25 in two of three cases."""
    limits = {"off": ["error_rate"], "assumed_latency_sd": 0.6}
    found = named(planned(300, operations=limits), "latency_p95_ratio")

    assert found.needed == 400
    assert found.power == pytest.approx(0.67, abs=0.04)


def test_two_looks_cost_some_and_save_more() -> None:
    """Two looks need more conversations at most, and fewer on average."""
    one, two = planned(600), planned(600, decision={"looks": 2})

    assert (one.needed, one.expected, two.needed) == (348, 600, 390)
    assert 300 < (two.expected or 0) < 400


def test_too_few_are_refused_with_the_number_that_would_do() -> None:
    """A policy that cannot reach its power is no policy, and the refusal says what it takes."""
    with pytest.raises(UsageError, match="cannot reach its power") as refused:
        refuse_if_underpowered(planned(300))

    assert (refused.value.expected, refused.value.exit_code) == ("348 conversations for a probability of 0.8", 2)


@pytest.mark.parametrize("n", [None, 348, 5_000])
def test_enough_are_not_refused(n: int | None) -> None:
    """With enough conversations, or with none named, there is nothing to refuse."""
    refuse_if_underpowered(planned(n))


def test_the_policys_own_number_counts_where_no_other_is_given() -> None:
    """Conversations that the policy names are planned with."""
    assert planned(decision={"conversations": 500}).conversations == 500


def test_nothing_is_assumed_that_nobody_said() -> None:
    """Without an assumption and without evidence the scatter is not made up."""
    with pytest.raises(SpecError, match="nothing is known of how much score scatters"):
        plan(policy_of(operations=OFF))


def test_a_margin_that_no_number_shows_is_told() -> None:
    """When a million conversations do not do, there is no number."""
    made = planned(1_000, primary=[{**PRIMARY, "margin": 1e-6}])

    assert (made.needed, named(made, "score").needed) == (None, None)
    with pytest.raises(UsageError, match="more than a million"):
        refuse_if_underpowered(made)
