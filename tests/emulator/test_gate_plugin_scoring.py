"""`pytest --gate-candidate NAME`: two deployments on the emulator are scored before the gate's tests run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from deployable import ENDPOINT, client_of, deployment, make_endpoint, register

from fakes.emulator import Emulator
from harness.gate.evidence.journal import read_records
from harness.gate.evidence.records import Answer, Attempt
from harness.plugin import gate_scoring, gate_verdict
from tests.unit.gate.chat_rows import row, write_rows

LOADED = (gate_scoring, gate_verdict)
"""Loaded before pytester begins: it forgets what a run has loaded, and numpy cannot be loaded twice in a process."""

COUNT = 60
POLICY = """
[decision]
resamples = 999

[[primary]]
metric = "number_match"
margin = 0.2

[operations]
off = ["error_rate", "latency_p95_ratio"]

[validity]
leakage_check = false
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> Iterator[pytest.Pytester]:
    """A suite with a policy and held-out conversations, while a local Azure ML has two deployments of one model."""
    pytester.makeconftest('pytest_plugins = ("harness.plugin",)')
    (pytester.path / "gate.toml").write_text(POLICY)
    rows = (row(f"What is {n} plus {n + 1}?", f"{n} plus {n + 1} makes {2 * n + 1}.") for n in range(COUNT))
    write_rows(pytester.path / "held_out.jsonl", rows)
    with Emulator(pace="instant") as azure:
        client = client_of(azure)
        make_endpoint(client)
        model = register(client, pytester.path)
        for name in ("blue", "green"):
            client.online_deployments.begin_create_or_update(deployment(model, name)).result()
        yield pytester


def _run(suite: pytest.Pytester, *options: str) -> pytest.RunResult:
    gate = ("--gate-policy", "gate.toml", "--gate-evidence", "evidence.jsonl", "--gate-held-out", "held_out.jsonl")
    sides = ("--gate-endpoint", ENDPOINT, "--gate-baseline", "blue", "--gate-candidate")
    return suite.runpytest_inprocess("-p", "no:cacheprovider", "gate.toml", *gate, *sides, *options)


def test_both_deployments_are_scored_and_judged(suite: pytest.Pytester) -> None:
    """Equal deployments answer all questions, and every rule that can be tested passes."""
    result = _run(suite, "green", "-k", "verdict or number_match")
    records = list(read_records(Path(suite.path / "evidence.jsonl")))

    assert result.parseoutcomes()["passed"] == 2
    assert sum(isinstance(each, Answer) and not each.warmup for each in records) == 2 * COUNT


def test_a_second_run_asks_nothing_again(suite: pytest.Pytester) -> None:
    """What is answered stands: no rerun until it is green."""
    for _ in range(2):
        _run(suite, "green")
    records = list(read_records(Path(suite.path / "evidence.jsonl")))

    assert sum(isinstance(each, Attempt) for each in records) == 1


def test_looking_at_the_tests_asks_nobody(suite: pytest.Pytester) -> None:
    """--collect-only scores nothing; without evidence it says so."""
    result = _run(suite, "green", "--collect-only")

    assert not (suite.path / "evidence.jsonl").exists()
    result.stdout.fnmatch_lines(["*the evidence cannot be read*"])


def test_a_deployment_that_is_not_there_is_a_usage_error(suite: pytest.Pytester) -> None:
    """The name is refused with those that there are, and no test runs."""
    result = _run(suite, "gren")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*there is no deployment gren*nearest: green*"])


def test_the_processes_of_a_run_only_judge(suite: pytest.Pytester) -> None:
    """Under pytest-xdist the deployments are asked once, before its processes start; those could not reach them."""
    result = _run(suite, "green", "-n", "1", "-k", "verdict or number_match")

    assert result.parseoutcomes()["passed"] == 2
