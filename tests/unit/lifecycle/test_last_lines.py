"""The last lines of a log: of the run that has any, of the file that says most."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError

from harness.lifecycle import logs
from harness.lifecycle.logs import last_lines_of_deployment, last_lines_of_runs

FILES = {
    "blob://std": "warming up\n\nstep 1\r\n  step   2  \n",
    "blob://execution": "submitted",
    "blob://empty": "",
    "blob://long": "x" * 1000,
}


@pytest.fixture(autouse=True)
def blobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs in memory."""
    monkeypatch.setattr(logs, "_end_of_blob", lambda address: FILES[address])


def history(**runs: dict[str, str]) -> Any:
    """A client whose run history knows these logs."""

    def details(run_id: str) -> Any:
        if run_id not in runs:
            raise ResourceNotFoundError("no such run")
        return SimpleNamespace(log_files=runs[run_id])

    return SimpleNamespace(jobs=SimpleNamespace(_runs_operations=SimpleNamespace(get_run_details=details)))


def test_the_users_log_says_most() -> None:
    """Blanks are dropped, and every line is one."""
    files = {"logs/azureml/executionlogs.txt": "blob://execution", "user_logs/std_log.txt": "blob://std"}

    assert last_lines_of_runs(history(a=files), ["a"]) == ("warming up", "step 1", "step 2")


def test_a_run_without_a_log_leaves_it_to_the_next() -> None:
    """A child that is not there yet, one without files, one with an empty file."""
    client = history(b={}, c={"user_logs/std_log.txt": "blob://empty"}, d={"x.txt": "blob://execution"})

    assert last_lines_of_runs(client, ["a", "b", "c", "d"]) == ("submitted",)


def test_a_line_is_no_longer_than_a_reader_takes() -> None:
    """A model's weights may be printed."""
    (line,) = last_lines_of_runs(history(a={"x": "blob://long"}), ["a"])

    assert len(line) == 300


def test_without_run_history_there_is_no_log() -> None:
    """The SDK keeps it in a private member; doubles may lack the files."""
    assert last_lines_of_runs(SimpleNamespace(jobs=SimpleNamespace()), ["a"]) == ()


def test_a_container_that_has_no_log_has_no_lines() -> None:
    """That it cannot be had is no error of its own."""

    def refuse(*_: Any, **__: Any) -> str:
        raise ResourceNotFoundError("no deployment")

    client = SimpleNamespace(online_deployments=SimpleNamespace(get_logs=refuse))
    assert last_lines_of_deployment(client, "e", "d") == ()


def test_whatever_keeps_a_log_from_being_read_ends_no_wait() -> None:
    """The SDK also fails with KeyError and worse, and hours of training are not given up for a line."""

    def break_down(*_: Any, **__: Any) -> str:
        raise KeyError("logFiles")

    history = SimpleNamespace(jobs=SimpleNamespace(_runs_operations=SimpleNamespace(get_run_details=break_down)))
    assert last_lines_of_runs(history, ["a"]) == ()
    container = SimpleNamespace(online_deployments=SimpleNamespace(get_logs=break_down))
    assert last_lines_of_deployment(container, "e", "d") == ()
