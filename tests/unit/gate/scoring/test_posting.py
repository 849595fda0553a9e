"""Requests over HTTP, on the loopback."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.gate.scoring.posting import Authorisation, HttpPost, Reply, Target, UnansweredError
from tests.unit.gate.scoring.endpoints import START
from tests.unit.gate.scoring.loopback import listening


def test_the_deployment_and_the_key_are_in_the_headers() -> None:
    """The header that names the deployment goes with every request of its own, and no other one's."""
    seen: list[tuple[str, str]] = []

    def answer(headers: dict[str, str], body: bytes) -> Reply:
        seen.append((headers["azureml-model-deployment"], headers["authorization"]))
        return Reply(200, {"X-Echo": "yes"}, body)

    key = Authorisation(lambda: SimpleNamespace(primary_key="k1"), lambda: START)
    with listening(answer) as address:
        post = HttpPost()
        replies = [post(address, Target(address, name, key).headers(), b"{}", 5) for name in ("green", "blue")]
        post.close()
    assert seen == [("green", "Bearer k1"), ("blue", "Bearer k1")]
    assert [(reply.status, reply.headers["x-echo"], reply.body) for reply in replies] == [(200, "yes", b"{}")] * 2


def test_a_netrc_does_not_take_the_place_of_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The endpoint gets its key also where a .netrc names its host."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with listening(lambda headers, _: Reply(200, {}, headers["authorization"].encode())) as address:
        assert HttpPost()(address, {"Authorization": "Bearer k"}, b"", 5).body == b"Bearer k"


def test_a_late_reply_is_a_timeout() -> None:
    """An endpoint that does not reply in time is a timeout."""
    late = threading.Event()
    with listening(lambda *_: Reply(200, {}, str(late.wait(5)).encode())) as address:
        with pytest.raises(UnansweredError) as unanswered:
            HttpPost()(address, {}, b"", 0.05)
        late.set()
    assert unanswered.value.outcome == "timeout"


def test_nobody_there_is_a_broken_connection() -> None:
    """A port that nobody listens on is a connection error."""
    with listening(lambda *_: Reply(200, {}, b"")) as address:
        pass
    with pytest.raises(UnansweredError) as unanswered:
        HttpPost()(address, {}, b"", 5)
    assert unanswered.value.outcome == "connection_error"


def _authorisation(*credentials: Any) -> tuple[Authorisation, list[datetime], Callable[[], int]]:
    left, now = list(credentials), [START]
    return Authorisation(lambda: left.pop(0), lambda: now[0]), now, lambda: len(left)


def test_a_key_is_asked_for_once() -> None:
    """A key does not end, so it is not asked for again."""
    found, now, left = _authorisation(SimpleNamespace(primary_key="k"), SimpleNamespace(primary_key="other"))
    values = [found.value()]
    now[0] += timedelta(days=300)

    assert ([*values, found.value()], left()) == (["Bearer k"] * 2, 1)


def test_a_token_is_renewed_before_it_ends() -> None:
    """A token that ends within five minutes is asked for anew."""
    tokens = [
        SimpleNamespace(access_token=f"t{n}", expiry_time_utc=(START + timedelta(hours=n)).timestamp()) for n in (1, 2)
    ]
    found, now, _ = _authorisation(*tokens)
    values = [found.value(), found.value()]
    now[0] += timedelta(minutes=56)

    assert [*values, found.value()] == ["Bearer t1", "Bearer t1", "Bearer t2"]


def test_what_the_endpoint_no_longer_takes_is_asked_for_anew_once() -> None:
    """Of several threads that were refused with one key, the first gets a new one, which the others use."""
    found, _, left = _authorisation(*(SimpleNamespace(primary_key=f"k{n}") for n in range(3)))
    old = found.value()
    for _ in range(3):
        found.forget(old)
        found.value()

    assert (found.value(), left()) == ("Bearer k1", 1)
