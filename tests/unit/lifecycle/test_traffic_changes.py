"""Changing an endpoint: never silenced, never while it is busy, and read back with its mirror and its tags."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from standins import Answers, Notes, poller, refusal, virtual_clock

from harness.decide.traffic import Division
from harness.errors import DeploymentFailed, ParameterError, Unfinished
from harness.lifecycle.traffic import Settings, change_endpoint, read_settings, set_traffic
from harness.lifecycle.waiting import Waiting

MIRRORED = Division.of({"blue": 100}, {"green": 10})


def waiting() -> Waiting:
    """A minute of virtual time."""
    return {"clock": virtual_clock(), "deadline_s": 60, "watch": Notes()}


def endpoint(division: Division, state: str = "Succeeded", **tags: str) -> Any:
    """An endpoint as the SDK returns it."""
    return SimpleNamespace(
        name="e", traffic=division.live, mirror_traffic=division.mirror, tags=tags, provisioning_state=state
    )


def client(get: Answers, put: Answers) -> Any:
    """A client with these endpoints."""
    return SimpleNamespace(online_endpoints=SimpleNamespace(get=get, begin_create_or_update=put))


def mirrored(settings: Settings) -> Settings:
    """Copies for green, and a tag."""
    return Settings(MIRRORED, {**settings.tags, "lock": "me"})


BLUE = Division.of({"blue": 100})


def test_an_endpoint_that_answers_is_never_silenced() -> None:
    """An empty map is refused before anything is sent: a fresh entity holds one."""
    put = Answers(poller())
    with pytest.raises(ParameterError, match="would answer nobody any more"):
        set_traffic(client(Answers(endpoint(BLUE)), put), "e", {"blue": 0}, **waiting())

    assert put.calls == []


def test_mirror_and_tags_are_written_with_the_rest_as_it_was() -> None:
    """One PUT holds the new mirror, the new tag and everything else that was read."""
    put = Answers(poller())
    get = Answers(endpoint(BLUE, team="a"), endpoint(MIRRORED, team="a", lock="me"))
    change_endpoint(client(get, put), "e", mirrored, **waiting())

    assert [read_settings(sent) for (sent,) in put.calls] == [Settings(MIRRORED, {"team": "a", "lock": "me"})]


@pytest.mark.parametrize("found", [endpoint(BLUE, lock="me"), endpoint(MIRRORED)], ids=["no mirror", "no tag"])
def test_a_mirror_or_a_tag_that_did_not_stay_is_a_failure(found: Any) -> None:
    """The SDK's comparison would not see it."""
    with pytest.raises(DeploymentFailed, match="had no effect"):
        change_endpoint(client(Answers(endpoint(BLUE), found), Answers(poller())), "e", mirrored, **waiting())


def test_what_is_so_already_is_not_written() -> None:
    """A change that was made before a crash is not made again."""
    put = Answers(poller())
    change_endpoint(client(Answers(endpoint(MIRRORED, lock="me")), put), "e", mirrored, **waiting())

    assert put.calls == []


def test_a_busy_endpoint_is_waited_for_and_read_anew() -> None:
    """What an operation under way will make of it is not known before it ends."""
    put = Answers(poller())
    get = Answers(endpoint(BLUE, "Updating"), endpoint(BLUE, team="new"), endpoint(MIRRORED, team="new", lock="me"))
    change_endpoint(client(get, put), "e", mirrored, **waiting())

    assert [sent.tags for (sent,) in put.calls] == [{"team": "new", "lock": "me"}]


def test_an_endpoint_that_stays_busy_ends_at_the_deadline() -> None:
    """Nothing is sent meanwhile."""
    with pytest.raises(Unfinished, match="was busy for 60 s"):
        change_endpoint(client(Answers(endpoint(BLUE, "Updating")), Answers(poller())), "e", mirrored, **waiting())


def test_a_conflict_is_tried_again_from_the_reading_on() -> None:
    """Another operation came between: its result is read before the change is made again."""
    put = Answers(refusal(409), poller())
    later = endpoint(replace(BLUE, live={"blue": 50, "red": 50}))
    change_endpoint(
        client(Answers(endpoint(BLUE), later, endpoint(MIRRORED, lock="me")), put), "e", mirrored, **waiting()
    )

    assert len(put.calls) == 2


def test_a_refusal_for_good_is_told_at_once() -> None:
    """It would be refused again."""
    put = Answers(refusal(400, "unknown deployment"))
    with pytest.raises(DeploymentFailed, match="unknown deployment"):
        change_endpoint(client(Answers(endpoint(BLUE)), put), "e", mirrored, **waiting())

    assert len(put.calls) == 1


def test_an_outage_while_the_endpoint_is_busy_is_waited_out() -> None:
    """Nobody answers once; then it is at rest, and is changed."""
    put = Answers(poller())
    get = Answers(endpoint(BLUE, "Updating"), refusal(503), endpoint(BLUE), endpoint(MIRRORED, lock="me"))
    change_endpoint(client(get, put), "e", mirrored, **waiting())

    assert len(put.calls) == 1
