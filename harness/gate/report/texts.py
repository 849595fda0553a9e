"""What was asked and answered in a few conversations, found in the evidence file without reading all the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import DataError
from harness.gate.evidence.records import Answer, Conversation, Message, Record, Role, from_line

__all__ = ["Asked", "read_texts"]

_TEXT_OF = re.compile(rb'\s*{\s*"kind"\s*:\s*"(?:conversation|answer)"\s*,\s*"id"\s*:\s*"([^"\\]*)"')
"""How the lines with texts begin: `kind` is first in every record, and `id` next in these."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A conversation: its turns, the reference, and the first answer of either model with its outcome."""

    messages: Sequence[Message]
    reference: str | None
    answers: dict[Role, tuple[str, str]] = field(default_factory=dict)


def read_texts(path: Path, ids: Iterable[str]) -> Mapping[str, Asked]:
    """Return what was said in some conversations, by id; DataError when the file cannot be read."""
    found: dict[str, Asked] = {}
    for record in _records(path, set(ids)):
        if isinstance(record, Conversation):
            found.setdefault(record.id, Asked(record.messages, record.reference))
        elif isinstance(record, Answer) and record.id in found and not (record.warmup or record.repeat):
            found[record.id].answers.setdefault(record.role, (record.text, record.outcome))
    return found


def _records(path: Path, ids: set[str]) -> Iterator[Record]:
    if not ids:
        return
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                begins = _TEXT_OF.match(line)
                if begins and begins[1].decode("utf-8", "replace") in ids and line.endswith(b"\n"):
                    yield from_line(line, f"{path}, line {number}")
    except OSError as error:
        raise DataError(
            "the evidence cannot be read again, for its texts",
            where=str(path),
            got=error.strerror or type(error).__name__,
            expected="the file that the verdict was made from",
            remedy="Leave the evidence in its place until the report is written.",
        ) from error
