"""Requests on a rung: to whom they go, in which order, what counts as one, and several at a time."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timezone
from types import SimpleNamespace

import pytest

from harness.gate.rollout.probing import Probe, asked_by, in_turn
from harness.gate.rollout.records import Observed, Stream
from harness.gate.scoring.posting import Authorisation, Reply

NOW = datetime(2024, 5, 10, tzinfo=timezone.utc)
GOOD = Reply(200, {"azureml-model-deployment": "green"}, b'{"output": "hello"}')


class Endpoint:
    """Answers with these replies, one after the other, and keeps what it was sent."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.sent: list[tuple[Mapping[str, str], bytes]] = []
        self.keys = ["one", "two"]

    def post(self, _address: str, headers: Mapping[str, str], body: bytes, _timeout_s: float) -> Reply:
        """Give the next reply, the last one for ever."""
        self.sent.append((headers, body))
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def probe(self) -> Probe:
        """What asks it; each look at the clock is a second later."""
        ticks = iter(range(100))
        credentials = lambda: SimpleNamespace(primary_key=self.keys.pop(0))  # noqa: E731
        authorisation = Authorisation(credentials, lambda: NOW)
        bodies = (b"first", b"second")
        return Probe(self.post, "https://e/score", authorisation, bodies, 5.0, lambda: float(next(ticks)))


def observed(stream: Stream, number: int = 0) -> Observed:
    """A request that was answered."""
    return Observed(rung="r", stream=stream, failed=False, outcome="answered", latency_s=float(number))


def test_the_header_names_a_deployment_or_nobody() -> None:
    """Without a name the endpoint's traffic decides, and a copy may be made."""
    endpoint = Endpoint(GOOD)
    probe = endpoint.probe()
    found = [probe.ask(0), probe.ask(1, "green")]

    assert [headers.get("azureml-model-deployment") for headers, _ in endpoint.sent] == [None, "green"]
    assert ([body for _, body in endpoint.sent], found[0].answered_by, found[0].latency_s) == (
        [b"first", b"second"],
        "green",
        1.0,
    )


def test_a_key_that_ended_is_renewed_once() -> None:
    """The request is sent again with the new key, and only the second one is timed; a second refusal counts."""
    endpoint = Endpoint(Reply(401, {}, b""), GOOD)
    assert endpoint.probe().ask(0).outcome == "answered"
    assert [headers["Authorization"] for headers, _ in endpoint.sent] == ["Bearer one", "Bearer two"]

    refused = Endpoint(Reply(401, {}, b""))
    assert (refused.probe().ask(0).outcome, len(refused.sent)) == ("http_error", 2)


def test_nothing_else_is_asked_again() -> None:
    """An error is an error: what callers get is what counts."""
    endpoint = Endpoint(Reply(503, {}, b""), GOOD)

    assert (endpoint.probe().ask(0).outcome, len(endpoint.sent)) == ("http_error", 1)


def test_streams_are_asked_in_turn_and_backwards() -> None:
    """What drifts meets all alike."""
    order = [stream for _, stream in in_turn(("endpoint", "baseline", "candidate"), 2, [])]

    assert order == ["endpoint", "baseline", "candidate", "candidate", "baseline", "endpoint"]


def test_what_was_asked_before_a_crash_is_not_asked_again() -> None:
    """Each stream goes on where it was."""
    seen = [observed("endpoint"), observed("endpoint"), observed("candidate")]

    assert list(in_turn(("endpoint", "candidate"), 3, seen)) == [(1, "candidate"), (2, "endpoint"), (2, "candidate")]


@pytest.mark.parametrize("in_flight", [1, 4])
def test_as_many_are_in_flight_as_were_asked_for(in_flight: int) -> None:
    """Each question is asked once, by so many threads at a time."""
    barrier, taken = threading.Barrier(in_flight), list[Observed]()

    def ask(number: int, stream: Stream) -> Observed:
        barrier.wait(5)
        return observed(stream, number)

    asked_by(in_turn(("endpoint", "candidate"), 6, []), ask, lambda each: taken.append(each) is None, in_flight)

    assert sorted(each.latency_s for each in taken) == sorted([*range(6), *range(6)])


@pytest.mark.parametrize("in_flight", [1, 3])
def test_a_no_ends_the_asking(in_flight: int) -> None:
    """What is in flight then is not taken."""
    taken: list[Observed] = []

    def take(each: Observed) -> bool:
        taken.append(each)
        return len(taken) < 5

    asked_by(in_turn(("endpoint",), 100, []), lambda number, stream: observed(stream, number), take, in_flight)

    assert len(taken) == 5


@pytest.mark.parametrize("in_flight", [1, 3])
def test_what_is_raised_ends_it_too(in_flight: int) -> None:
    """As when there is no getting a key any more."""

    def ask(number: int, stream: Stream) -> Observed:
        if number == 3:
            raise OSError("no key")
        return observed(stream, number)

    with pytest.raises(OSError, match="no key"):
        asked_by(in_turn(("endpoint",), 10, []), ask, lambda _: True, in_flight)
