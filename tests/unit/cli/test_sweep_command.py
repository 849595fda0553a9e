"""`harness sweep` as a command: options, table, document, exit codes."""

from __future__ import annotations

import contextlib
import json
import os
import platform
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from harness.backends import Surroundings, choose_backend, open_backend
from harness.backends.live import look_around
from harness.cli import main
from harness.ledger import Ledger, LedgerFile, RunHead
from harness.lifecycle.connect import connect_workspace, workspace_ids
from harness.lifecycle.deploy import create_endpoint
from harness.lifecycle.watching import Silent
from harness.spec import LifecycleSpec

SweepCommand = Callable[..., tuple[int, str, str]]
RUN = "1715342400-ab12"


@pytest.fixture
def around(monkeypatch: pytest.MonkeyPatch) -> Iterator[Surroundings]:
    """An Azure ML in memory that stays while the command is run against it."""
    monkeypatch.delenv("HARNESS_LEDGER", raising=False)
    with open_backend(choose_backend("fake", look_around(), pace="instant")) as around:
        monkeypatch.setattr("harness.cli.sweep.open_backend", lambda _choice: contextlib.nullcontext(around))
        yield around


@pytest.fixture
def sweep(around: Surroundings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> SweepCommand:
    """Run `harness sweep` on it; exit code, stdout and stderr."""

    def run(*options: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["sweep", "--backend", "fake", "--settle", "0s", "--ledger", str(tmp_path / "ledger"), *options])
        return int(ended.value.code or 0), *capsys.readouterr()

    return run


@pytest.fixture
def left(around: Surroundings, tmp_path: Path) -> Any:
    """The endpoint that a dead run left; its client."""
    spec = around.settled(LifecycleSpec())
    client = connect_workspace(spec, environ=around.environ, interactive=False, clients=around.clients)
    now = around.clock.now()
    head = RunHead(RUN, now, now + timedelta(hours=6), "fake", host=platform.node(), process=os.getpid())
    ledger = Ledger(head, around.clock.now, LedgerFile(tmp_path / "ledger", RUN))
    ledger.at(workspace_ids(client))
    create_endpoint(client, f"chat-{RUN}", ledger=ledger, clock=around.clock, deadline_s=60, watch=Silent())
    ledger.close()
    return client


def endpoints(client: Any) -> list[str]:
    """The names of those that there are."""
    return [endpoint.name for endpoint in client.online_endpoints.list()]


def test_what_is_left_is_removed_and_told(sweep: SweepCommand, left: Any) -> None:
    """A line with what, run, age, whether it billed, outcome and reason; exit code 0."""
    code, out, err = sweep()

    assert (code, err, endpoints(left)) == (0, "", [])
    (row,) = [line.split() for line in out.splitlines() if line.startswith("✓")]
    assert row[:4] == ["✓", "endpoint", f"chat-{RUN}", RUN]
    assert row[-6:] == ["yes", "removed", "run", RUN, "is", "over"]
    assert out.endswith("1 removed. Nothing is left that is to be removed.\n")


def test_second_sweep_ends_with_0_and_says_so(sweep: SweepCommand, left: Any) -> None:
    """There is nothing to tell."""
    sweep()

    assert sweep()[:2] == (0, "Sweep workspace acceptance\nNothing is left that is to be removed.\n")


def test_json_is_one_document(sweep: SweepCommand, left: Any) -> None:
    """It holds what the table holds; progress goes to stderr."""
    code, out, err = sweep("--json")
    told = json.loads(out)

    assert (code, told["exit_code"], told["error"], told["dry_run"]) == (0, 0, None, False)
    assert told["swept"] == [
        {
            "kind": "endpoint",
            "name": f"chat-{RUN}",
            "run": RUN,
            "workspace": "acceptance",
            "age_s": pytest.approx(told["swept"][0]["age_s"]),
            "bills": True,
            "outcome": "removed",
            "reason": f"run {RUN} is over",
        }
    ]
    assert "Sweep workspace acceptance" in err


def test_dry_run_with_something_left_ends_with_1(sweep: SweepCommand, left: Any) -> None:
    """It is named and stays; that it is there is no error."""
    code, out, err = sweep("--dry-run")

    assert (code, err, endpoints(left)) == (1, "", [f"chat-{RUN}"])
    assert "to remove" in out


def test_what_could_not_be_removed_ends_with_1(sweep: SweepCommand, left: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names it with the reason."""
    monkeypatch.setattr("harness.lifecycle.delete.CleanUp.delete_endpoint", lambda *_: 1 / 0)
    code, out, err = sweep()

    assert (code, endpoints(left)) == (1, [f"chat-{RUN}"])
    assert f"✗ not removed: endpoint chat-{RUN}\n" in err
    assert "ZeroDivisionError" in out


def test_what_is_younger_than_asked_stays(sweep: SweepCommand, left: Any, around: Surroundings) -> None:
    """It goes once it is old enough."""
    young = sweep("--older-than", "6h")[0], endpoints(left)
    around.clock.sleep(6 * 3600)

    assert (young, sweep("--older-than", "6h")[0], endpoints(left)) == ((0, [f"chat-{RUN}"]), 0, [])


def test_interruption_tells_what_was_done(sweep: SweepCommand, left: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something may be left, so the exit code is 1, and the next sweep goes on."""

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("harness.lifecycle.delete.CleanUp.delete_endpoint", stop)
        code, out, err = sweep("--json")
    again = sweep()[0]

    assert (code, json.loads(out)["exit_code"], again, endpoints(left)) == (1, 1, 0, [])
    assert "interrupted; what is listed is done" in err


def test_ledger_of_another_backend_is_none_of_ours(sweep: SweepCommand, left: Any, tmp_path: Path) -> None:
    """What stands in it is looked for where it was created."""
    file = tmp_path / "ledger" / f"{RUN}.jsonl"
    file.write_text(
        file.read_text(encoding="utf-8").replace('"backend": "fake"', '"backend": "live"'), encoding="utf-8"
    )
    sweep()

    assert endpoints(left) == [f"chat-{RUN}"]


def test_spoiled_ledger_is_a_failure_and_the_rest_is_swept(sweep: SweepCommand, left: Any, tmp_path: Path) -> None:
    """What its good lines name is removed; somebody has to look at it."""
    file = tmp_path / "ledger" / f"{RUN}.jsonl"
    with file.open("a", encoding="utf-8") as stream:
        stream.write("spoiled\n")
    (tmp_path / "ledger" / "other.jsonl").write_text("spoiled\n", encoding="utf-8")
    code, out, _ = sweep()

    assert (code, endpoints(left)) == (1, [])
    assert "line 4: no JSON: spoiled" in out
    assert "other.jsonl: no JSON: spoiled" in out


def test_missing_ledger_is_said_to_be_missing(sweep: SweepCommand, tmp_path: Path) -> None:
    """A name that was mistyped would else look like a clean house."""
    code, out, _ = sweep()

    assert (code, f"There is no ledger in {tmp_path / 'ledger'}" in out) == (0, True)


@pytest.mark.parametrize(
    "option", [["--older-than", "6x"], ["--older-than", "soon"], ["--backend", "here"], ["--nope"]]
)
def test_wrong_use_ends_with_2(sweep: SweepCommand, option: list[str]) -> None:
    """The help is named."""
    code, out, err = sweep(*option)

    assert (code, out) == (2, "")
    assert "`harness sweep --help`" in err


def test_live_without_credentials_ends_with_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is missing is named, and nothing is sent."""
    for name in [name for name in os.environ if name.startswith(("AZURE", "MSI", "IDENTITY"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        main(["sweep", "--ledger", str(tmp_path)])

    assert ended.value.code == 3
    assert "there are no credentials for Azure" in capsys.readouterr().err


def test_refusal_has_the_document_of_a_sweep(sweep: SweepCommand, tmp_path: Path) -> None:
    """Whatever stops it, a program finds the same members, and the error in its parts."""
    (tmp_path / "ledger").touch()
    code, out, _ = sweep("--json")
    told = json.loads(out)

    assert (code, told["exit_code"], told["swept"]) == (2, 2, [])
    assert (told["error"]["kind"], told["error"]["where"]) == ("UsageError", str(tmp_path / "ledger"))
