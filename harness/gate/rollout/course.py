"""How far a promotion is: what its journal's records make of each other. A state machine whose table is data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from harness.decide.traffic import Division
from harness.errors import DataError
from harness.gate.rollout.ladder import Rung
from harness.gate.rollout.records import Began, Entered, Observed, Passed, Record, Undoing, Undone

__all__ = ["TRANSITIONS", "Course", "State", "courses", "next_rung"]

State = Literal["between", "standing", "undoing", "undone", "promoted", "retired"]
"""between: two rungs. standing: on one that has not shown yet that it holds. The last three are ends."""

TRANSITIONS: Mapping[State, Mapping[str, State]] = {
    "between": {"entered": "standing", "promoted": "promoted", "undoing": "undoing"},
    "standing": {"entered": "standing", "observed": "standing", "passed": "between", "undoing": "undoing"},
    "undoing": {"undoing": "undoing", "undone": "undone"},
    "undone": {},
    "promoted": {"undoing": "undoing", "retired": "retired"},
    "retired": {},
}
"""What may follow in a journal, by the kind of record. A promotion begins between two rungs, the first one ahead."""

_ENDS: tuple[State, ...] = ("undone", "promoted", "retired")


@dataclass(slots=True)
class Course:
    """One promotion. passed: rungs that hold, in order. seen: requests on the rung that it stands on."""

    began: Began
    state: State = "between"
    passed: list[Passed] = field(default_factory=list)
    rung: str = ""
    seen: list[Observed] = field(default_factory=list)
    undoing: Undoing | None = None
    undone: Undone | None = None

    @property
    def is_open(self) -> bool:
        """Whether it has not ended: it is under way, or what carried it out has died."""
        return self.state not in _ENDS

    @property
    def saved(self) -> Division:
        """The traffic before it began."""
        return Division.of(self.began.live, self.began.mirror)

    def take(self, record: Record, where: str = "journal") -> None:
        """Take the next record; DataError when it cannot follow."""
        after = TRANSITIONS[self.state].get(record.kind)
        elsewhere = isinstance(record, Observed | Passed) and record.rung != self.rung
        if after is None or elsewhere:
            raise _out_of_order(record, self, where)
        if isinstance(record, Entered):
            if record.rung != self.rung:
                self.seen.clear()
            self.rung = record.rung
        elif isinstance(record, Observed):
            self.seen.append(record)
        elif isinstance(record, Passed):
            self.passed.append(record)
            self.rung = ""
            self.seen.clear()
        elif isinstance(record, Undoing):
            self.undoing = self.undoing or record
        elif isinstance(record, Undone):
            self.undone = record
        self.state = after


def courses(records: Iterable[Record], where: str) -> list[Course]:
    """Return the promotions of a journal, oldest first; DataError, with the line, when it makes no sense."""
    found: list[Course] = []
    for number, record in enumerate(records, 1):
        place = f"{where}, line {number}"
        if isinstance(record, Began):
            if found and found[-1].is_open:
                raise _out_of_order(record, found[-1], place)
            found.append(Course(record))
        elif found:
            found[-1].take(record, place)
        else:
            raise _out_of_order(record, None, place)
    return found


def next_rung(course: Course, rungs: Iterable[Rung]) -> Rung | None:
    """Return the rung to stand on next: the one that was entered and not passed, else the lowest that is left."""
    passed = {record.rung for record in course.passed}
    left = [rung for rung in rungs if rung.name not in passed]
    return next((rung for rung in left if rung.name == course.rung), left[0] if left else None)


def _out_of_order(record: Record, course: Course | None, where: str) -> DataError:
    may = ", ".join(TRANSITIONS[course.state]) if course else "began"
    return DataError(
        "a record of the journal cannot follow the one before it",
        where=where,
        got=f"{record.kind}{f' of rung {record.rung}' if isinstance(record, Entered | Observed | Passed) else ''}",
        expected=f"one of {may}" if may else "the beginning of another promotion",
        remedy="A journal is never edited; without it, `harness gate rollback` goes by the endpoint's own tags.",
    )
