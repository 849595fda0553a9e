"""Traffic of an endpoint: shifting shares."""

from __future__ import annotations

import pytest

from harness.decide.traffic import Division, shift
from harness.errors import ParameterError


@pytest.mark.parametrize(
    ("current", "percent", "expected"),
    [
        ({}, 100, {"demo": 100}),
        ({"demo": 0}, 100, {"demo": 100}),
        ({"demo": 100}, 0, {"demo": 0}),
        ({"blue": 100}, 10, {"blue": 90, "demo": 10}),
        ({"blue": 100, "demo": 0}, 100, {"blue": 0, "demo": 100}),
        ({"blue": 90, "demo": 10}, 0, {"blue": 100, "demo": 0}),
        ({"a": 50, "b": 50}, 1, {"a": 50, "b": 49, "demo": 1}),
        ({"a": 60, "b": 30, "c": 10}, 50, {"a": 30, "b": 15, "c": 5, "demo": 50}),
    ],
)
def test_others_give_way_in_proportion(current: dict[str, int], percent: int, expected: dict[str, int]) -> None:
    """The deployment gets its share, the others keep their proportions, and nobody is forgotten."""
    assert shift(current, "demo", percent) == expected


@pytest.mark.parametrize("percent", [-1, 101])
def test_share_outside_0_to_100_is_refused(percent: int) -> None:
    """A share is a percentage."""
    with pytest.raises(ParameterError, match="share"):
        shift({"blue": 100}, "demo", percent)


@pytest.mark.parametrize("current", [{}, {"demo": 100}, {"blue": 0}])
def test_share_that_nobody_can_complete_is_refused(current: dict[str, int]) -> None:
    """Where no other deployment serves, a part of the traffic would go nowhere."""
    with pytest.raises(ParameterError, match="no other deployment can take the 50 %"):
        shift(current, "demo", 50)


def test_divisions_are_compared_as_azure_keeps_them() -> None:
    """Case, order and shares of 0 make no difference; the mirror does."""
    one, other = Division.of({"Blue": 100, "green": 0}), Division.of({"green": 0, "blue": 100}, {"x": 0})

    assert one == other
    assert one != Division.of({"blue": 100}, {"green": 10})


def test_a_deployment_gets_requests_or_copies_and_never_both() -> None:
    """With its first live share a deployment loses its copies, and those of another one stay."""
    saved = Division.of({"blue": 100})

    assert saved.copying_to("Green", 10).giving("green", 10) == Division.of({"blue": 90, "green": 10})
    assert saved.copying_to("red", 10).giving("green", 10).mirror == {"red": 10}


@pytest.mark.parametrize("percent", [0, 51])
def test_more_copies_than_azure_makes_are_refused(percent: int) -> None:
    """At most half of the requests can be copied."""
    with pytest.raises(ParameterError, match="copies"):
        Division.of({"blue": 100}).copying_to("green", percent)


def test_a_division_is_told_in_a_few_words() -> None:
    """Live shares first, then the copies."""
    assert str(Division.of({"green": 10, "blue": 90}, {"red": 5})) == "blue 90 %, green 10 %, copies of 5 % to red"
    assert str(Division.of({})) == "nobody"
