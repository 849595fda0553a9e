"""How soon a client on a socket asks again: it waits in real time, and virtual time may flow much faster."""

from __future__ import annotations

from fakes.emulator.exchange import Reply
from fakes.emulator.real_waits import unfinished

AZURE_WAITS_MS = 5000.0
"""How long the SDK waits between two polls of an operation where it is told nothing (SDK source)."""

SHORTEST_MS = 20
"""A poll costs some milliseconds on either side; closer together they would only keep both busy."""

FROZEN_MS = 250
"""Where no time flows, somebody moves the clock: how soon a client then notices."""

_POLLED = ("azure-asyncoperation", "location", "operation-location")


def pace_polls(reply: Reply, time_scale: float) -> None:
    """Tell the client of something unfinished when to ask again: what Azure's clients wait, in virtual time.

    In `retry-after-ms`, since azure-core takes `Retry-After: 0` for no value and waits five seconds (SDK source).
    """
    started = reply.status in (201, 202) and any(name.lower() in _POLLED for name in reply.headers)
    if started or (reply.status < 300 and unfinished(reply)):
        reply.headers["retry-after-ms"] = str(wait_ms(time_scale))


def wait_ms(time_scale: float) -> int:
    """Return how many real milliseconds a client is asked to wait where virtual time flows at this pace."""
    if not time_scale:
        return FROZEN_MS
    return max(SHORTEST_MS, round(AZURE_WAITS_MS / max(1.0, time_scale)))
