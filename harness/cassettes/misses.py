"""A request that was not recorded: which recorded one is nearest to it, and what differs, member by member."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from harness.cassettes.matching import Key, Turn, key_of
from harness.errors import CassetteMiss, excerpt

__all__ = ["differences", "explain"]

_SHOWN = 8
"""How many differences are told."""


def explain(asked: Key, turns: Sequence[Turn], cassette: str) -> CassetteMiss:
    """Return the error for a request that was not found among turns."""
    method, host, path, *_ = asked
    what = f"{method} https://{host}{path} was not recorded"
    nearest = _nearest(asked, turns)
    if nearest is None:
        return CassetteMiss(what, where=cassette, got="a cassette in which all has been played", remedy=_REMEDY)
    recorded = key_of(nearest.interaction.request)
    if recorded == asked:
        times = sum(turn.number == nearest.number for turn in turns)
        what = f"{method} https://{host}{path} was asked more often than it was recorded"
        expected = f"no more than the recorded ones; this one {times} times"
        return CassetteMiss(what, where=cassette, expected=expected, remedy=_REMEDY)
    told = [*differences(recorded, asked)]
    more = f"; and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    return CassetteMiss(
        what,
        where=cassette,
        got="; ".join(told[:_SHOWN]) + more,
        expected=f"interaction {nearest.number}, the nearest: {recorded[0]} https://{recorded[1]}{recorded[2]}",
        remedy=_REMEDY,
    )


_REMEDY = "If the change is meant, record the scenario again: --record-mode=rewrite with its --backend."


def differences(recorded: Key, asked: Key) -> Iterator[str]:
    """Yield what two keys do not have in common, each as one clause."""
    for name, before, now in zip(("method", "host", "path"), recorded, asked, strict=False):
        if before != now:
            yield f"{name}: recorded {before}, asked {now}"
    yield from _of_members("query", dict(parse_qsl(recorded[3])), dict(parse_qsl(asked[3])))
    yield from _of_members("header", _header_map(recorded[4]), _header_map(asked[4]))
    if recorded[5] != asked[5]:
        yield from _of_values("body", _parsed(recorded[5]), _parsed(asked[5]))


def _nearest(asked: Key, turns: Sequence[Turn]) -> Turn | None:
    """Return the turn whose key resembles most, one that is still to be played where that makes no difference."""

    def likeness(turn: Turn) -> tuple[bool, float, bool]:
        key = key_of(turn.interaction.request)
        same = sum(weight for weight, before, now in zip((3, 2, 0, 2, 1, 1), key, asked, strict=True) if before == now)
        path = difflib.SequenceMatcher(None, key[2].split("/"), asked[2].split("/")).ratio()
        return key == asked, same + 6 * path, not turn.played

    return max({turn.number: turn for turn in reversed(turns)}.values(), key=likeness, default=None)


def _header_map(text: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _of_members(place: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted({*before, *now}):
        inner = f"{place}.{name}"
        if name not in now:
            yield f"{inner}: recorded {excerpt(before[name], 80)}, not asked"
        elif name not in before:
            yield f"{inner}: asked {excerpt(now[name], 80)}, not recorded"
        else:
            yield from _of_values(inner, before[name], now[name])


def _of_values(place: str, before: Any, now: Any) -> Iterator[str]:
    if before == now:
        return
    if isinstance(before, dict) and isinstance(now, dict):
        yield from _of_members(place, before, now)
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for number, (left, right) in enumerate(zip(before, now, strict=True)):
            yield from _of_values(f"{place}[{number}]", left, right)
    else:
        yield f"{place}: recorded {excerpt(before, 80)}, asked {excerpt(now, 80)}"
