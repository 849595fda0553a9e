"""Requests are answered from a cassette, and its clock follows."""

from __future__ import annotations

import io
import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from exchanges import BEGAN, HOST, cassette, made, recorded

from harness.cassettes.playing import Player
from harness.cassettes.usage import usage_of, verdict
from harness.errors import CassetteEnded, CassetteMiss, CassetteUnused


def _ask(player: Player, url: str, method: str = "GET", body: Any = b"") -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return json.loads(player.answer(method, f"{HOST}{url}", {}, content).whole() or b"null")


def test_answers_come_in_recorded_order() -> None:
    """Each request gets the next of its own answers, whatever is asked in between."""
    player = Player(cassette(made("/a", answered=1), made("/b", answered=2), made("/a", answered=3)), "a.yaml")

    assert [_ask(player, url) for url in ("/a", "/a", "/b")] == [1, 3, 2]
    assert verdict(player) is None


def test_clock_follows_the_tape() -> None:
    """It is the instant of the last exchange and what was slept since; it never goes back."""
    player = Player(cassette(made("/a", at=10), made("/b", at=5)), "a.yaml")
    assert player.clock.now() == BEGAN
    _ask(player, "/a")
    player.sleep(30)
    _ask(player, "/b")

    assert player.clock.now() == BEGAN + timedelta(seconds=40)


def test_sleep_ends_with_the_next_exchange() -> None:
    """Where less was waited than was asked for, the replay waits less too: it decides by the same instants."""
    player = Player(cassette(made("/a", at=1), made("/b", at=2), made("/c", at=50)), "a.yaml")
    instants = []
    for url in ("/a", "/b", "/c"):
        player.clock.sleep(10)
        instants.append((player.clock.now() - BEGAN).total_seconds())
        _ask(player, url)

    assert instants == [1, 2, 12]


def test_sleep_without_an_exchange_gets_on() -> None:
    """Who waits longer than was waited then gets beyond the recording in the end: no loop is for ever."""
    player = Player(cassette(made("/a", at=1), made("/b", at=2)), "a.yaml")
    for _ in range(3):
        player.clock.sleep(10)

    assert player.clock.now() == BEGAN + timedelta(seconds=12)


def test_clock_catches_up_with_the_tape() -> None:
    """Time that passed between two exchanges has passed in the replay too, slept through or not."""
    player = Player(cassette(made("/a", at=3600)), "a.yaml")
    player.sleep(1)
    _ask(player, "/a")

    assert player.clock.now() == BEGAN + timedelta(hours=1)


def test_streamed_body_is_read() -> None:
    """A body that comes as a file or in parts is matched as a whole."""
    one = cassette(made("/a", "PUT", {"x": 1}), made("/a", "PUT", {"x": 2}))
    player = Player(one, "a.yaml")
    player.answer("PUT", f"{HOST}/a", {}, io.BytesIO(b'{"x":1}'))
    player.answer("PUT", f"{HOST}/a", {}, iter([b'{"x"', b":2}"]))

    assert player.unused() == []


def test_miss_is_remembered() -> None:
    """A scenario that swallows a miss has failed all the same."""
    player = Player(cassette(made("/a")), "a.yaml")
    _ask(player, "/a")
    with pytest.raises(CassetteMiss, match=r"a\.yaml: GET https://management\.azure\.com/b was not recorded"):
        _ask(player, "/b")

    assert isinstance(verdict(player), CassetteMiss)


def test_what_was_not_asked_is_told() -> None:
    """Requests that were recorded and not made are counted and named."""
    player = Player(cassette(made("/a"), made("/b?api-version=1"), made("/b?api-version=1")), "a.yaml")
    _ask(player, "/a")
    told = verdict(player)

    assert isinstance(told, CassetteUnused)
    assert told.what == "2 of 3 recorded exchanges were not asked for"
    assert told.got == "GET https://management.azure.com/b (2 times)"
    assert (usage_of(player).played, usage_of(player).unused) == (1, 2)


def test_pinned_values_are_given_back() -> None:
    """What the scenario made up is what it made up then; a new name is a miss."""
    player = Player(recorded([], run_id="1715-ab"), "a.yaml")

    assert player.pinned("run_id", lambda: "other") == "1715-ab"
    with pytest.raises(CassetteMiss, match="makes up seed, which was not recorded; expected run_id"):
        player.pinned("seed", lambda: "7")
    assert isinstance(verdict(player), CassetteMiss)


def test_private_values_of_this_run_are_told_from_the_recorded_ones() -> None:
    """Values of a client's own that were replaced when recorded are learned, each for its stand-in."""
    jane, john = "jane@contoso.com", "john@contoso.com"
    one = recorded([made(f"/users/{who}", "PUT", {"who": who}, {"who": who}) for who in (jane, john, jane)])
    player = Player(one, "a.yaml")
    order = [_ask(player, f"/users/{who}", "PUT", {"who": who})["who"] for who in ("x@fabrikam.com", "y@fabrikam.com")]

    assert order == ["user1@example.com", "user2@example.com"]
    assert _ask(player, "/users/x@fabrikam.com", "PUT", {"who": "x@fabrikam.com"}) == {"who": "user1@example.com"}


def test_operation_without_an_end_waits_for_its_scenario() -> None:
    """Asked more often than was recorded, it lets the scenario go on first: no deadline passes in between."""
    begun = made("/things/1", "PUT", status=201, answered_headers={"Location": f"{HOST}/operations/1"})
    on_its_way = made("/operations/1", answered={"status": "Running"}, at=1)
    player = Player(cassette(begun, on_its_way, made("/things/1", "DELETE", at=2)), "a.yaml")
    order, polled = [], threading.Event()

    def poll() -> None:
        for turn in ("polled", "polled again"):
            _ask(player, "/operations/1")
            player.sleep(5)
            order.append((turn, (player.clock.now() - BEGAN).total_seconds()))
            polled.set()

    _ask(player, "/things/1", "PUT")
    polling = threading.Thread(target=poll)
    polling.start()
    polled.wait()
    order.append(("deleted", 2.0))
    _ask(player, "/things/1", "DELETE")
    polling.join()

    assert order == [("polled", 2.0), ("deleted", 2.0), ("polled again", 7.0)]


def test_ended_replay_answers_nobody() -> None:
    """A poller that outlives its scenario is stopped, whether it asks or waits."""
    player = Player(cassette(made("/a")), "a.yaml")
    player.end()

    with pytest.raises(CassetteEnded, match="is over"):
        _ask(player, "/a")
    with pytest.raises(CassetteEnded, match="is over"):
        player.sleep(1)
