"""Ledgers read back, whole and torn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ledgers import NOON, PLACE, RUN, book

from harness.errors import UsageError
from harness.ledger.reading import read_ledger, read_ledgers


def written(folder: Path) -> Path:
    """The ledger of a run that was killed when its deployment was being made."""
    ledger = book(folder)
    with ledger.creating("endpoint", "e", bills=True):
        pass
    try:
        with ledger.creating("deployment", "e/demo", bills=True):
            raise SystemExit
    except SystemExit:
        ledger.close()
    return folder / f"{RUN}.jsonl"


def test_last_line_about_a_resource_is_its_state(tmp_path: Path) -> None:
    """What was seen to be created is told from what was only asked for."""
    record = read_ledger(written(tmp_path), "here")

    assert record is not None
    assert (record.head.run, record.head.workspace, record.closed, record.problems) == (RUN, PLACE, False, ())
    found = [(entry.name, entry.state, entry.confirmed, entry.since) for entry in record.entries]
    assert found == [("e", "created", True, NOON), ("e/demo", "doubtful", False, NOON)]


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_torn_last_line_is_as_if_it_had_not_begun(tmp_path: Path, cut: int) -> None:
    """The request was not sent before the line was whole."""
    path = written(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    record = read_ledger(path, "here")

    assert record is not None
    assert [entry.state for entry in record.entries] == ["created", "intended"]
    assert record.problems == ()


@pytest.mark.parametrize(
    "line", [b"nonsense", b"[]", b'{"state": "lost"}', b"\xff\xfe", b'{"state": "created", "kind": "x", "name": "y"}']
)
def test_bad_line_is_told_and_the_others_count(tmp_path: Path, line: bytes) -> None:
    """Somebody has changed the file."""
    path = written(tmp_path)
    path.write_bytes(path.read_bytes() + line + b"\n")
    record = read_ledger(path, "here")

    assert record is not None
    assert len(record.entries) == 2
    assert record.problems[0].startswith("line 6: ")


@pytest.mark.parametrize("content", [b"", b'{"ledger": 1, "run'])
def test_run_that_died_before_its_first_line_says_nothing(tmp_path: Path, content: bytes) -> None:
    """It has created nothing."""
    (tmp_path / "x.jsonl").write_bytes(content)

    assert read_ledgers(tmp_path, "here") == ([], [])


@pytest.mark.parametrize("content", [b"hello\n", b"{}\n", b'{"ledger": 2, "run": "x", "workspace": {}}\n'])
def test_file_that_is_no_ledger_is_told(tmp_path: Path, content: bytes) -> None:
    """The others are read all the same."""
    written(tmp_path)
    (tmp_path / "x.jsonl").write_bytes(content)
    records, broken = read_ledgers(tmp_path, "here")

    assert ([record.head.run for record in records], len(broken)) == ([RUN], 1)
    assert "x.jsonl: " in broken[0]


def test_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    """No run has created anything yet."""
    assert read_ledgers(tmp_path / "none", "here") == ([], [])


def test_folder_that_is_a_file_is_wrong_use(tmp_path: Path) -> None:
    """The option is named."""
    (tmp_path / "file").touch()

    with pytest.raises(UsageError, match="Name it with --ledger"):
        read_ledgers(tmp_path / "file", "here")


@pytest.mark.parametrize(("host", "state"), [("here", "dead"), ("elsewhere", "unknown")])
def test_run_of_another_machine_may_live(tmp_path: Path, host: str, state: Any) -> None:
    """Its lock may be out of sight."""
    record = read_ledger(written(tmp_path), host)

    assert record is not None
    assert record.liveness == state


def test_run_that_ends_while_it_is_read_is_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is dead has said all that it says: that it keeps an endpoint is not missed by a moment."""
    ledger = book(tmp_path)
    with ledger.creating("endpoint", "e", bills=True) as endpoint:
        pass

    def ends(*_file: Any, **_known: Any) -> str:
        ledger.kept(endpoint)
        ledger.close()
        return "dead"

    monkeypatch.setattr("harness.ledger.reading.liveness", ends)
    record = read_ledger(tmp_path / f"{RUN}.jsonl", "here")

    assert record is not None
    assert (record.liveness, [entry.state for entry in record.entries]) == ("dead", ["kept"])
