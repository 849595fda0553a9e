"""`harness run` and its ledger."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from harness.cli import main


def run_on_fake(folder: Path, *options: str) -> int:
    """Run the lifecycle on doubles, with a few rows of the samples."""
    given = ["--backend", "fake", "--percent", "10", "--folder", str(folder / "run")]
    with pytest.raises(SystemExit) as ended:
        main(["run", *given, *options])
    return int(ended.value.code or 0)


def test_everything_created_goes_through_the_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each kind is intended before it is created, and what bills is gone when the ledger is closed."""
    code = run_on_fake(tmp_path, "--ledger", str(tmp_path / "ledger"))
    (file,) = (tmp_path / "ledger").iterdir()
    head, *lines = map(json.loads, file.read_text(encoding="utf-8").splitlines())

    assert (code, head["backend"], head["workspace"]["workspace_name"]) == (0, "fake", "acceptance")
    assert [(line["state"], line.get("kind")) for line in lines] == [
        *(("intended", "compute"), ("created", "compute")),
        *(("intended", "job"), ("created", "job"), ("ended", "job")),
        *(("intended", "model"), ("created", "model")),
        *(("intended", "endpoint"), ("created", "endpoint")),
        *(("intended", "deployment"), ("created", "deployment")),
        *(("gone", "endpoint"), ("gone", "deployment")),
        ("closed", None),
    ]


def test_endpoint_that_is_kept_keeps_the_ledger_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A sweep takes it once it has expired, and the run says until when it is left."""
    run_on_fake(tmp_path, "--ledger", str(tmp_path / "ledger"), "--keep-endpoint")
    (file,) = (tmp_path / "ledger").iterdir()
    states = [json.loads(line)["state"] for line in file.read_text(encoding="utf-8").splitlines()[1:]]

    assert states[-2:] == ["kept", "kept"]
    assert "is kept and goes on billing; `harness sweep` leaves it until 20" in capsys.readouterr().out


def test_local_azure_needs_no_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends with the process, so nothing is written unless a place is named."""
    monkeypatch.delenv("HARNESS_LEDGER", raising=False)
    monkeypatch.chdir(tmp_path)

    assert run_on_fake(tmp_path) == 0
    assert not (tmp_path / "runs").exists()


def test_ledger_that_cannot_be_written_stops_the_run_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is wrong use, found before the first step."""
    (tmp_path / "file").touch()
    code = run_on_fake(tmp_path, "--ledger", str(tmp_path / "file"))
    out, err = capsys.readouterr()

    assert (code, "Connect to the workspace" in out) == (2, False)
    assert "name another folder with --ledger" in err


def test_limited_run_expires_with_its_budget(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody has to wait for limits that it cannot use: hours that it may take, and those for deleting."""
    run_on_fake(tmp_path, "--ledger", str(tmp_path / "ledger"), "--max-hours", "5", "--set", "limits.delete=1800")
    (file,) = (tmp_path / "ledger").iterdir()
    head = json.loads(file.read_text(encoding="utf-8").splitlines()[0])
    began, expires = (datetime.fromisoformat(head[key].replace("Z", "+00:00")) for key in ("started", "expires"))

    assert expires - began == timedelta(hours=5.5)
