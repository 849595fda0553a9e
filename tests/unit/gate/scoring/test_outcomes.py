"""What a reply is, and when the same question is asked again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from harness.gate.scoring.outcome import Found, read_reply
from harness.gate.scoring.posting import Reply, UnansweredError
from harness.gate.scoring.retrying import Asked, Patience, ask, pause_before
from harness.gate.scoring.timing import Pace
from tests.unit.gate.scoring.endpoints import ADDRESS, START, Clock, compared, said

CHOICE = {"message": {"content": "15"}, "finish_reason": "stop"}
USAGE = {"prompt_tokens": 7, "completion_tokens": 2}


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ([{"0": "15"}], Found("answered", "15")),
        ({"output": "15", "usage": USAGE}, Found("answered", "15", None, 7, 2)),
        ({"output": "15", "finish_reason": "length"}, Found("truncated", "15", "length")),
        ({"choices": [CHOICE], "usage": USAGE}, Found("answered", "15", "stop", 7, 2)),
        ({"choices": [{**CHOICE, "finish_reason": "content_filter"}]}, Found("content_filter", "", "content_filter")),
        ({"choices": [{"finish_reason": "stop"}]}, Found("unreadable", "", "stop")),
        ({"output": " \n"}, Found("empty", " \n")),
        ({"error": "CUDA out of memory"}, Found("unreadable")),
        ({"usage": {"prompt_tokens": -1, "completion_tokens": True}, "output": "15"}, Found("answered", "15")),
        ("plain", Found("answered", "plain")),
        ([], Found("unreadable")),
    ],
)
def test_a_reply_is_read_in_the_forms_that_containers_use(document: Any, found: Found) -> None:
    """Text, the reason of its end and its tokens are taken from whichever form a container answers in."""
    read = read_reply(Reply(200, {}, json.dumps(document).encode()))

    assert (read.outcome, read.text, read.finish_reason) == (found.outcome, found.text, found.finish_reason)
    assert (read.prompt_tokens, read.completion_tokens) == (found.prompt_tokens, found.completion_tokens)


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (429, b"busy", "http_error"),
        (400, b'{"error": {"code": "content_filter"}}', "content_filter"),
        (400, b'{"error": {"code": "x", "innererror": {"code": "ResponsibleAIPolicyViolation"}}}', "content_filter"),
        (400, b'{"error": {"code": "BadArgument"}}', "http_error"),
        (500, b'{"error": "content_filter"}', "http_error"),
        (302, b"", "http_error"),
    ],
)
def test_a_refusal_is_an_error_or_a_filter(status: int, body: bytes, outcome: str) -> None:
    """A refusal by its status is an error of HTTP, unless its code says that the content was filtered."""
    assert read_reply(Reply(status, {}, body)).outcome == outcome


def _asked(replies: Sequence[Reply | str], clock: Clock, **patience: Any) -> Asked:
    left = list(replies)

    def post(*_: object) -> Reply:
        reply = left.pop(0)
        if isinstance(reply, str):
            raise UnansweredError(reply, "")  # type: ignore[arg-type]
        return reply

    return ask(post, compared("blue").target, b"{}", Patience(**patience), Pace(clock.timing), clock.timing)


BUSY, MODEL_BUSY = Reply(503, {}, b""), Reply(424, {"ms-azureml-model-error-statuscode": "503"}, b"")
MODEL_NO = Reply(424, {"ms-azureml-model-error-statuscode": "400"}, b"")


@pytest.mark.parametrize(
    ("replies", "outcome", "tries"),
    [
        ([said("15")], "answered", 1),
        ([BUSY, said("15")], "answered", 2),
        ([MODEL_BUSY, "timeout", said("15")], "answered", 3),
        ([BUSY, BUSY, BUSY], "http_error", 3),
        (["timeout"] * 3, "timeout", 3),
        (["connection_error", MODEL_NO], "http_error", 2),
        ([Reply(400, {}, b"")], "http_error", 1),
        ([said(" ")], "empty", 1),
        ([Reply(200, {}, b"<html>")], "unreadable", 1),
        ([Reply(401, {}, b""), said("15")], "answered", 2),
    ],
)
def test_only_what_may_pass_is_asked_again(replies: Sequence[Reply | str], outcome: str, tries: int) -> None:
    """Overload, a broken line and an old token get the rest of the budget; what the model says gets none."""
    asked = _asked(replies, Clock())

    assert (asked.found.outcome, asked.tries) == (outcome, tries)


def test_the_latency_is_that_of_the_last_try() -> None:
    """Pauses and earlier tries are no part of the latency."""
    assert _asked([BUSY, said("15")], Clock()).latency_s == 0.5


def test_pauses_grow_and_end() -> None:
    """Without a word from the endpoint the pauses are 1, 2, 4 seconds and so on, and 30 at most."""
    assert [pause_before(tries, BUSY, START) for tries in (1, 2, 3, 9)] == [1, 2, 4, 30]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("Sun, 01 Mar 2026 00:01:00 GMT", 60.0),
        ("Sat, 28 Feb 2026 00:00:00 GMT", 0.0),
        ("soon", 1.0),
        ("", 1.0),
    ],
)
def test_the_endpoint_says_when_to_come_back(header: str, seconds: float) -> None:
    """Retry-After is read as seconds and as a date, and what is neither is passed over."""
    assert pause_before(1, Reply(429, {"retry-after": header}, b""), START) == seconds


def test_a_wait_that_the_endpoint_asks_for_holds_everybody_back() -> None:
    """After a Retry-After no request begins before its time, whichever thread wants to."""
    clock = Clock()
    asked = _asked([Reply(429, {"retry-after": "7"}, b""), said("15")], clock)
    pace = Pace(clock.timing)
    pace.hold(5)
    pace.wait()

    assert (asked.tries, clock.slept) == (2, [7.0, 5.0])


def test_a_wait_that_is_too_long_ends_the_tries() -> None:
    """An endpoint that wants an hour is not waited for, and the evidence says so."""
    clock = Clock()
    asked = _asked([Reply(429, {"retry-after": "3600"}, b"")], clock, longest_wait_s=300.0)

    assert (asked.tries, asked.found.detail, clock.slept) == (1, "HTTP 429, to be repeated after 3600 s", [])


def test_requests_begin_at_the_rate_that_is_set() -> None:
    """With four requests a second the fifth begins a second after the first."""
    clock = Clock()
    pace = Pace(clock.timing, 4)
    for _ in range(5):
        pace.wait()

    assert clock.slept == [0.25] * 4


def test_an_address_is_asked_where_the_endpoint_says() -> None:
    """The request goes to the scoring address with the deployment's headers."""
    seen = []
    target = compared("green").target
    pace = Pace(Clock().timing)
    ask(lambda *given: seen.append(given) or said("15"), target, b"{}", Patience(), pace, Clock().timing)  # type: ignore[func-returns-value]

    assert seen == [(ADDRESS, target.headers(), b"{}", 120.0)]
