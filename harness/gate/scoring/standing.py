"""What an evidence file holds already: where an interrupted scoring goes on, and what it must not ask again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from harness.errors import UsageError
from harness.gate.evidence.journal import read_records, whole_size
from harness.gate.evidence.records import ROLES, Answer, Attempt, Conversation, Header, Role
from harness.gate.scoring.plan import Question

__all__ = ["Standing", "next_attempt", "read_standing", "refuse_other"]

_COMPARED = (
    "held_out",
    "train_sha256",
    "leakage",
    "baseline",
    "candidate",
    "decoding",
    "repeats",
    "retries",
    "concurrency",
)


@dataclass(slots=True)
class Standing:
    """header: None for a file that is not there yet. asked: by conversation, which of its questions have an answer.

    size: bytes of the file when it was read. Memory: an id and a number for each conversation, no text.
    """

    header: Header | None = None
    attempts: int = 0
    planned: int = 0
    size: int = 0
    asked: dict[str, int] = field(default_factory=dict)

    def holds(self, question: Question, repeats: int) -> bool:
        """Tell whether the question was answered, or failed, before: its first outcome stands."""
        return self.has(question.conversation.id, question.role, question.repeat, repeats)

    def has(self, conversation: str, role: Role, repeat: int, repeats: int) -> bool:
        """Tell whether there is an answer of a role to a conversation, by its id."""
        return bool(self.asked.get(conversation, 0) >> _bit(role, repeat, repeats) & 1)

    def missing(self, ids: Sequence[str], repeats: int) -> int:
        """Return how many answers the conversations still lack."""
        wanted = len(ROLES) * repeats
        return sum(wanted - bin(self.asked.get(each, 0)).count("1") for each in ids)


def read_standing(path: Path) -> Standing:
    """Return how far an evidence file is; DataError when it is none."""
    standing = Standing(size=whole_size(path) if path.is_file() else 0)
    if not path.exists() or _headless(path):
        return standing
    for record in read_records(path):
        if isinstance(record, Header):
            standing.header = record
        elif isinstance(record, Attempt):
            standing.attempts, standing.planned = record.number, record.conversations
        elif isinstance(record, Conversation):
            standing.asked.setdefault(record.id, 0)
        elif isinstance(record, Answer) and not record.warmup and standing.header:
            bit = _bit(record.role, record.repeat, standing.header.repeats)
            standing.asked[record.id] = standing.asked.get(record.id, 0) | 1 << bit
    return standing


def next_attempt(standing: Standing, conversations: int) -> Literal["first", "resumed", "second look"]:
    """Return why there is another attempt; UsageError when it asks for fewer conversations than were planned before."""
    if conversations < standing.planned:
        raise UsageError(
            "the evidence was planned with more conversations",
            where="--limit",
            got=str(conversations),
            expected=f"{standing.planned} or more",
            remedy="Leave the limit as it was to go on, or score into a new file.",
        )
    if not standing.attempts:
        return "first"
    return "second look" if conversations > standing.planned else "resumed"


def refuse_other(standing: Standing, header: Header, path: Path) -> None:
    """Raise UsageError when the file is of another comparison than `header` begins."""
    for name in _COMPARED if standing.header else ():
        before, now = getattr(standing.header, name), getattr(header, name)
        if before != now:
            raise UsageError(
                f"the evidence is of another comparison: its {name.replace('_', ' ')} is not this one",
                where=str(path),
                got=", ".join(_differences(now, before)),
                expected=", ".join(_differences(before, now)),
                remedy="Score into a new file; an evidence file is one comparison, and what it began with stays.",
            )


def _differences(one: object, other: object) -> Iterator[str]:
    """Yield what is said in one header and not in the other."""
    if isinstance(one, dict) and isinstance(other, dict):
        yield from (f"{key} {value!r}" for key, value in one.items() if other.get(key) != value)
    elif hasattr(one, "__dataclass_fields__") and type(one) is type(other):
        for name in one.__dataclass_fields__:
            if getattr(one, name) != getattr(other, name):
                yield f"{name} {getattr(one, name)!r}"
    else:
        yield repr(one)


def _headless(path: Path) -> bool:
    """Tell whether a run was ended before its first line was whole."""
    with path.open("rb") as file:
        return not file.readline().endswith(b"\n")


def _bit(role: Role, repeat: int, repeats: int) -> int:
    return ROLES.index(role) * repeats + repeat
