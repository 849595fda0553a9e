"""Playing a cassette: requests are answered from it, and its clock follows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from harness.cassettes.matching import Index, Key, Turn, key_of, telling_headers
from harness.cassettes.misses import explain
from harness.cassettes.sanitising import pairs_of
from harness.cassettes.tape import Cassette, Request
from harness.doors.messages import Body, Reply
from harness.errors import CassetteEnded, CassetteMiss

__all__ = ["Player", "TapeClock"]


class TapeClock:
    """Time as it was recorded: the instant of the last exchange, and what has been slept since. It never goes back."""

    def __init__(self, began: datetime) -> None:
        self._now = began
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the instant, in UTC."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let time pass, at once."""
        with self._lock:
            self._now += timedelta(seconds=max(seconds, 0.0))

    def reach(self, instant: datetime) -> None:
        """Let it be `instant`, unless that has passed."""
        with self._lock:
            self._now = max(self._now, instant)


class Player:
    """Answers requests from a cassette, each exchange once. Safe to use from several threads."""

    def __init__(self, cassette: Cassette, name: str) -> None:
        self.name = name
        self.cassette = cassette
        self.clock = TapeClock(cassette.metadata.began)
        self.misses: list[CassetteMiss] = []
        self.played = 0
        self._index = Index.of(cassette.interactions)
        self._meant: dict[str, str] = {}
        self._ended = False
        self._lock = threading.Lock()

    def answer(self, method: str, url: str, headers: Mapping[str, str], body: Body) -> Reply:
        """Return the recorded answer; CassetteMiss when there is none left."""
        if self._ended:
            raise self._over(f"{method} {url} was not answered")
        content = body if isinstance(body, bytes) else _whole(body)
        key = key_of(Request(method, url, telling_headers(headers), content))
        with self._lock:
            turn = self._find(key)
            if turn is None:
                miss = explain(key, self._index.turns, self.name)
                self.misses.append(miss)
                raise miss
            self.played += 1
        self.clock.reach(turn.at)
        response = turn.interaction.response
        return Reply(response.status, response.body, dict(response.headers))

    def sleep(self, seconds: float) -> None:
        """Wait as a client does; CassetteEnded when the replay is over."""
        if self._ended:
            raise self._over("a client still waits")
        self.clock.sleep(seconds)

    def pinned(self, name: str, _make: Callable[[], str]) -> str:
        """Return what the scenario made up when it was recorded."""
        variables = self.cassette.metadata.variables
        if name not in variables:
            miss = CassetteMiss(
                f"the scenario makes up {name}, which was not recorded",
                where=self.name,
                expected=", ".join(variables) or "nothing made up",
                remedy="Record the scenario again: --record-mode=rewrite with its --backend.",
            )
            self.misses.append(miss)
            raise miss
        return variables[name]

    def unused(self) -> list[Turn]:
        """Return the turns that have not been played, in the order of the recording."""
        return self._index.unplayed()

    def end(self) -> None:
        """Answer nobody any more."""
        self._ended = True

    def _over(self, what: str) -> CassetteEnded:
        return CassetteEnded(f"the replay is over: {what}", where=self.name, remedy="Wait for what the scenario began.")

    def _find(self, key: Key) -> Turn | None:
        translated = self._translated(key) if self._meant else key
        turn = self._index.take(translated) or self._index.once_more(translated)
        return turn or self._index.take_loosely(key, lambda found: self._learn(key, key_of(found.interaction.request)))

    def _translated(self, key: Key) -> Key:
        """Return a key with the stand-ins of the values that this run has and the recording does not."""
        method, *rest = key
        for value, meant in self._meant.items():
            rest = [part.replace(value, meant) for part in rest]
        host, path, query, headers, body = rest
        return method, host, path, query, headers, body

    def _learn(self, asked: Key, recorded: Key) -> bool:
        """Note which stand-in each private value of a request has in the recording, unless they have others already."""
        meant = dict(self._meant)
        for now, before in zip(asked[1:], recorded[1:], strict=True):
            for value, stand_in in pairs_of(now, before).items():
                if meant.setdefault(value, stand_in) != stand_in:
                    return False
        if len(set(meant.values())) != len(meant):
            return False
        self._meant = meant
        return True


def _whole(body: Body) -> bytes:
    if isinstance(body, bytes):
        return body
    return body.read() if hasattr(body, "read") else b"".join(body)
