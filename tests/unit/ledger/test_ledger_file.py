"""The file of a ledger: what is synced, what a crash leaves, and whether its run lives."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ledgers import RUN, book, head, lines

from harness.errors import EnvironmentMissing, UsageError
from harness.ledger import LedgerFile, ledger_folder
from harness.ledger import lines as lines_module
from harness.ledger.file import add_lines, liveness

needs_locks = pytest.mark.skipif(os.name == "nt", reason="locks of POSIX")


def recorded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each write, and each sync of a file or of a folder by its name, in order."""
    done: list[str] = []
    write, sync = os.write, os.fsync

    def note_write(descriptor: int, content: Any) -> int:
        done.append("write")
        return write(descriptor, content)

    def note_sync(descriptor: int) -> None:
        folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        done.append(f"sync {Path(f'/proc/self/fd/{descriptor}').readlink().name}" if folder else "sync")
        sync(descriptor)

    monkeypatch.setattr(os, "write", note_write)
    monkeypatch.setattr(os, "fsync", note_sync)
    return done


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="names of open folders")
def test_line_and_file_and_folders_are_synced_before_the_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each folder that was made is on disk in the one that holds it, then first line, file name and intent."""
    done = recorded(monkeypatch)
    with book(tmp_path / "runs" / "ledger").creating("endpoint", "e"):
        before = list(done)

    assert before == [f"sync {tmp_path.name}", "sync runs", "write", "sync", "sync ledger", "write", "sync"]


def test_line_that_a_crash_cut_short_is_cut_off(tmp_path: Path) -> None:
    """What is added later does not run into it."""
    path = tmp_path / f"{RUN}.jsonl"
    path.write_bytes(b'{"a": 1}\n{"b": ')
    add_lines(path, {"c": 3})

    assert lines(tmp_path) == [{"a": 1}, {"c": 3}]


def test_write_that_fails_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next line that finds space stands by itself."""
    there = LedgerFile(tmp_path, RUN)
    there.open({"a": 1})
    write = os.write

    def half(descriptor: int, content: Any) -> int:
        monkeypatch.setattr(os, "write", lambda *_: (_ for _ in ()).throw(OSError("full")))
        return write(descriptor, content[:3])

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(EnvironmentMissing):
        there.append({"b": 2})
    monkeypatch.setattr(os, "write", write)
    there.append({"c": 3})

    assert [next(iter(line)) for line in lines(tmp_path)] == ["a", "c"]


def test_ledger_of_another_run_is_not_overwritten(tmp_path: Path) -> None:
    """Two runs of one id are refused before anything is created."""
    (tmp_path / f"{RUN}.jsonl").touch()

    with pytest.raises(EnvironmentMissing, match="File exists"), book(tmp_path).creating("endpoint", "e"):
        pytest.fail("the request was sent")


def test_folder_that_cannot_be_is_wrong_use(tmp_path: Path) -> None:
    """It is found before anything is done, and the option is named."""
    (tmp_path / "file").touch()

    with pytest.raises(UsageError, match="name another folder with --ledger"):
        LedgerFile(tmp_path / "file" / "ledger", RUN).prove()


@needs_locks
def test_run_lives_until_its_ledger_is_closed(tmp_path: Path) -> None:
    """The lock says so, whatever stands in the file."""
    there = LedgerFile(tmp_path, RUN)
    there.open(head().to_line())
    alive = liveness(there.path, same_host=True, locked=True)
    there.close()

    assert (alive, liveness(there.path, same_host=True, locked=True)) == ("alive", "dead")


@needs_locks
def test_run_that_is_killed_is_dead(tmp_path: Path) -> None:
    """The kernel lets go of what a killed process held."""
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom harness.ledger import LedgerFile\n"
        f"LedgerFile(Path({str(tmp_path)!r}), {RUN!r}).open({{}}) or os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)

    assert (done.returncode, liveness(tmp_path / f"{RUN}.jsonl", same_host=True, locked=True)) == (-9, "dead")


@pytest.mark.parametrize(("same_host", "locked"), [(False, True), (True, False)])
def test_run_that_this_machine_cannot_see_may_live(tmp_path: Path, same_host: bool, locked: bool) -> None:
    """Another machine's lock may not reach here, and some folders know none."""
    there = LedgerFile(tmp_path, RUN)
    there.open({})
    there.close()

    assert liveness(there.path, same_host=same_host, locked=locked) == "unknown"


def test_file_says_where_there_are_no_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows: the run goes on, and only its end tells that it is over."""
    monkeypatch.setattr(lines_module, "fcntl", None)
    with book(tmp_path).creating("endpoint", "e"):
        pass

    assert lines(tmp_path)[0]["locked"] is False
    assert liveness(tmp_path / f"{RUN}.jsonl", same_host=True, locked=True) == "unknown"


@pytest.mark.parametrize(
    ("option", "environ", "folder"),
    [
        (None, {}, "base/runs/ledger"),
        (None, {"HARNESS_LEDGER": "there"}, "there"),
        (Path("here"), {"HARNESS_LEDGER": "there"}, "here"),
    ],
)
def test_folder_is_the_options_else_the_environments(option: Any, environ: dict[str, str], folder: str) -> None:
    """Without either it is runs/ledger."""
    assert ledger_folder(option, environ, Path("base")) == Path(folder)
