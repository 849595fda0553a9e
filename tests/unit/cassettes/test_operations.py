"""Long-running operations in recorded traffic."""

from __future__ import annotations

import pytest
from exchanges import HOST, made

from harness.cassettes.operations import has_ended, unfinished
from harness.cassettes.tape import Interaction

BEGUN = made("/e", "PUT", status=201, answered_headers={"Azure-AsyncOperation": f"{HOST}/operations/1?t=1"})


def _polled(status: str) -> Interaction:
    return made("/operations/1?t=1", answered={"status": status})


def _resource(state: str) -> Interaction:
    return made("/e", answered={"properties": {"provisioningState": state}})


def _places(*interactions: Interaction) -> list[str]:
    return [place for place, _ in unfinished(interactions)]


def test_operation_that_ended_is_finished() -> None:
    """What counts is what was seen last."""
    assert _places(BEGUN, _polled("InProgress"), _polled("Succeeded")) == []


def test_operation_that_was_left_is_unfinished() -> None:
    """An operation last seen in progress has not ended."""
    assert _places(BEGUN, _polled("InProgress")) == ["management.azure.com/operations/1"]


def test_resource_on_its_way_is_unfinished() -> None:
    """A resource last seen in a state that passes has not ended."""
    assert _places(_resource("Succeeded"), _resource("Updating")) == ["management.azure.com/e"]


def test_what_was_deleted_need_not_end() -> None:
    """Who deletes a resource, or what holds it, does not wait for it any more."""
    assert _places(BEGUN, _polled("InProgress"), made("/e", "DELETE", status=202)) == []
    assert _places(made("/e/d", answered={"properties": {"provisioningState": "Creating"}}), made("/e", "DELETE")) == []


@pytest.mark.parametrize(
    ("status", "body", "ended"),
    [
        (202, None, False),
        (200, None, True),
        (200, {"status": "Failed"}, True),
        (200, {"status": "Running"}, False),
        (200, {"properties": {"provisioningState": "Creating"}}, False),
        (200, {"value": []}, True),
        (200, [1], True),
        (200, b"no json", True),
        (200, {"status": 7}, True),
    ],
)
def test_an_answer_tells_whether_there_is_more_to_come(status: int, body: object, ended: bool) -> None:
    """A status of 202, and states that are no end, say that there is."""
    assert has_ended(made(answered=body, status=status).response) is ended
