"""Which recorded exchange answers a request: a key, and a queue of turns for each key.

The key is the method, host, path, query, the headers by which answers differ, and the body. Left out is what is signed,
what a client makes up anew each time, and what it tells of the machine that it runs on. Within a key the turns come in
the order in which they were recorded, each once.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from harness.cassettes.headers import TELLING
from harness.cassettes.operations import has_ended, polled_by
from harness.cassettes.sanitising import digest_of, mask
from harness.cassettes.tape import Digest, Interaction, Request

__all__ = ["Index", "Key", "Turn", "canonical_body", "key_of", "masked", "telling_headers"]

Key = tuple[str, str, str, str, str, str]
"""Method, host, path, query, headers, body: in this order a miss is explained."""

_SIGNED = frozenset(
    {"sig", "se", "st", "sp", "spr", "sr", "sv", "ske", "skoid", "sks", "skt", "sktid", "skv", "sip", "sdd"}
)
"""The parameters of a shared access signature."""

_SIGNED_OPERATION = frozenset("tcsh")
"""The parameters by which ARM signs the address of an operation."""

_NOISE = re.compile(r"(?:_?azureml\.git\.|mlflow\.source\.git\.|x-ms-|azureml\.(?:user|host)).*", re.IGNORECASE)
"""Members of JSON that tell where and by whom the client was started."""

_PATIENCE = 10_000
_BOUNDARY = re.compile(r"boundary=\"?([^\";,\s]+)")


@dataclass(slots=True)
class Turn:
    """One recorded exchange, to be played once."""

    number: int
    at: datetime
    interaction: Interaction
    played: bool = False


@dataclass(slots=True)
class Index:
    """The turns of a cassette by key.

    loose: by a key in which private values and stand-ins count as equal. ahead: in the order of time. open_ended: the
    last turns of operations whose end was not recorded, since the scenario went away; how often those are asked is a
    matter of threads.
    """

    turns: list[Turn] = field(default_factory=list)
    open_ended: dict[Key, Turn] = field(default_factory=dict)
    extra: int = 0
    exact: dict[Key, deque[Turn]] = field(default_factory=dict)
    loose: dict[Key, deque[Turn]] = field(default_factory=dict)
    ahead: deque[Turn] = field(default_factory=deque)

    @classmethod
    def of(cls, interactions: Sequence[Interaction]) -> Index:
        """Return the index of interactions; what they repeat are turns of their own."""
        index = cls()
        for number, made in enumerate(interactions):
            key = key_of(made.request)
            queue = index.exact.setdefault(key, deque())
            for at in made.instants:
                turn = Turn(number, at, made)
                index.turns.append(turn)
                queue.append(turn)
        index.ahead.extend(sorted(index.turns, key=lambda turn: turn.at))
        asked = polled_by(interactions)
        for key, queue in index.exact.items():
            if f"{key[1]}{key[2]}" in asked and not has_ended(queue[-1].interaction.response):
                index.open_ended[key] = queue[-1]
        return index

    def take(self, key: Key) -> Turn | None:
        """Return the first turn of a key that has not been played, and play it."""
        return _first(self.exact.get(key))

    def unplayed(self) -> list[Turn]:
        """Return the turns that were to be played and have not been, in the order of the recording."""
        missing = [turn for turn in self.turns if not turn.played]
        return [turn for turn in missing if key_of(turn.interaction.request) not in self.open_ended]

    def upcoming(self, now: datetime) -> datetime | None:
        """Return the instant of the first turn after `now` that is still to be played; `now` never goes back."""
        while self.ahead and (self.ahead[0].played or self.ahead[0].at <= now):
            self.ahead.popleft()
        return self.ahead[0].at if self.ahead else None

    def once_more(self, key: Key) -> Turn | None:
        """Return the last turn of an operation whose end was not recorded, within reason: a loop must end."""
        self.extra += 1
        return self.open_ended.get(key) if self.extra < _PATIENCE else None

    def take_loosely(self, key: Key, accept: Callable[[Turn], bool] = lambda _turn: True) -> Turn | None:
        """As `take`, for a key whose private values are other ones than the recorded stand-ins, which is rare."""
        if not self.loose:
            for turn in self.turns:
                self.loose.setdefault(masked(key_of(turn.interaction.request)), deque()).append(turn)
        for turn in self.loose.get(masked(key), ()):
            if not turn.played and accept(turn):
                turn.played = True
                return turn
        return None


def key_of(request: Request) -> Key:
    """Return the key of a request, recorded or to be answered."""
    parts = urlsplit(request.url)
    content_type = request.headers.get("content-type", "")
    return (
        request.method.upper(),
        parts.netloc.lower(),
        unquote(parts.path) or "/",
        _canonical_query(parts.query) if parts.query else "",
        "\n".join(f"{name}: {_unsigned(request.headers[name])}" for name in TELLING if name in request.headers),
        canonical_body(request.body, content_type) if request.body else "",
    )


def masked(key: Key) -> Key:
    """Return a key in which private values are replaced by their kinds."""
    method, *rest = key
    host, path, query, headers, body = map(mask, rest)
    return method, host, path, query, headers, body


def canonical_body(body: bytes | Digest, content_type: str = "") -> str:
    """Return a body without what a client makes up: JSON with sorted members, data as a digest."""
    if isinstance(body, Digest):
        return f"sha256 {body.sha256}"
    if body[:1] in (b"{", b"["):
        try:
            return json.dumps(_without_noise(json.loads(body)), sort_keys=True, ensure_ascii=False)
        except ValueError:
            pass
    boundary = _BOUNDARY.search(content_type)
    if boundary is not None:
        body = body.replace(boundary[1].encode(), b"boundary")
    if "x-www-form-urlencoded" in content_type:
        return "&".join(f"{name}={value}" for name, value in sorted(parse_qsl(body.decode(errors="replace"))))
    if content_type.startswith(("application/xml", "text/")):
        return body.decode(errors="replace")
    return f"sha256 {digest_of(body).sha256}"


def _without_noise(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_noise(item) for name, item in value.items() if not _NOISE.fullmatch(name)}
    return [_without_noise(item) for item in value] if isinstance(value, list) else value


def _canonical_query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    names = {name for name, _ in pairs}
    for signed in (_SIGNED if "sig" in names else (), _SIGNED_OPERATION if names >= _SIGNED_OPERATION else ()):
        pairs = [pair for pair in pairs if pair[0] not in signed]
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _unsigned(value: str) -> str:
    """Return a header; one that is an address, such as the source of a copy, without its signature."""
    return value.partition("?")[0] if "sig=" in value else value


def _first(queue: deque[Turn] | None) -> Turn | None:
    while queue:
        turn = queue.popleft()
        if not turn.played:
            turn.played = True
            return turn
    return None


_FOR_KEY = frozenset((*TELLING, "content-type"))


def telling_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of a request that its key needs, by lower-case name."""
    found = {}
    for name in headers:
        lowered = name.lower()
        if lowered in _FOR_KEY:
            found[lowered] = str(headers[name])
    return found
