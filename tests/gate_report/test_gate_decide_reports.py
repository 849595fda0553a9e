"""`harness gate decide` writes the reports beside the verdict."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from report_case import Case, write_evidence

from harness.cli import main

_POLICY = '[decision]\nresamples = 999\n[[primary]]\nmetric = "chrf"\n[[primary]]\nmetric = "rouge_l"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with evidence of a worse candidate and a policy; nothing of GitHub's around."""
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.toml").write_text(_POLICY)
    write_evidence(tmp_path / "evidence.jsonl", Case(200, -0.06))
    return tmp_path


def _decide(*options: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["gate", "decide", "--evidence", "evidence.jsonl", "--policy", "policy.toml", *options])
    return int(str(ended.value.code))


def test_everything_is_in_the_folder(folder: Path) -> None:
    """The verdict and its six reports are in the folder that was named, and the exit code is the verdict's."""
    assert _decide("--folder", "out") == 10
    names = {"verdict.json", "report.html", "junit.xml", "sarif.json", "summary.md", "statement.intoto.json"}
    assert {path.name for path in (folder / "out").iterdir()} == names


def test_the_step_of_a_workflow_gets_its_summary(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where GitHub names a file for it, the summary is appended there."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "step.md"))

    assert _decide() == 10
    assert (folder / "step.md").read_text() == (folder / "summary.md").read_text()


def test_a_held_out_file_gives_results_their_place(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only the file that was scored is taken: the lines of another one mean nothing."""
    (folder / "data").mkdir()
    (folder / "data" / "held out.jsonl").write_text("{}\n")

    assert _decide("--held-out", "data/held out.jsonl") == 2
    assert "this is not the held-out file that was scored" in capsys.readouterr().err

    digest = hashlib.sha256(b"{}\n").hexdigest()
    evidence = folder / "evidence.jsonl"
    evidence.write_text(evidence.read_text().replace("a" * 64, digest))
    assert _decide("--held-out", "data/held out.jsonl") == 10
    [artifact] = json.loads((folder / "sarif.json").read_text())["runs"][0]["artifacts"]
    assert artifact == {"location": {"uri": "data/held%20out.jsonl"}, "hashes": {"sha-256": digest}}


def test_rates_beside_the_policy_are_in_the_page(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What `calibrate --json` printed into a file beside the policy is shown; a file of something else is refused."""
    rates = {"promote": 0.04321, "block": 0.5, "inconclusive": 0.45679, "conversations": 200.0, "runs": 100}
    document = {
        "policy_sha256": "0",
        "truths": [{"name": "chrf at its margin", "shifts": {"chrf": -0.02}, "rates": rates}],
    }
    (folder / "policy.calibration.json").write_text(json.dumps(document))

    assert _decide() == 10
    shown = ">4.32 %</td>" in (folder / "report.html").read_text()
    assert shown

    (folder / "policy.calibration.json").write_text('{"truths": [3]}')
    assert _decide() == 2
    assert "error rates of the policy cannot be read" in capsys.readouterr().err


def test_what_calibrate_prints_is_what_decide_reads(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The two commands agree on the document."""
    with pytest.raises(SystemExit):
        main(
            ["gate", "calibrate", "--evidence", "evidence.jsonl", "--policy", "policy.toml", "--runs", "200", "--json"]
        )
    (folder / "policy.calibration.json").write_text(capsys.readouterr().out)

    assert _decide() == 10
    shown = (folder / "report.html").read_text()
    assert ("all equal" in shown, "another policy" in shown) == (True, False)
