"""`harness doctor` as a whole: what it prints, in what form, and how it ends."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.cli import main

Run = Callable[..., tuple[int, str, str]]
_STYLE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run `harness doctor` on a machine without credentials; returns exit code, stdout and stderr."""
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TOKEN_CREDENTIALS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("CI", "1")

    def run(*options: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["doctor", *options])
        out, err = (_STYLE.sub("", text) for text in capsys.readouterr())
        return int(ended.value.code or 0), out, err

    return run


@pytest.mark.parametrize("backend", ["fake", "emulator"])
def test_a_run_that_would_succeed_ends_with_0(doctor: Run, backend: str) -> None:
    """One line a check, and the verdict last."""
    code, out, err = doctor("--backend", backend)

    assert (code, err) == (0, "")
    assert out.count("✓ ") == 12
    assert out.splitlines()[-1] == "Nothing stands against a run."


def test_a_problem_ends_with_1_and_its_remedy(doctor: Run) -> None:
    """What, why and remedy below each other; what depends on it is one line."""
    code, out, _ = doctor("--catalog", "2024-12")
    lines = out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("✗ VM sizes: "))

    assert code == 1
    assert lines[at + 1].startswith("  why     got Standard_ND40rs_v2; expected one of")
    assert lines[at + 2] == "  remedy  Set compute.size to an allowed size."
    assert "? Time and cost: could not be found out, because the check 'VM sizes' found no answer" in lines
    assert lines[-1] == "A run would fail: 1 problem; 2 checks could not be made."


def test_wrong_use_ends_with_2(doctor: Run) -> None:
    """As of a run: nothing is looked at."""
    code, out, err = doctor("--set", "compute.sise=1")

    assert (code, out) == (2, "")
    assert "there is no key compute.sise" in err


def test_azure_without_credentials_ends_with_3(doctor: Run) -> None:
    """It is a finding: the data are looked at all the same."""
    code, out, _ = doctor("--backend", "live")

    assert code == 3
    assert "✗ Credential: --backend live: there are no credentials for Azure" in out
    assert "✓ Data set" in out


def test_json_is_one_document(doctor: Run) -> None:
    """All of each finding, the verdict and the exit code; for a reader it goes to stderr."""
    code, out, err = doctor("--json", "--max-cost", "1")
    document = json.loads(out)
    parts = {"check", "status", "what", "why", "remedy", "facts", "title"}

    assert (code, document["exit_code"], document["would_succeed"], document["backend"]) == (1, 1, False, "emulator")
    assert {frozenset(finding) for finding in document["findings"]} == {frozenset(parts)}
    assert next(f for f in document["findings"] if f["check"] == "estimate")["remedy"].startswith(
        "Raise max_cost (--max-cost)"
    )
    assert "Time and cost" in err


def test_it_writes_nothing(doctor: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder of a run, and nothing where it is called."""
    monkeypatch.chdir(tmp_path)
    doctor()

    assert list(tmp_path.iterdir()) == []
