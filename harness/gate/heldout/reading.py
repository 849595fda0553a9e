"""The held-out file: looked through once before anything is asked, then read row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from harness.decide.payload import check_conversation
from harness.errors import DataError, PayloadError, excerpt, nearest
from harness.gate.evidence.records import Conversation, Message
from harness.gate.heldout.content import content_id
from harness.gate.heldout.lines import Row, rows_of, sha256_of

__all__ = ["Duplicates", "HeldOutSet", "conversations", "look_through"]

Duplicates = Literal["refuse", "drop"]
Check = Callable[[Sequence[Mapping[str, str]]], object]


@dataclass(frozen=True, slots=True)
class HeldOutSet:
    """A held-out file that was found good. sha256: of its bytes. ids: of its conversations, in the file's order.

    slices: the columns that part it. repeated: rows that were left out, since their conversation came before.
    """

    path: Path
    sha256: str
    ids: tuple[str, ...]
    slices: tuple[str, ...]
    repeated: int


def look_through(
    path: Path,
    *,
    slices: Sequence[str] = (),
    duplicates: Duplicates = "refuse",
    check: Check = check_conversation,
) -> HeldOutSet:
    """Read a whole file and return what is in it; no row is kept, only ids.

    check: raises PayloadError for turns that cannot be asked. DataError names the line of the first row at fault: one
    without an answer to compare with, one that the endpoint would refuse, the second one of a conversation.
    """
    lines, repeated = dict[str, int](), 0
    filled, columns = set[str](), set[str]()
    for row in rows_of(path):
        found = _conversation(row, slices, path, check)
        columns.update(row.columns)
        filled.update(name for name in slices if name in row.columns)
        first = lines.setdefault(found.id, row.number)
        if first != row.number and duplicates == "refuse":
            raise _twice(path, first, row.number)
        repeated += first != row.number
    if not lines:
        raise _nothing(path)
    for name in slices:
        if name not in filled:
            raise _no_column(path, name, columns)
    return HeldOutSet(path, sha256_of(path), tuple(lines), tuple(slices), repeated)


def conversations(held_out: HeldOutSet) -> Iterator[Conversation]:
    """Yield the conversations one by one, in the file's order; DataError when the file is no longer what it was."""
    ids = iter(held_out.ids)
    wanted = next(ids, None)
    for row in rows_of(held_out.path):
        if wanted is None:
            return
        found = _conversation(row, held_out.slices, held_out.path, check_conversation)
        if found.id == wanted:
            yield found
            wanted = next(ids, None)
    if wanted is not None:
        raise DataError(
            "the held-out file has changed while it was read",
            where=str(held_out.path),
            got=f"no conversation {wanted[:12]}",
            remedy="Leave the file alone while it is scored, and run again.",
        )


def _conversation(row: Row, slices: Sequence[str], path: Path, check: Check) -> Conversation:
    where = f"{path}, line {row.number}"
    turns = list(row.turns)
    while turns and turns[-1]["role"] != "assistant":
        turns.pop()
    if not turns or not turns[-1]["content"].strip():
        raise DataError(
            "the row holds no answer to compare with",
            where=where,
            got=f"turns of {', '.join(turn['role'] for turn in row.turns)}",
            expected="a last turn of the assistant, with text",
            remedy="Add the assistant's answer, or remove the row.",
        )
    *prompt, last = turns
    try:
        check(prompt)
    except PayloadError as error:
        raise DataError(
            error.what,
            where=where,
            got=error.got,
            expected=error.expected,
            nearest=error.nearest,
            remedy="Correct the row, or remove it; user and assistant must alternate.",
        ) from error
    messages = tuple(Message(role=turn["role"], content=turn["content"]) for turn in prompt)
    values = {name: _slice(row.columns.get(name), name, where) for name in slices}
    return Conversation(
        id=content_id(prompt), line=row.number, slices=values, messages=messages, reference=last["content"]
    )


def _slice(value: Any, name: str, where: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise DataError(
        f"column {name} cannot part the rows",
        where=where,
        got=excerpt(value, 60),
        expected="text, a number or a boolean",
        remedy="Name a column with one plain value in each row, or leave the slice out.",
    )


def _twice(path: Path, first: int, second: int) -> DataError:
    return DataError(
        "two rows ask the same conversation",
        where=f"{path}, line {second}",
        got=f"the turns of line {first}",
        expected="each conversation once: they are compared in pairs, and counted once",
        remedy="Remove one of the two rows, or let --drop-duplicates keep the first.",
    )


def _nothing(path: Path) -> DataError:
    return DataError(
        "the held-out file is empty",
        where=str(path),
        got="no rows",
        expected="a conversation on each line",
        remedy="Name a file with held-out conversations.",
    )


def _no_column(path: Path, name: str, columns: set[str]) -> DataError:
    return DataError(
        f"no row has the column {name}",
        where=str(path),
        got=f"the columns {', '.join(sorted(columns))}",
        nearest=nearest(name, columns),
        remedy="Name a column of the held-out file as a slice, or leave it out.",
    )
