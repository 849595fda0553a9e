"""Exchanges to make cassettes of."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from typing import Any

from harness.cassettes.recording import Recorder
from harness.cassettes.tape import Cassette, Interaction, Metadata, Request, Response
from harness.doors.messages import Reply

BEGAN = datetime(2026, 1, 1, tzinfo=timezone.utc)
HOST = "https://management.azure.com"
SUBSCRIPTION = "11111111-2222-4333-8444-555555555555"
WORKSPACE = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/finance/providers/Microsoft.MachineLearningServices"
    "/workspaces/ml-finance"
)


def made(
    url: str = "/things/1",
    method: str = "GET",
    asked: Any = None,
    answered: Any = None,
    *,
    status: int = 200,
    at: float = 0,
    headers: dict[str, str] | None = None,
    answered_headers: dict[str, str] | None = None,
) -> Interaction:
    """Return an exchange; `asked` and `answered` are JSON, or bytes as they are."""
    request = Request(method, _absolute(url), headers or {}, _bytes(asked))
    response = Response(status, answered_headers or {"Content-Type": "application/json"}, _bytes(answered))
    return Interaction(BEGAN + timedelta(seconds=at), request, response)


def cassette(*interactions: Interaction, **metadata: Any) -> Cassette:
    """Return a cassette recorded from the emulator on the first of January."""
    day = "2026-01-01"
    known = {"recorded_from": "emulator", "recorded": day, "last_validated": day, "began": BEGAN, **metadata}
    return Cassette(Metadata(**known), interactions)


def recorded(interactions: Iterable[Interaction], **pinned: str) -> Cassette:
    """Return what a recorder makes of exchanges that pass its door."""
    instants = iter([BEGAN])
    recorder = Recorder(lambda: next(instants, BEGAN))
    for name, value in pinned.items():
        recorder.pinned(name, lambda value=value: value)  # type: ignore[misc]
    for one in interactions:
        asked, answered = one.request, one.response
        assert isinstance(asked.body, bytes)
        reply = Reply(answered.status, answered.body, dict(answered.headers))
        recorder.listen(asked.method, asked.url, asked.headers, asked.body, reply)
    return recorder.cassette("emulator", date(2026, 1, 1))


def text_of(one: Cassette) -> str:
    """Return all that a cassette says, to look for something in it."""
    parts = [str(one.metadata)]
    for made_one in one.interactions:
        parts += [made_one.request.url, str(made_one.request.headers), str(made_one.request.body)]
        parts += [str(made_one.response.headers), made_one.response.body.decode("latin-1")]
    return "\n".join(parts)


def _absolute(url: str) -> str:
    return url if "://" in url else f"{HOST}{url}"


def _bytes(value: Any) -> bytes:
    if value is None or isinstance(value, bytes):
        return value or b""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
