"""The journal of promotions: what follows what, what a crash leaves, and that nobody edits it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.errors import DataError, EnvironmentMissing
from harness.gate.policy.rollout import RolloutSection
from harness.gate.rollout.course import TRANSITIONS, next_rung
from harness.gate.rollout.journal import Journal, read_journal
from harness.gate.rollout.ladder import ladder
from harness.gate.rollout.records import (
    Began,
    Entered,
    Observed,
    Passed,
    Promoted,
    Record,
    Retired,
    Undoing,
    Undone,
    from_line,
    to_line,
)

AT = "2024-05-10T12:00:00+00:00"


def began(**changes: Any) -> Began:
    """A promotion."""
    given = {
        "promotion": "p",
        "at": AT,
        "endpoint": "e",
        "baseline": "blue",
        "candidate": "green",
        "model": "m",
        "version": "2",
        "digest": "d",
        "verdict": "PROMOTE",
        "evidence_sha256": "e",
        "policy_sha256": "p",
        "expires": "2024-05-17",
        "live": {"blue": 100},
        "mirror": {},
        "rungs": ("claim", "live-100"),
    }
    return Began(**{**given, **changes})  # type: ignore[arg-type]


def entered(rung: str = "claim") -> Entered:
    """The intent to stand on a rung."""
    return Entered(at=AT, rung=rung)


def passed(rung: str = "claim") -> Passed:
    """A rung that holds."""
    return Passed(at=AT, rung=rung, facts={"traffic": "blue 100 %"})


def observed(rung: str = "claim", *, failed: bool = False) -> Observed:
    """A request."""
    return Observed(rung=rung, stream="candidate", failed=failed, outcome="answered", latency_s=0.1)


UNDOING = Undoing(at=AT, why="harm", rung="claim", detail="d")
UNDONE = Undone(at=AT, live={"blue": 100}, mirror={})
ALL: list[Record] = [
    began(),
    entered(),
    observed(),
    passed(),
    Promoted(at=AT),
    UNDOING,
    UNDONE,
    Retired(at=AT, deployments=("blue",)),
]


@pytest.mark.parametrize("record", ALL, ids=lambda record: record.kind)
def test_a_record_comes_back_as_it_was(record: Record) -> None:
    """One line stands for it."""
    line = to_line(record)

    assert "\n" not in line
    assert from_line(line.encode(), "here") == record


def test_the_journal_is_the_state(tmp_path: Path) -> None:
    """What was appended is read back as the same course."""
    with Journal(tmp_path / "e.jsonl") as journal:
        journal.append(began(), entered(), passed(), entered("live-100"), observed("live-100", failed=True))
        here = journal.last
    (read,) = read_journal(tmp_path / "e.jsonl")

    assert read == here
    assert (read.state, read.rung, len(read.seen), [held.rung for held in read.passed]) == (
        "standing",
        "live-100",
        1,
        ["claim"],
    )


def test_a_line_that_a_crash_cut_short_is_left_out(tmp_path: Path) -> None:
    """Nobody relied on it; the next one is written in its place."""
    path = tmp_path / "e.jsonl"
    with Journal(path) as journal:
        journal.append(began(), entered())
    with path.open("ab") as file:
        file.write(b'{"kind":"passed","at":"2024')
    assert read_journal(path)[-1].state == "standing"
    with Journal(path) as journal:
        journal.append(passed())

    assert read_journal(path)[-1].state == "between"


@pytest.mark.parametrize(
    "records",
    [
        [entered()],
        [began(), began()],
        [began(), passed()],
        [began(), observed()],
        [began(), entered(), passed("smoke")],
        [began(), entered(), observed("smoke")],
        [began(), UNDONE],
        [began(), Promoted(at=AT), entered()],
        [began(), UNDOING, UNDONE, UNDOING],
        [began(), UNDOING, UNDONE, Retired(at=AT, deployments=())],
        [began(), UNDOING, entered()],
    ],
)
def test_what_cannot_follow_is_no_journal(tmp_path: Path, records: list[Record]) -> None:
    """The line is named, and what could have stood there."""
    path = tmp_path / "e.jsonl"
    path.write_text("".join(f"{to_line(record)}\n" for record in records))

    with pytest.raises(DataError, match=f"line {len(records)}: a record of the journal cannot follow"):
        read_journal(path)


@pytest.mark.parametrize("line", ["{}", "no json", '{"kind":"passed","at":"x","rung":"r"}', '{"kind":"x"}', "\udcff"])
def test_what_is_no_record_is_named_by_its_line(tmp_path: Path, line: str) -> None:
    """A journal is never edited; the remedy says what goes without it."""
    path = tmp_path / "e.jsonl"
    path.write_bytes(f"{to_line(began())}\n{line}\n".encode("utf-8", "surrogateescape"))

    with pytest.raises(DataError, match=r"line 2: not a line.*harness gate rollback"):
        read_journal(path)


def test_every_end_is_left_by_somebody_alone() -> None:
    """No record of the climb itself follows an end, and what is being undone is never climbed again."""
    climbing = {"entered", "observed", "passed"}
    assert all(not climbing & set(TRANSITIONS[end]) for end in ("undone", "promoted", "retired"))
    assert set(TRANSITIONS["undoing"]) == {"undoing", "undone"}


def test_the_rung_that_was_entered_comes_first(tmp_path: Path) -> None:
    """It is entered again after a crash; then the lowest that is left."""
    rungs = ladder(RolloutSection())
    with Journal(tmp_path / "e.jsonl") as journal:
        journal.append(began(), entered(), passed(), entered("smoke"))
        assert journal.last is not None
        standing = next_rung(journal.last, rungs)
        journal.append(passed("smoke"))
        left = next_rung(journal.last, rungs)

    assert [rung.name for rung in (standing, left) if rung] == ["smoke", "tags"]


def test_a_folder_that_takes_no_file_is_told_of(tmp_path: Path) -> None:
    """Without a journal nothing is changed."""
    (tmp_path / "file").write_text("")

    with pytest.raises(EnvironmentMissing, match="without it nothing is changed"):
        Journal(tmp_path / "file" / "e.jsonl")
