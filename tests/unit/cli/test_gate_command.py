"""`harness gate`: plan, decide, verify, calibrate, with their exit codes, documents and refusals."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.cli import main
from harness.cli.gate import gate
from harness.gate.calibration.made_up import answered
from harness.gate.evidence.journal import Journal, digest_of
from harness.gate.evidence.records import Leakage
from harness.gate.metrics import Metric, find_metric
from tests.unit.gate.comparison import Made, scores_of, side

POLICY = """
[decision]
resamples = 999
[[primary]]
metric = "score"
assumed_sd = 0.15
[operations]
off = ["error_rate", "latency_p95_ratio"]
[metrics]
score = "mine:score"
"""
OURS = POLICY.partition("[metrics]")[0].replace("score", "chrf")
"""A policy on one of the gate's own metrics."""
N = 300


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: a policy, and evidence of equal models."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.toml").write_text(POLICY)
    _written(tmp_path / "evidence.jsonl")
    return tmp_path


def _written(path: Path, difference: float = 0.0, **made: Any) -> None:
    path.unlink(missing_ok=True)
    with Journal(path) as journal:
        journal.append(*Made({"score": scores_of(N, difference)}, **made).records())


def _run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["gate", *arguments])
    return int(ended.value.code or 0)


def _decide(*more: str) -> int:
    return _run("decide", "--evidence", "evidence.jsonl", "--policy", "policy.toml", *more)


def _verify(*more: str) -> int:
    return _run("verify", "verdict.json", "--evidence", "evidence.jsonl", "--policy", "policy.toml", *more)


@pytest.mark.parametrize(
    ("difference", "margin", "exact", "outcome", "code"),
    [
        (0.0, 0.02, 0, "PROMOTE", 0),
        (-0.01, 0.03, 0, "PROMOTE_WARN", 0),
        (-0.1, 0.02, 0, "BLOCK", 10),
        (0.0, 0.005, 0, "INCONCLUSIVE", 11),
        (0.0, 0.02, 1, "INVALID", 12),
    ],
)
def test_verdicts_have_their_exit_codes(
    folder: Path, difference: float, margin: float, exact: int, outcome: str, code: int
) -> None:
    """The command ends with the code of the verdict, and writes the verdict beside the evidence."""
    (folder / "policy.toml").write_text(POLICY.replace('"score"', f'"score"\nmargin = {margin}'))
    _written(folder / "evidence.jsonl", difference, header={"leakage": Leakage(exact=exact, ngram13=0)})

    assert _decide() == code
    assert json.loads((folder / "verdict.json").read_bytes())["outcome"] == outcome


def test_a_verdict_is_drawn(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Text has the outcome first, then its reasons, bounds against margins, and what was not looked at."""
    _decide()
    lines = capsys.readouterr().out.splitlines()

    assert lines[0] == "PROMOTE"
    drawn = next(line for line in lines if line.strip().startswith("pass ") and "score" in line)
    assert ("┊" in drawn, "●" in drawn, "[-0." in drawn) == (True, True, True)
    assert any("a_a" in line for line in lines)
    assert lines[-1] == "The report is in report.html, all else beside it"


def test_the_document_is_what_is_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--json` prints verdict.json."""
    _decide("--json", "--folder", "out")

    assert capsys.readouterr().out == (folder / "out" / "verdict.json").read_text(encoding="utf-8")


def test_a_verdict_that_follows_is_verified(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same evidence and policy give the same bytes, on any later day."""
    _decide("--json")
    capsys.readouterr()

    assert _verify("--json") == 0
    assert json.loads(capsys.readouterr().out)["verified"] is True


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("verdict.json", '"attempts": 1', '"attempts": 2', "attempts: recorded 2, computed 1"),
        ("verdict.json", '"outcome": "PROMOTE"', '"outcome":  "PROMOTE"', "edited"),
        ("policy.toml", "0.15", "0.16", "policy_sha256"),
        ("evidence.jsonl", "2026-07-15", "2026-07-16", "evidence_sha256"),
    ],
)
def test_a_verdict_that_does_not_follow_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], file: str, old: str, new: str, said: str
) -> None:
    """Another verdict, policy or evidence ends with 12 and the first difference."""
    _decide()
    (folder / file).write_text((folder / file).read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    capsys.readouterr()

    assert _verify() == 12
    assert said in capsys.readouterr().out


def test_the_anchors_path_is_relative_to_the_policy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy with an anchor is decided from any folder."""
    _written(folder / "anchor.jsonl")
    anchor = f'[anchor]\nevidence = "anchor.jsonl"\nsha256 = "{digest_of(folder / "anchor.jsonl")}"\n'
    (folder / "policy.toml").write_text(POLICY + anchor)
    monkeypatch.chdir(folder.parent)
    files = ("--evidence", str(folder / "evidence.jsonl"), "--policy", str(folder / "policy.toml"))

    assert _run("decide", *files) == 0


def test_a_plan_says_how_many(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each rule has a row with the number that it needs."""
    assert _run("plan", "--policy", "policy.toml") == 0
    out = capsys.readouterr().out

    assert "348" in next(line for line in out.splitlines() if "all together" in line)


def test_a_plan_can_be_made_on_evidence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was measured takes the place of what was assumed."""
    assert _run("plan", "--policy", "policy.toml", "--evidence", "evidence.jsonl", "--json") == 0

    assert json.loads(capsys.readouterr().out)["needed"] == pytest.approx(155, abs=2)


def test_a_plan_with_too_few_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Fewer conversations than the power takes end with 2 and the number that would do."""
    assert _run("plan", "--policy", "policy.toml", "--conversations", "100") == 2

    assert "348 conversations" in capsys.readouterr().err


def test_calibration_ends_with_0_where_rates_are_kept(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both rates are printed with their limits; progress goes to stderr."""
    calibrate = ("calibrate", "--evidence", "evidence.jsonl", "--policy", "policy.toml", "--runs", "400")
    assert _run(*calibrate) == 0
    out, err = capsys.readouterr()

    assert ("false-promote" in out, "limit 0.083" in out, "of 400 runs" in err) == (True, True, True)
    assert "E[n]" in out


def test_calibration_ends_with_1_above_a_limit(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Collapses so rare that many runs draw none promote more than 6 % of what is worse by the margin."""
    candidate = np.full(200, 0.55)
    candidate[0] = 0.0
    _written_scores(folder / "evidence.jsonl", np.full(200, 0.5), candidate)
    calibrate = ("calibrate", "--evidence", "evidence.jsonl", "--policy", "policy.toml", "--runs", "300", "--json")

    assert (_run(*calibrate), json.loads(capsys.readouterr().out)["kept"]) == (1, False)


def test_doses_are_told_with_the_rates(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --doses the recorded answers get faults, and each is told with the smallest share that is noticed."""
    _answered(folder / "evidence.jsonl", {"chrf": find_metric("chrf"), "refusal": find_metric("refusal")})
    (folder / "policy.toml").write_text(OURS + '[[guardrail]]\nmetric = "refusal"\n')
    calibrate = ("calibrate", "--evidence", "evidence.jsonl", "--policy", "policy.toml", "--runs", "100", "--doses")
    _run(*calibrate, "--json")
    doses = json.loads(capsys.readouterr().out)["doses"]
    _run(*calibrate)
    told = capsys.readouterr().out

    refused = next(each for each in doses["faults"] if each["fault"] == "refusal")
    assert (doses["recorded"], doses["runs"], 0 < refused["blocked_from"] <= 0.2) == (60, 100, True)
    assert (f"{refused['blocked_from']:.1%}" in told, "broken JSON" in told) == (True, False)


def test_faults_are_not_compared_with_scores_of_another_signature(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Evidence that another version of a metric has measured is refused before anything is counted."""
    _answered(folder / "evidence.jsonl", {"chrf": replace(find_metric("chrf"), signature="chrf of long ago")})
    (folder / "policy.toml").write_text(OURS)

    assert _run("calibrate", "--evidence", "evidence.jsonl", "--policy", "policy.toml", "--doses") == 2
    assert "chrf of long ago" in capsys.readouterr().err


def _answered(path: Path, metrics: dict[str, Metric]) -> None:
    asked = [(f"Question {n}?", f"The answer is number {n} of {10 * n}, and that is it.") for n in range(60)]
    path.unlink()
    with Journal(path) as journal:
        journal.append(*answered(asked, metrics, 0))


def _written_scores(path: Path, baseline: Any, candidate: Any) -> None:
    path.unlink()
    with Journal(path) as journal:
        journal.append(*Made({"score": (baseline, candidate)}).records())


@pytest.mark.parametrize(
    "arguments",
    [
        ["decide", "--evidence", "nowhere.jsonl", "--policy", "policy.toml"],
        ["decide", "--evidence", "policy.toml", "--policy", "policy.toml"],
        ["decide", "--evidence", "evidence.jsonl", "--policy", "evidence.jsonl"],
        ["decide", "--evidence", ".", "--policy", "policy.toml"],
        ["decide", "--evidence", "evidence.jsonl"],
        ["verify", "policy.toml", "--evidence", "evidence.jsonl", "--policy", "policy.toml"],
        ["verify", "nowhere", "--evidence", "evidence.jsonl", "--policy", "policy.toml"],
        ["plan", "--policy", "nowhere.toml"],
        ["plan", "--policy", "policy.toml", "--evidence", "policy.toml"],
        ["calibrate", "--evidence", "evidence.jsonl", "--policy", "policy.toml", "--runs", "7"],
        ["calibrate", "--evidence", "evidence.jsonl", "--policy", "policy.toml", "--runs", "100", "--doses"],
        ["score-it"],
    ],
)
def test_what_cannot_be_done_is_told_without_a_traceback(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """Files that are not there or not what they should be, and wrong use, end with 2 and a remedy."""
    assert _run(*arguments) == 2
    err = capsys.readouterr().err

    assert ("remedy" in err, "Traceback" in err, "defect" in err) == (True, False, False)


def test_a_place_that_cannot_be_written_ends_with_3(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """When the verdict cannot be written the machine lacks something, and the evidence is as it was."""
    assert _decide("--folder", "policy.toml") == 3

    assert "the verdict cannot be written" in capsys.readouterr().err


def test_each_command_is_registered_once() -> None:
    """A command that is there twice would hide the first of the two."""
    names = [each.name or each.callback.__name__ for each in gate.registered_commands if each.callback]

    assert sorted(names) == sorted(set(names))


def test_a_calibration_names_its_columns(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The average number of conversations is headed E[n], with its brackets."""
    _run("calibrate", "--evidence", "evidence.jsonl", "--policy", "policy.toml", "--runs", "100")

    assert "E[n]" in capsys.readouterr().out


def test_a_verdict_names_its_models(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The last lines have name and version, without the workspace that an asset id begins with."""
    model = "/subscriptions/s/resourceGroups/g/providers/p/workspaces/w/models/phi-3/versions/7"
    _written(folder / "evidence.jsonl", header={"candidate": side("green", model=model, version="7")})
    _decide()

    assert "candidate phi-3:7, baseline azureml:m:1" in capsys.readouterr().out


@pytest.mark.parametrize("metric", ["rougel", "json_schema"])
def test_a_plan_with_a_metric_that_is_not_there_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], metric: str
) -> None:
    """It would be found out at the scoring only; the nearest metric is named."""
    (folder / "policy.toml").write_text(POLICY.replace('metric = "score"', f'metric = "{metric}"'))

    assert _run("plan", "--policy", "policy.toml") == 2
    assert metric in capsys.readouterr().err
