"""Traffic of an endpoint: shifting shares."""

from __future__ import annotations

import pytest

from harness.decide.traffic import shift
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
