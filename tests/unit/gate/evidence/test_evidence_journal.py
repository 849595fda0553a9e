"""The evidence file: what is written is read, what a crash tore is cut off, what is no evidence is refused by line."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from pathlib import Path

import pytest

from harness.errors import DataError, EnvironmentMissing, UsageError
from harness.gate.evidence.journal import Journal, digest_of, read_records, whole_size
from harness.gate.evidence.records import Answer, Record, from_line, to_line
from tests.unit.gate.comparison import FAULT, SCORE, Made

RECORDS = list(Made({"score": ([0.1, 0.2], [0.3, 0.4])}, again={"score": [0.1, 0.3]}).records())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with a comparison."""
    with Journal(tmp_path / "evidence.jsonl") as journal:
        journal.append(*RECORDS)
    return tmp_path / "evidence.jsonl"


def test_what_is_written_is_read(path: Path) -> None:
    """All records come back as they were, in order."""
    assert list(read_records(path)) == RECORDS


@pytest.mark.parametrize("record", RECORDS[:6] + RECORDS[-1:], ids=lambda record: record.kind)
def test_a_line_is_json_with_its_kind_first(record: Record) -> None:
    """Each record is one line of JSON that begins with its kind."""
    line = to_line(record)

    assert next(iter(json.loads(line))) == "kind"
    assert "\n" not in line


def test_an_answer_of_half_a_character_can_be_kept() -> None:
    """A lone surrogate, which a model can answer and UTF-8 cannot hold, is kept as a question mark."""
    answer = Answer(id="a", role="baseline", repeat=0, attempt=1, outcome="answered", order=0, text="x\ud83dy")
    kept = from_line(to_line(answer), "here")

    assert isinstance(kept, Answer)
    assert kept.text == "x?y"


@pytest.mark.skipif(sys.platform == "win32", reason="the lock is POSIX's")
def test_one_run_writes_at_a_time(path: Path) -> None:
    """While a file is open for appending nobody else opens it; then it is free, and as it was."""
    before = path.read_bytes()
    with Journal(path), pytest.raises(UsageError, match="another run writes this evidence") as refused:
        Journal(path)
    Journal(path).close()

    assert ("Wait" in refused.value.remedy, path.read_bytes()) == (True, before)


def test_what_was_written_since_it_was_read_is_no_file_to_go_on_from(path: Path) -> None:
    """A file that has grown since somebody looked at it is refused: they would ask again what is there."""
    size = whole_size(path)
    Journal(path, size).close()
    with Journal(path) as journal:
        journal.append(RECORDS[-1])

    with pytest.raises(UsageError, match="another run"):
        Journal(path, size)


def test_a_torn_last_line_is_not_read(path: Path) -> None:
    """A line that a crash has cut short is no record."""
    with path.open("ab") as file:
        file.write(b'{"kind":"answer","id":')

    assert list(read_records(path)) == RECORDS


def test_a_torn_last_line_is_cut_off_before_more_is_written(path: Path) -> None:
    """Appending goes on after the last whole line."""
    with path.open("ab") as file:
        file.write(b'{"kind":"answer"' + b" " * 3_000_000)
    with Journal(path) as journal:
        journal.append(RECORDS[-1])

    assert list(read_records(path)) == [*RECORDS, RECORDS[-1]]


def test_threads_do_not_tear_each_others_lines(tmp_path: Path) -> None:
    """Records that several threads append at once are all whole."""
    with Journal(tmp_path / "e") as journal:
        journal.append(RECORDS[0])
        threads = [threading.Thread(target=lambda: [journal.append(RECORDS[-1]) for _ in range(20)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert list(read_records(tmp_path / "e")) == [RECORDS[0], *RECORDS[-1:] * 80]


def test_digest_is_of_the_whole_lines(path: Path) -> None:
    """The digest is the sha256 of the file without what a crash has torn."""
    whole = hashlib.sha256(path.read_bytes()).hexdigest()
    with path.open("ab") as file:
        file.write(b"torn")

    assert digest_of(path) == whole


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"\xff\xfe\n", "Invalid JSON"),
        (b"[1\n", "Invalid JSON"),
        (b"{}\n", "kind"),
        (b'{"kind":"answer"}\n', "id: Field required"),
        (b'{"kind":"attempt","number":0,"started":"","why":"first","conversations":1}\n', "number: "),
        (b'{"kind":"scores","id":"a","role":"x","repeat":0,"measuring":1,"values":{}}\n', "role: "),
        (
            b'{"kind":"scores","id":"a","role":"baseline","repeat":0,"measuring":1,"values":{"m":NaN}}\n',
            "finite number",
        ),
        (b'{"kind":"scores","id":"a","role":"baseline","repeat":0,"measuring":1,"values":{},"x":1}\n', "x: "),
    ],
)
def test_a_line_that_is_no_record_is_refused(path: Path, line: bytes, said: str) -> None:
    """The refusal names the file, the line and what is wrong with it."""
    count = len(RECORDS) + 1
    with path.open("ab") as file:
        file.write(line)

    with pytest.raises(DataError, match=said) as refused:
        list(read_records(path))

    assert (refused.value.where, bool(refused.value.remedy)) == (f"{path}, line {count}", True)


@pytest.mark.parametrize(("content", "line"), [(b"", 1), (b"torn", 1), ("second", 2), ("answer", 1)])
def test_a_file_has_one_header_on_its_first_line(path: Path, content: bytes | str, line: int) -> None:
    """An empty file, one that begins otherwise, and one with a second header are refused."""
    lines = path.read_bytes().splitlines(keepends=True)
    made = {"second": lines[0] + lines[0], "answer": lines[4]}
    path.write_bytes(content if isinstance(content, bytes) else made[content])

    with pytest.raises(DataError, match="one header") as refused:
        list(read_records(path))

    assert refused.value.where == f"{path}, line {line}"


def test_another_version_of_the_format_is_refused(path: Path) -> None:
    """A file of another schema is not read as if it were of this one."""
    path.write_text(path.read_text().replace('"schema":1', '"schema":2', 1))

    with pytest.raises(DataError, match="schema"):
        list(read_records(path))


def test_a_file_that_is_not_there_is_refused_with_the_nearest(path: Path) -> None:
    """A misspelled name gets the right one beside it."""
    with pytest.raises(DataError, match="cannot be read") as refused:
        list(read_records(path.with_name("evidense.jsonl")))

    assert refused.value.nearest == ("evidence.jsonl",)


def test_a_place_that_cannot_be_written_is_the_environments(tmp_path: Path) -> None:
    """A folder in the file's place is told as what the machine lacks, with where the evidence is."""
    with pytest.raises(EnvironmentMissing, match="cannot be written") as refused:
        Journal(tmp_path)

    assert refused.value.where == str(tmp_path)


def test_what_did_not_get_onto_the_disk_is_taken_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failed append the file holds whole lines only, and the next append goes on from there."""
    with Journal(path) as journal:
        monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(EnvironmentMissing):
            journal.append(RECORDS[-1], RECORDS[-1])
        monkeypatch.undo()
        journal.append(RECORDS[-1])

    assert list(read_records(path)) == [*RECORDS, RECORDS[-1]]


def test_facts_of_a_count_have_one_end() -> None:
    """A count of faults has the same worst and best: a failed answer has none."""
    assert (FAULT.worst, SCORE.worst) == (FAULT.best, 0.0)
