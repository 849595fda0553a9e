"""Rows of fine-tuning data: reading JSON lines with the place of every fault, and checking a row's shape."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from harness.errors import DataError, excerpt, nearest

__all__ = [
    "CHAT_LAYOUT",
    "DataLayout",
    "Line",
    "check_column",
    "check_row",
    "parse_line",
    "read_lines",
    "split_missing",
]

_UTF8_BOM = b"\xef\xbb\xbf"
_SPEAKERS = ("user", "assistant")
_TURNS = '[{"content": "...", "role": "user"}, {"content": "...", "role": "assistant"}]'
_FILL_IN = "Fill it in, or remove the row."


@dataclass(frozen=True, slots=True)
class DataLayout:
    """The columns that every row must fill, and the splits that a data set must have.

    messages: the column that holds a conversation; the others are then text. None: values of any kind.
    """

    columns: tuple[str, ...]
    splits: tuple[str, ...]
    messages: str | None = None


CHAT_LAYOUT = DataLayout(
    columns=("prompt", "prompt_id", "messages"),
    splits=("train_sft", "test_sft", "train_gen", "test_gen"),
    messages="messages",
)
"""HuggingFaceH4/ultrachat_200k (its card, documented)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file that is not blank. number: from 1. offset: of its first byte in the file."""

    path: Path
    number: int
    offset: int
    raw: bytes

    @property
    def where(self) -> str:
        """The place as error messages give it."""
        return f"{self.path} line {self.number}"


def read_lines(path: Path) -> Iterator[Line]:
    """Yield the lines of a file that are not blank, one at a time; DataError if it cannot be read."""
    try:
        with path.open("rb") as file:
            offset = 0
            for number, raw in enumerate(file, 1):
                if raw.strip():
                    yield Line(path, number, offset, raw)
                offset += len(raw)
    except OSError as error:
        raise DataError(
            "the file cannot be read",
            where=str(path),
            got=error.strerror or type(error).__name__,
            expected="a readable file of JSON lines",
            remedy="Name a file that can be read.",
        ) from error


def parse_line(line: Line) -> dict[str, Any]:
    """Return the JSON object of a line; DataError names the byte or the column at fault."""
    mark = len(_UTF8_BOM) if line.offset == 0 and line.raw.startswith(_UTF8_BOM) else 0
    try:
        text = line.raw[mark:].decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(
            f"byte {line.offset + mark + error.start} of the file is not UTF-8",
            where=line.where,
            got=f"0x{error.object[error.start]:02x}",
            expected="UTF-8 text",
            remedy="Save the file with UTF-8 encoding.",
        ) from error
    try:
        row = json.loads(text.rstrip(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"not JSON: {_reason(error)}",
            where=line.where,
            got=excerpt(text.strip(), 60),
            expected="one JSON object on each line",
            remedy="Correct the line, or remove it; a row must not go over several lines.",
        ) from error
    if not isinstance(row, dict):
        raise DataError(
            "not a row",
            where=line.where,
            got=f"{_kind(row)}, {excerpt(row, 60)}",
            expected="one JSON object on each line",
            remedy="Make it an object with a key for each column, or remove the line.",
        )
    return row


def check_row(row: Mapping[str, Any], where: str, layout: DataLayout) -> None:
    """Raise DataError unless the row fills every column of the layout; `where` begins the message."""
    for column in layout.columns:
        check_column(column, row, where, layout)
        if column == layout.messages:
            _check_conversation(row[column], where, column)
        elif layout.messages is not None:
            _check_text(row[column], where, column)
        elif _is_empty(row[column]):
            raise DataError(
                f"{column} is empty", where=where, got=excerpt(row[column]), expected="a value", remedy=_FILL_IN
            )


def check_column(column: str, columns: Iterable[str], where: str, layout: DataLayout) -> None:
    """Raise DataError unless `column` is among those that there are."""
    there = list(columns)
    if column not in there:
        raise DataError(
            f"column '{column}' is missing",
            where=where,
            got=f"the columns {', '.join(there) or '(none)'}",
            expected=f"the columns {', '.join(layout.columns)}",
            nearest=nearest(column, there),
            remedy="Rename or add the column in every row.",
        )


def split_missing(split: str, source: str, present: Iterable[str]) -> DataError:
    """Return the error of a data set without a split that the spec names."""
    names = sorted(present)
    return DataError(
        f"split '{split}' is missing",
        where=source,
        got=f"the splits {', '.join(names) or '(none)'}",
        expected=split,
        nearest=nearest(split, names),
        remedy="Add it, or name the data's own splits in data.splits of the spec.",
    )


def _check_conversation(messages: object, where: str, name: str) -> None:
    """A list of turns: at most one system turn, in front, then user and assistant in turn."""
    if not isinstance(messages, list):
        raise DataError(
            f"{name} is {_kind(messages)}",
            where=where,
            got=excerpt(messages),
            expected="a list of {content, role}",
            remedy=f"Make it a list of turns: {_TURNS}.",
        )
    if not messages:
        raise DataError(
            f"{name} is empty",
            where=where,
            got="[]",
            expected="at least one turn",
            remedy="Remove the row, or give it a conversation.",
        )
    spoken = 0
    for index, message in enumerate(messages):
        place = f"{name}[{index}]"
        _check_message(message, where, place)
        if index == 0 and message["role"] == "system":
            continue
        _check_speaker(message["role"], where, f"{place}.role", _SPEAKERS[spoken % 2])
        spoken += 1
    if not spoken:
        raise DataError(
            f"{name} holds a system turn only",
            where=where,
            got="1 turn",
            expected="a turn of the user",
            remedy="Add what the user asks, or remove the row.",
        )


def _check_message(message: object, where: str, place: str) -> None:
    """An object with a role and a content that is text."""
    if not isinstance(message, dict):
        raise DataError(
            f"{place} is {_kind(message)}",
            where=where,
            got=excerpt(message),
            expected="{content, role}",
            remedy=f"Make every turn an object: {_TURNS}.",
        )
    for key in ("role", "content"):
        if key not in message:
            raise DataError(
                f"{place}.{key} is missing",
                where=where,
                got=f"the keys {', '.join(message) or '(none)'}",
                expected="{content, role}",
                nearest=nearest(key, message),
                remedy="Rename or add the key in every turn.",
            )
    _check_text(message["content"], where, f"{place}.content")


def _check_speaker(role: object, where: str, place: str, turn: str) -> None:
    """The role must be one of the speakers, and the one whose turn it is."""
    if role == turn:
        return
    if role in _SPEAKERS:
        raise DataError(
            f"{place} is '{role}' out of turn",
            where=where,
            expected=f"'{turn}'",
            remedy="User and assistant must alternate, beginning with the user.",
        )
    if role == "system":
        raise DataError(
            f"{place} is 'system'",
            where=where,
            expected=f"'{turn}'",
            remedy="A system turn may only come first.",
        )
    raise DataError(
        f"{place} is {excerpt(role)}",
        where=where,
        expected="'user' or 'assistant'",
        nearest=nearest(str(role), _SPEAKERS, 1),
        remedy="Correct the role, or remove the row.",
    )


def _check_text(value: object, where: str, place: str) -> None:
    if not isinstance(value, str):
        remedy = "Write it as text in quotes, or remove the row."
        raise DataError(
            f"{place} is {_kind(value)}", where=where, got=excerpt(value), expected="a string", remedy=remedy
        )
    if not value.strip():
        raise DataError(f"{place} is empty", where=where, got=excerpt(value), expected="text", remedy=_FILL_IN)


def _is_empty(value: object) -> bool:
    """Whether a column holds nothing; the numbers 0 and False are values."""
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {})


def _kind(value: object) -> str:
    """The JSON name of a value's type, with its article."""
    if value is None:
        return "null"
    names = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list"}
    return names.get(type(value), "an object")


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg.removesuffix(' at')} at column {error.colno}"
    return "nested too deeply" if isinstance(error, RecursionError) else str(error).splitlines()[0]


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")
