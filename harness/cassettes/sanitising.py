"""Sanitising: private values leave a recording before it is written, and what belonged together still does.

The same value has the same stand-in everywhere in a cassette, different values have different ones, and a second
sanitising changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar
from urllib.parse import quote

from harness.cassettes.literals import Literals
from harness.cassettes.standins import identity, is_stand_in, make_stand_in, respelled, settle_kind
from harness.cassettes.tape import Digest, Interaction, Request, Response
from harness.cassettes.walking import Walk

__all__ = ["Found", "Sanitiser", "digest_of", "find_private", "mask", "pairs_of", "rules_for"]

T = TypeVar("T")
_SECRETS = ("secret", "jwt", "pem")
_SHORTEST = 8
"""Secrets of at least this length are struck out wherever they stand; shorter ones where a rule finds them."""


@dataclass(frozen=True, slots=True)
class Found:
    """A private value that a rule found."""

    rule: int
    kind: str
    value: str


class Sanitiser:
    """Replaces private values of one recording by stand-ins.

    kept: what the harness itself made up; a name that holds one of these is no private one, and the scenario will send
    it again.
    """

    def __init__(self, kept: Iterable[str] = ()) -> None:
        self._kept = tuple(value for value in kept if value)
        self._kinds: dict[str, str] = {}
        self._spelled: dict[str, str] = {}
        self._taken: set[str] = set()
        self._stand_ins: dict[str, str] = {}

    def sanitised(
        self, interactions: Sequence[Interaction], texts: Mapping[str, str], secrets: Iterable[str] = ()
    ) -> tuple[list[Interaction], dict[str, str]]:
        """Return interactions and further texts, such as the ids of the workspace, without private values.

        secrets: values known to be secret from what is not kept, such as the headers that carried them.
        """
        learning = Walk(self._learn)
        for _ in self._walked(learning, interactions):
            pass
        for text in texts.values():
            learning.value(text)
        for secret in secrets:
            self._learn(0, "secret", secret)
        self._assign()
        replacing = Walk(self._replace, self._literal())
        done = list(self._walked(replacing, interactions))
        return done, {name: self._whole(replacing.value(text)) for name, text in texts.items()}

    def _learn(self, _rule: int, kind: str, value: str) -> str:
        """Note a value, in the order of appearance, and leave it."""
        if is_stand_in(value):
            self._taken.add(value)
        elif not self._is_kept(kind, value):
            key = identity(value)
            self._kinds.setdefault(key, settle_kind(kind, value))
            self._spelled.setdefault(key, value)
        return value

    def _assign(self) -> None:
        numbers: Counter[str] = Counter()
        for key, kind in self._kinds.items():
            while True:
                numbers[kind] += 1
                stand_in = make_stand_in(kind, self._spelled[key], numbers[kind])
                if stand_in not in self._taken:
                    break
            self._stand_ins[key] = stand_in

    def _replace(self, _rule: int, _kind: str, value: str) -> str:
        stand_in = self._stand_ins.get(identity(value))
        return value if stand_in is None else respelled(stand_in, value)

    def _is_kept(self, kind: str, value: str) -> bool:
        return kind == "endpoint" and any(kept in value for kept in self._kept)

    def _whole(self, text: str) -> str:
        """Return the stand-in of a text that as a whole is a known name."""
        return self._stand_ins.get(text, text)

    def _literal(self) -> Literals:
        words: dict[str, str] = {}
        for key, kind in self._kinds.items():
            value, stand_in = self._spelled[key], self._stand_ins[key]
            if kind in _SECRETS and len(value) >= _SHORTEST:
                words |= dict.fromkeys((value, quote(value, safe=""), json.dumps(value)[1:-1]), stand_in)
            elif (kind == "account" and len(value) >= 6) or (kind == "user" and " " in value and len(value) >= 6):
                words[value] = stand_in
            elif kind == "guid":
                words[value.replace("-", "").lower()] = stand_in.replace("-", "")
        return Literals(words)

    def _walked(self, walk: Walk, interactions: Sequence[Interaction]) -> Iterator[Interaction]:
        for made in interactions:
            request, response = made.request, made.response
            asked = request.body
            yield replace(
                made,
                request=Request(
                    request.method,
                    walk.url(request.url),
                    walk.headers(request.headers),
                    asked if isinstance(asked, Digest) else walk.body(asked, request.headers.get("content-type", "")),
                ),
                response=self._response(walk, response),
            )

    def _response(self, walk: Walk, response: Response) -> Response:
        body = walk.body(response.body, response.headers.get("Content-Type", ""))
        headers = walk.headers(response.headers)
        before = len(response.body)
        for name, value in headers.items():
            if name.lower() == "content-range" and value.endswith(f"/{before}") and len(body) != before:
                headers[name] = f"bytes 0-{len(body) - 1}/{len(body)}"
        return Response(response.status, headers, body)


def mask(text: str) -> str:
    """Return a text in which each private value, and each stand-in, is replaced by the kind of value that it is."""
    return _MASKING.value(text)


def find_private(
    interactions: Sequence[Interaction], texts: Iterable[str] = (), kept: Iterable[str] = ()
) -> list[Found]:
    """Return what rules find in interactions and texts that is no stand-in; nothing in a sanitised recording."""
    sanitiser = Sanitiser(kept)
    found = dict.fromkeys(each for made in interactions for each in _found_in(made))
    found |= dict.fromkeys(_noted(lambda walk: [walk.value(text) for text in texts]))
    return [each for each in found if not sanitiser._is_kept(each.kind, each.value)]


def rules_for(made: Interaction, value: str) -> list[int]:
    """Return the numbers of the rules that find a value in an interaction, or something that holds it."""
    return sorted({found.rule for found in find_private([made]) if identity(value) in identity(found.value)})


def digest_of(body: bytes) -> Digest:
    """Return what stands for uploaded data: the same for data that differ in private values alone."""
    try:
        masked = mask(body.decode()).encode()
    except UnicodeDecodeError:
        masked = body
    return Digest(hashlib.sha256(masked).hexdigest(), len(body))


def pairs_of(text: str, recorded: str) -> dict[str, str]:
    """Return the private values of a text with the stand-ins that a recorded text of the same form has for them."""
    ours, theirs = ([found.value for found in _values_in(either)] for either in (text, recorded))
    if len(ours) != len(theirs):
        return {}
    return {value: other for value, other in zip(ours, theirs, strict=True) if value != other and is_stand_in(other)}


def _found_in(made: Interaction) -> Iterator[Found]:
    request, response = made.request, made.response
    yield from _noted(lambda walk: (walk.url(request.url), walk.headers(request.headers)))
    if not isinstance(request.body, Digest):
        yield from _found_in_body(request.body, request.headers.get("content-type", ""))
    yield from _found_in_body(response.body, response.headers.get("Content-Type", ""))
    yield from _noted(lambda walk: walk.headers(response.headers))


@lru_cache(maxsize=512)
def _found_in_body(body: bytes, content_type: str) -> tuple[Found, ...]:
    """Return what is found in a body; lists of sizes and components are the same in every cassette."""
    return _noted(lambda walk: walk.body(body, content_type))


def _noted(look: Callable[[Walk], object]) -> tuple[Found, ...]:
    """Return what a walk comes upon that is no stand-in."""
    found: dict[Found, None] = {}

    def note(rule: int, kind: str, value: str) -> str:
        if not is_stand_in(value):
            found[Found(rule, kind, value)] = None
        return value

    look(Walk(note))
    return tuple(found)


def _values_in(text: str) -> list[Found]:
    found: list[Found] = []

    def note(rule: int, kind: str, value: str) -> str:
        found.append(Found(rule, kind, value))
        return f"<{settle_kind(kind, value)}>"

    Walk(note).value(text)
    return found


def _masked(_rule: int, kind: str, value: str) -> str:
    return f"<{settle_kind(kind, value)}>"


_MASKING = Walk(_masked)
