"""Playing a cassette: requests are answered from it, and its clock follows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from harness.cassettes.clocks import TapeClock
from harness.cassettes.matching import Index, Key, Turn, key_of, telling_headers
from harness.cassettes.misses import explain
from harness.cassettes.sanitising import pairs_of
from harness.cassettes.tape import Cassette, Request
from harness.doors.messages import Body, Reply
from harness.errors import CassetteEnded, CassetteMiss

__all__ = ["Player"]

_PATIENCE_S = 2.0
"""How long at most, in real seconds, somebody waits for the others to go on; in vain once in a replay."""


class Player:
    """Answers requests from a cassette, each exchange once. Safe to use from several threads."""

    def __init__(self, cassette: Cassette, name: str) -> None:
        self.name = name
        self.cassette = cassette
        self.misses: list[CassetteMiss] = []
        self.played = 0
        self._index = Index.of(cassette.interactions)
        self.clock = TapeClock(cassette.metadata.began, self._index.upcoming)
        self._meant: dict[str, str] = {}
        self._ended = False
        self._going_on = threading.Condition()
        self._patience_s = _PATIENCE_S

    def answer(self, method: str, url: str, headers: Mapping[str, str], body: Body) -> Reply:
        """Return the recorded answer; CassetteMiss when there is none left."""
        if self._ended:
            raise self._over(f"{method} {url} was not answered")
        content = body if isinstance(body, bytes) else _whole(body)
        key = key_of(Request(method, url, telling_headers(headers), content))
        with self._going_on:
            turn = self._find(key)
            if turn is None:
                miss = explain(key, self._index.turns, self.name)
                self.misses.append(miss)
                raise miss
            self.played += 1
            self._going_on.notify_all()
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
        with self._going_on:
            self._ended = True
            self._going_on.notify_all()

    def _over(self, what: str) -> CassetteEnded:
        return CassetteEnded(f"the replay is over: {what}", where=self.name, remedy="Wait for what the scenario began.")

    def _find(self, key: Key) -> Turn | None:
        translated = self._translated(key)
        turn = self._index.take(translated) or self._once_more(translated)
        return turn or self._index.take_loosely(key, lambda found: self._learn(key, key_of(found.interaction.request)))

    def _once_more(self, key: Key) -> Turn | None:
        """Return the last turn of an operation whose end was not recorded, once the others have gone on.

        Else its thread would let hours pass before the scenario has done what made it go away.
        """
        turn = self._index.once_more(key)
        if turn is not None:
            before = self.played
            gone_on = self._going_on.wait_for(lambda: self._ended or self.played > before, self._patience_s)
            self._patience_s *= gone_on
        return turn

    def _translated(self, key: Key) -> Key:
        """Return a key with the stand-ins of the values that this run has and the recording does not."""
        if not self._meant:
            return key
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
