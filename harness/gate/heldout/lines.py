"""JSON lines with a conversation each: the place of every fault, one row in memory at a time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from harness.errors import DataError, excerpt, nearest

__all__ = ["Row", "rows_of", "sha256_of", "unreadable"]

_LAYOUT = '{"messages": [{"role": "user", "content": "..."}, {"role": "assistant", "content": "..."}]}'
_BLOCK = 1 << 16


class Row(NamedTuple):
    """One line that is not blank. number: from 1. turns: what its column `messages` holds."""

    number: int
    columns: Mapping[str, Any]
    turns: Sequence[Mapping[str, str]]


def rows_of(path: Path) -> Iterator[Row]:
    """Yield the rows of a file of JSON lines; DataError names the line of what holds no conversation."""
    try:
        with path.open("rb") as file:
            for number, raw in enumerate(file, 1):
                if raw.strip():
                    columns = _columns(raw, f"{path}, line {number}")
                    yield Row(number, columns, _turns(columns, f"{path}, line {number}"))
    except OSError as error:
        raise unreadable(path, error) from error


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hexadecimal; DataError when it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        raise unreadable(path, error) from error
    return digest.hexdigest()


def unreadable(path: Path, error: OSError) -> DataError:
    """Return the error of a file that cannot be read."""
    beside = [entry.name for entry in path.parent.glob("*.jsonl")] if path.parent.is_dir() else []
    return DataError(
        "the file cannot be read",
        where=str(path),
        got=error.strerror or type(error).__name__,
        expected="a file of JSON lines",
        nearest=nearest(path.name, beside),
        remedy="Name a file that can be read.",
    )


def _columns(raw: bytes, where: str) -> Mapping[str, Any]:
    try:
        value = json.loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as error:
        said = "nested too deeply" if isinstance(error, RecursionError) else str(error).splitlines()[0]
        raise _no_row(f"not JSON: {said}", where, raw) from None
    if not isinstance(value, dict):
        raise _no_row("not an object", where, raw)
    return value


def _turns(columns: Mapping[str, Any], where: str) -> Sequence[Mapping[str, str]]:
    turns = columns.get("messages")
    if not isinstance(turns, list) or not turns:
        raise DataError(
            "the row holds no conversation",
            where=where,
            got=excerpt(turns) if "messages" in columns else f"the columns {', '.join(columns) or '(none)'}",
            expected=_LAYOUT,
            nearest=nearest("messages", columns) if "messages" not in columns else (),
            remedy="Name the column messages, and give it the turns of a conversation.",
        )
    for number, turn in enumerate(turns, 1):
        fine = isinstance(turn, dict) and isinstance(turn.get("role"), str) and isinstance(turn.get("content"), str)
        if not fine:
            raise DataError(
                f"turn {number} is no message",
                where=where,
                got=excerpt(turn),
                expected='{"role": ..., "content": "<text>"}',
                remedy="Correct the turn, or remove the row.",
            )
    return turns


def _no_row(what: str, where: str, raw: bytes) -> DataError:
    return DataError(
        what,
        where=where,
        got=excerpt(raw.decode("utf-8", "replace").strip(), 60),
        expected="one JSON object on each line, in UTF-8",
        remedy="Correct the line, or remove it.",
    )
