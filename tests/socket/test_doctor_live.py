"""`harness doctor --backend live` and a budget that ends a run, in processes of their own, against the server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from processes import ROOT, Server, serving

DOCTOR = ("-m", "harness.cli", "doctor", "--backend", "live", "--json")
DATA = ("--data", str(ROOT / "samples" / "ultrachat_200k"))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """The local Azure ML on a socket."""
    with serving() as running:
        yield running


def ask(server: Server, folder: Path, *options: str, **variables: str) -> tuple[int, dict[str, Any]]:
    """Run the doctor; its exit code and its document."""
    done = server.client(*DOCTOR, *DATA, *options, cwd=folder, **variables)
    return done.returncode, json.loads(done.stdout)


def test_it_only_asks_and_finds_that_a_run_would_succeed(server: Server, tmp_path: Path) -> None:
    """Real credentials, transports and certificates; the server was sent reads, and the request for a token."""
    code, document = ask(server, tmp_path)
    calls = {(call["method"], call["operation"]) for call in server.admin("/admin/calls")}

    assert (code, document["would_succeed"], document["backend"]) == (0, True, "live")
    assert {finding["status"] for finding in document["findings"]} == {"ok"}
    assert {call for call in calls if call[0] != "GET"} == {("POST", "Entra_IssueToken")}


@pytest.mark.parametrize(
    ("options", "variables", "code", "check"),
    [
        (("--max-cost", "1"), {}, 1, "estimate"),
        ((), {"AZURE_CLIENT_SECRET": "wrong"}, 3, "credential"),
        ((), {"REQUESTS_CA_BUNDLE": __file__, "SSL_CERT_FILE": __file__}, 3, "credential"),
    ],
)
def test_what_would_stop_a_run_is_found(
    server: Server, tmp_path: Path, options: tuple[str, ...], variables: dict[str, str], code: int, check: str
) -> None:
    """With the exit code, and a remedy."""
    ended, document = ask(server, tmp_path, *options, **variables)
    problems = {finding["check"]: finding for finding in document["findings"] if finding["status"] == "problem"}

    assert (ended, list(problems)) == (code, [check])
    assert problems[check]["remedy"]


def test_a_budget_ends_a_run_in_real_time(server: Server, tmp_path: Path) -> None:
    """A job that never ends costs until the money is used up; then it is canceled, and nothing bills."""
    server.admin("/admin/faults", {"operation": "job", "fault": "stuck", "state": "Preparing"})
    expected = ("--set", "budget.job_hours=0.0001", "--set", "prices.Standard_ND40rs_v2=20000")
    run = ("-m", "harness.cli", "run", "--backend", "live", "--json", "--folder", str(tmp_path / "run"))
    done = server.client(*run, *DATA, "--max-cost", "6", *expected, cwd=tmp_path)
    report = json.loads(done.stdout)

    assert (done.returncode, report["error"]["kind"]) == (1, "OverBudget")
    assert "when the budget of 6 USD was used up; got job" in report["error"]["message"]
    assert "is Preparing" in report["error"]["got"]
    assert server.admin("/admin/dump")["billable"] == []
