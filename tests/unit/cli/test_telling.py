"""Telling what came of a run where some places do not take it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.cli import main
from harness.cli.outcome import Outcome, Presentation
from harness.cli.screen import Screen
from harness.cli.telling import tell, tell_refusal
from harness.errors import JobFailed, UsageError
from harness.lifecycle.report import LifecycleReport


class Stream(io.StringIO):
    """A stream that takes nothing, for a reason."""

    def __init__(self, error: OSError | None = None) -> None:
        super().__init__()
        self._error = error

    def write(self, text: str) -> int:
        """Refuse."""
        if self._error is not None:
            raise self._error
        return super().write(text)


FULL = OSError(28, "No space left on device")
GONE = BrokenPipeError(32, "Broken pipe")


@pytest.fixture
def told(report: LifecycleReport, tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    """Tell a finished run on two streams; exit code and what the streams have taken."""

    def tell_it(out: Any = None, err: Any = None, folder: Path = tmp_path, as_json: bool = False) -> Any:
        streams = Stream(out), Stream(err)
        screens = [Screen(file=stream, width=80, highlight=False) for stream in streams]
        code = tell(Outcome(report, folder, "emulator", 3), Presentation(as_json), *screens)
        return code, *(stream.getvalue() for stream in streams)

    return tell_it


@pytest.mark.parametrize("as_json", [False, True])
def test_full_stdout_is_told_with_the_place_of_the_report(told, tmp_path: Path, as_json: bool) -> None:
    """The run went well and is not lost, and the exit code says that the machine lacks something."""
    code, _, err = told(out=FULL, as_json=as_json)

    assert code == 3
    assert err.startswith(
        "✗ what came of it cannot be printed\n  where    stdout\n  got      No space left on device\n"
    )
    assert f"The whole report is in {tmp_path / 'report.json'}." in err
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["exit_code"] == 0


def test_report_that_cannot_be_kept_is_printed(told, tmp_path: Path) -> None:
    """The document on stdout holds everything, and what went wrong with the file."""
    code, out, err = told(folder=tmp_path / "gone", as_json=True)

    assert (code, json.loads(out)["exit_code"]) == (3, 3)
    assert "the report cannot be written to its file" in json.loads(out)["warnings"][-1]
    assert str(tmp_path / "gone" / "report.json") in err


def test_report_that_no_place_takes_goes_to_stderr(told, tmp_path: Path) -> None:
    """Whatever fails, a run of hours is not lost."""
    code, _, err = told(out=FULL, folder=tmp_path / "gone")

    assert code == 3
    assert json.loads(err[: err.index("✗")])["run_id"] == "1715342400-ab12"


def test_reader_that_has_gone_lacks_nothing(told) -> None:
    """`harness run | head` is no failure."""
    assert told(out=GONE) == (0, "", "")


@pytest.mark.parametrize("error", [FULL, GONE])
def test_stderr_that_takes_nothing_changes_nothing(told, report: LifecycleReport, error: OSError) -> None:
    """The exit code of a failed run is its own."""
    report.error = JobFailed("no")

    assert told(err=error)[0] == 1


def test_failed_run_keeps_its_exit_code_on_a_full_stdout(told, report: LifecycleReport) -> None:
    """Both errors are told, the run's own first."""
    report.error = JobFailed("no")
    code, _, err = told(out=FULL)

    assert (code, err.index("✗ no\n")) == (1, 0)
    assert "cannot be printed" in err


def test_log_has_no_blanks_at_the_end_of_lines(told) -> None:
    """Off the terminal tables are not filled up."""
    out = told()[1]

    assert "What was created" in out
    assert [line for line in out.splitlines() if line != line.rstrip()] == []


@pytest.mark.parametrize(
    "command",
    [
        ["gate", "decide", "--evidence", "nowhere.jsonl", "--policy", "nowhere.toml"],
        ["gate", "plan", "--polizy", "x"],
        ["gate", "score", "--endpoint", "e", "--baseline", "b", "--held-out", "h", "--evidence", "e"],
        ["sweep", "--older-than", "soon"],
        ["sweep", "--backend", "live", "--spec", "nowhere.toml"],
        ["doctor", "--set", "compute.sise=1"],
        ["doctor", "--percent", "0"],
        ["no-such-command"],
    ],
)
def test_a_refusal_is_a_document_that_fits_every_command(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With `--json` a command that does nothing says so, its exit code and why, and nothing of a run."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main([*command, "--json"])
    out, err = capsys.readouterr()
    told = json.loads(out)

    assert {"succeeded", "exit_code", "error"} <= set(told)
    assert "run_id" not in told
    assert told["succeeded"] is False
    assert (told["exit_code"], told["error"]["exit_code"]) == (2, ended.value.code)
    assert (told["error"]["what"] in err, bool(told["error"]["remedy"])) == (True, True)


def test_a_refusal_that_no_stdout_takes_is_told_on_stderr() -> None:
    """The exit code stays the refusal's own."""
    out, err = (Screen(file=stream, width=80, highlight=False) for stream in (Stream(FULL), Stream()))

    assert tell_refusal(UsageError("no", remedy="Yes."), out, err, as_json=True) == 2
    assert err.file.getvalue().startswith("✗ no\n")  # type: ignore[attr-defined]
    assert "cannot be printed" in err.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell")
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("--set compute.sise=1 2>&-", 2),
        ("--nope 2>&-", 2),
        ("--nope >&-", 2),
        ("--nope --json >&- 2>&-", 2),
        ("--nope 2>/dev/full", 2),
        ("--nope --json >/dev/full", 2),
        ("--help >/dev/full", 3),
    ],
)
def test_streams_of_the_shell_change_no_exit_code(line: str, code: int) -> None:
    """Closed and full streams: the process ends with what it has to say, and Python adds nothing to it."""
    command = f'"{sys.executable}" -m harness.cli run {line}'
    done = subprocess.run(command, shell=True, check=False, stderr=subprocess.PIPE, text=True)

    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
