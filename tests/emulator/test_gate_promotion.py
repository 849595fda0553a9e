"""From the command line to live traffic and back on the emulator: score, decide, promote, rollback, retire."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.ai.ml import MLClient
from azure.ai.ml.entities import Model
from deployable import ENDPOINT, client_of, deployment, fine_tuned, make_endpoint

from fakes.emulator import Emulator
from fakes.world.faults import HttpFault
from harness.cli import main
from tests.unit.gate.chat_rows import row, write_rows
from tests.unit.gate.quick_policy import QUICK

Harness = Callable[..., tuple[int, str, str]]


@pytest.fixture
def azure() -> Iterator[Emulator]:
    """A local Azure ML where everything takes a second."""
    with Emulator(pace="instant") as azure:
        yield azure


@pytest.fixture
def client(azure: Emulator, tmp_path: Path) -> MLClient:
    """A client of a workspace with an endpoint: `blue` has all traffic, and `green` another version of the model."""
    client, folder = client_of(azure), tmp_path / "model"
    for name, content in fine_tuned().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    make_endpoint(client, auth_mode="key")
    for version, name in (("1", "blue"), ("2", "green")):
        sent = Model(name="adder", version=version, type="mlflow_model", path=str(folder))
        model = str(client.models.create_or_update(sent).id)
        client.online_deployments.begin_create_or_update(deployment(model, name)).result()
    make_endpoint(client, auth_mode="key", traffic={"blue": 100})
    return client


@pytest.fixture
def harness(client: MLClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Harness:
    """Run a command of the gate; returns exit code, stdout and stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["gate", *arguments])
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.fixture
def files(harness: Harness, tmp_path: Path) -> list[str]:
    """Policy and evidence as options, with a verdict beside the evidence."""
    policy = tmp_path / "policy.toml"
    policy.write_text(QUICK)
    rows = (row(f"What is {n} plus {n + 1}?", f"{n} plus {n + 1} makes {2 * n + 1}.") for n in range(50))
    held_out = write_rows(tmp_path / "held_out.jsonl", rows)
    sides = ("--endpoint", ENDPOINT, "--baseline", "blue", "--candidate", "green")
    files = ["--evidence", str(tmp_path / "e.jsonl"), "--policy", str(policy)]
    assert harness("score", *sides, "--held-out", str(held_out), "--workers", "0", *files)[0] == 0
    assert harness("decide", *files)[0] == 0
    return files


@pytest.fixture
def journal(tmp_path: Path) -> list[str]:
    """The folder of the journals, as an option."""
    return ["--journal", str(tmp_path / "promotions")]


def _traffic(client: MLClient) -> dict[str, int]:
    return {name: share for name, share in client.online_endpoints.get(ENDPOINT).traffic.items() if share}


def test_the_whole_way_from_the_command_line(
    harness: Harness, files: list[str], journal: list[str], client: MLClient
) -> None:
    """Promoted with 0, put back with 0, promoted again, and what was in service deleted."""
    code, out, _ = harness("promote", *files, *journal)
    assert (code, _traffic(client), "green (adder:2) is in service on chat-1" in out) == (0, {"green": 100}, True)

    code, out, _ = harness("rollback", "--endpoint", ENDPOINT, *journal)
    assert (code, _traffic(client)) == (0, {"blue": 100})
    assert "has its traffic back, as read from Azure: blue 100 % (it was green 100 %)" in out

    assert harness("promote", *files, *journal)[0] == 0
    code, out, _ = harness("retire", "--endpoint", ENDPOINT, "--now", *journal)
    assert (code, [each.name for each in client.online_deployments.list(ENDPOINT)]) == (0, ["green"])


def test_a_document_says_what_was_seen_on_each_rung(harness: Harness, files: list[str], journal: list[str]) -> None:
    """With --json stdout is one document, and progress goes to stderr."""
    code, out, err = harness("promote", *files, *journal, "--json")
    document: dict[str, Any] = json.loads(out)

    assert (code, document["outcome"], document["exit_code"]) == (0, "promoted", 0)
    assert [rung["rung"] for rung in document["rungs"]][-3:] == ["live-50", "live-100", "release"]
    assert document["rungs"][4]["facts"]["candidate errors"].startswith("0 of 14 requests, at most 19.")
    assert "Give it 50 % of the traffic" in err


def test_harm_ends_with_10(
    harness: Harness, files: list[str], journal: list[str], azure: Emulator, client: MLClient
) -> None:
    """The reason is told, with the rung."""
    for request in range(40, 70):
        azure.faults.on("Scoring_Score", HttpFault(500), nth=request)
    code, out, _ = harness("promote", *files, *journal)

    assert (code, _traffic(client)) == (10, {"blue": 100})
    assert "the traffic of chat-1 is back, blue 100 %: harm at live-10" in " ".join(out.split())


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        (("promote", "--evidence", "nowhere.jsonl", "--policy", "{policy}"), 2, "cannot be read"),
        (("promote", "{files}", "--resume"), 2, "no promotion to go on with"),
        (("promote", "{files}", "--prompts", "nowhere.jsonl"), 2, "cannot be read"),
        (("rollback", "--endpoint", "chat-2"), 2, "there is no endpoint chat-2"),
        (("rollback", "--endpoint", ENDPOINT), 2, "nothing to go back to"),
        (("retire", "--endpoint", ENDPOINT), 2, "nothing to retire"),
        (("promote", "{files}", "--backend", "nobody"), 2, "no such backend"),
    ],
)
def test_what_cannot_be_is_told_with_a_remedy(
    harness: Harness, files: list[str], journal: list[str], arguments: tuple[str, ...], code: int, what: str
) -> None:
    """No traceback, and the right exit code."""
    given = [part.format(policy=files[3]) for part in arguments if part != "{files}"]
    found, _, err = harness(*given, *(files if "{files}" in arguments else ()), *journal)

    assert (found, what in err, "Traceback" in err, "remedy" in err) == (code, True, False, True)


def test_a_verdict_that_says_no_ends_with_12(harness: Harness, files: list[str], journal: list[str]) -> None:
    """It is refused before anything moves."""
    verdict = Path(files[1]).parent / "verdict.json"
    verdict.write_text(verdict.read_text().replace('"outcome": "PROMOTE"', '"outcome": "BLOCK"'))
    code, _, err = harness("promote", *files, *journal)

    assert (code, "the verdict does not say PROMOTE" in err) == (12, True)


def test_prompts_of_ones_own_are_asked(
    harness: Harness, files: list[str], journal: list[str], tmp_path: Path, azure: Emulator
) -> None:
    """The rungs ask what --prompts holds."""
    prompts = write_rows(tmp_path / "prompts.jsonl", [row("What is 3 plus 4?", "3 plus 4 makes 7.")])
    before = len(azure.calls)
    assert harness("promote", *files, *journal, "--prompts", str(prompts))[0] == 0
    asked = [call for call in azure.calls[before:] if call.operation == "Scoring_Score"]

    assert len(asked) == 3 + 4 * 2 * 14
