"""What changed between two recordings of one scenario, field by field: how a drift of Azure is read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from harness.cassettes.matching import Key, key_of
from harness.cassettes.sanitising import mask
from harness.cassettes.tape import Cassette, Digest, Interaction, Metadata, Request

__all__ = ["Change", "compare"]

_INSTANT = re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d(?::|%3A)\d\d(?::|%3A)\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?")
_HTTP_DATE = re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} [\d:]{8} GMT")
_ABSENT = object()
_ETAG = ("etag", "content-md5")


@dataclass(frozen=True, slots=True)
class Change:
    """A difference. where: the request and the field. before, after: "" for what is not there."""

    where: str
    field: str
    before: str
    after: str


def compare(before: Cassette, after: Cassette, *, exact: bool = False) -> list[Change]:
    """Return what differs; unless exact, not what differs each time: instants, private values, names made up."""
    changes = [*_of_metadata(before.metadata, after.metadata)]
    plain_before, plain_after = (_Plain(cassette.metadata, exact) for cassette in (before, after))
    old, new = _grouped(before, plain_before), _grouped(after, plain_after)
    for key in dict.fromkeys([*old, *new]):
        where = f"{key[0]} {key[1]}{key[2]}"
        if key not in new or key not in old:
            there, gone = (f"asked {len(group)} times" if group else "" for group in (old.get(key), new.get(key)))
            changes.append(Change(where, "request", there, gone))
            continue
        changes += _of_answers(where, [*_answers(old[key], plain_before)], [*_answers(new[key], plain_after)])
    return changes


class _Plain:
    """Takes out of text what differs each time."""

    def __init__(self, metadata: Metadata, exact: bool) -> None:
        self._exact = exact
        self._names = sorted(metadata.variables.items(), key=lambda item: -len(item[1]))

    def __call__(self, text: str) -> str:
        if self._exact:
            return text
        for name, value in self._names:
            if value:
                text = text.replace(value, f"<{name}>")
        return _HTTP_DATE.sub("<instant>", _INSTANT.sub("<instant>", mask(text)))


def _of_metadata(before: Metadata, after: Metadata) -> Iterator[Change]:
    yield from _of_values("metadata", "recorded_from", before.recorded_from, after.recorded_from)
    yield from _of_values("metadata", "sdk", dict(before.sdk), dict(after.sdk))
    old, new = set(before.api_versions), set(after.api_versions)
    for version in sorted(old ^ new):
        yield Change("metadata", "api_versions", version if version in old else "", version if version in new else "")


def _grouped(cassette: Cassette, plain: _Plain) -> dict[Key, list[Interaction]]:
    """Return interactions by what was asked: in the order of their first request."""
    groups: dict[Key, list[Interaction]] = {}
    for made in cassette.interactions:
        method, host, path, *_ = key_of(made.request)
        query = urlsplit(made.request.url).query
        key = (method, plain(host), plain(path), "" if "sig=" in query else _parameters(query), "", "")
        groups.setdefault(key, []).append(made)
    return groups


def _parameters(query: str) -> str:
    """Return the names in a query: its values are fields to compare."""
    return "&".join(sorted(pair.partition("=")[0] for pair in query.split("&") if pair))


def _answers(group: Sequence[Interaction], plain: _Plain) -> Iterator[dict[str, Any]]:
    for made in group:
        response = made.response
        headers = {name.lower(): plain(value) for name, value in response.headers.items() if name.lower() not in _ETAG}
        yield {
            "request": {"query": plain(urlsplit(made.request.url).query), "body": _asked(made.request, plain)},
            "status": response.status,
            "headers": headers,
            "body": _parsed(plain(response.body.decode("utf-8", "backslashreplace"))),
        }


def _asked(request: Request, plain: _Plain) -> Any:
    if isinstance(request.body, Digest):
        return f"{request.body.bytes} bytes, sha256 {request.body.sha256}"
    return _parsed(plain(request.body.decode("utf-8", "backslashreplace")))


def _of_answers(where: str, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[Change]:
    """Compare the distinct answers to one request; how often each came is a matter of waiting."""
    if len(before) != len(after):
        yield Change(where, "different answers", str(len(before)), str(len(after)))
    pairs = [*zip(before, after, strict=False)]
    if len(before) != len(after) and before[-1] != after[-1]:
        pairs = [*pairs[:-1], (before[-1], after[-1])]  # what it came to counts more than the ways there
    for old, new in pairs:
        yield from _of_values(where, "", old, new)


def _of_values(where: str, field: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys([*before, *after]):
            inner = f"{field}.{name}" if field else str(name)
            yield from _of_values(where, inner, before.get(name, _ABSENT), after.get(name, _ABSENT))
    elif isinstance(before, list) and isinstance(after, list):
        for number in range(max(len(before), len(after))):
            old, new = (items[number] if number < len(items) else _ABSENT for items in (before, after))
            yield from _of_values(where, f"{field}[{number}]", old, new)
    else:
        yield Change(where, field, _shown(before), _shown(after))


def _shown(value: Any) -> str:
    return "" if value is _ABSENT else json.dumps(value, ensure_ascii=False)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
