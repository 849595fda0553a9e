"""Sweeping through the real SDK: what dead runs left goes, and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from azure.ai.ml import MLClient
from crashed_run import AT_ONCE, ENDPOINT, RUN, crash, sweep, told
from deployable import make_endpoint
from lifecycle_spec import bills

from fakes.emulator import Emulator
from fakes.world.faults import HttpFault
from harness.lifecycle.watching import Silent

DEPLOYING, TRAINING = "created deployment", "created job"


@pytest.mark.parametrize(
    ("moment", "left"),
    [
        ("created compute", []),
        ("intended job", []),
        (TRAINING, [("job", "removed")]),
        ("created model", []),
        ("created endpoint", [("endpoint", "removed")]),
        ("intended deployment", [("endpoint", "removed")]),
        (DEPLOYING, [("endpoint", "removed")]),
        ("started score", [("endpoint", "removed")]),
    ],
)
def test_what_a_dead_run_left_is_removed(
    azure: Emulator, tmp_path: Path, moment: str, left: list[tuple[str, str]]
) -> None:
    """Wherever it died, what bills goes, and the cluster, which scales to zero, stays."""
    crash(azure, tmp_path, moment)
    swept = [each for each in told(sweep(azure, tmp_path)) if each != ("compute", "kept")]

    assert swept == left
    assert bills(azure) == []
    assert list(azure.world.home.computes) == ["gpu-cluster-big"]


def test_second_sweep_finds_nothing(azure: Emulator, tmp_path: Path) -> None:
    """What was removed is noted in the ledger, which is closed."""
    crash(azure, tmp_path, DEPLOYING)
    sweep(azure, tmp_path)

    assert [each for each in told(sweep(azure, tmp_path)) if each != ("compute", "kept")] == []
    assert '"closed"' in (tmp_path / "ledger" / f"{RUN}.jsonl").read_text(encoding="utf-8").splitlines()[-1]


def test_cluster_that_was_to_go_goes(azure: Emulator, tmp_path: Path) -> None:
    """The run was told so, and its ledger says it."""
    crash(azure, tmp_path, TRAINING, keep_compute="false")

    assert told(sweep(azure, tmp_path)) == [("job", "removed"), ("compute", "removed")]
    assert azure.world.home.computes == {}


def test_everything_that_a_run_creates_bears_its_tags(azure: Emulator, tmp_path: Path) -> None:
    """Cluster, job, model, endpoint and deployment, each as Azure has it."""
    crash(azure, tmp_path, "started score")
    home = azure.world.home
    model = home.assets.find("models", "Phi-3-mini-4k-instruct-ultrachat-200k", RUN)
    deployments = [each for endpoint in home.endpoints.values() for each in endpoint.deployments.values()]
    made = [*home.computes.values(), model, *home.endpoints.values(), *deployments]
    tags = [dict(each.tags or {}) for each in made] + [job.run.tags for job in home.jobs.values()]

    assert len(tags) == 5
    assert {each.get("harness-run") for each in tags} == {RUN}
    assert len({each.get("harness-expires") for each in tags}) == 1


def test_run_without_ledger_is_found_by_its_tags_once_expired(azure: Emulator, tmp_path: Path) -> None:
    """Another machine waits until the time that the tag names."""
    crash(azure, tmp_path, DEPLOYING)
    before = [each for each in told(sweep(azure, None)) if each[0] == "endpoint"]
    azure.clock.advance(24 * 3600)
    after = [each for each in told(sweep(azure, None)) if each[0] == "endpoint"]

    assert (before, after, bills(azure)) == ([("endpoint", "waits")], [("endpoint", "removed")], [])


def test_running_job_without_ledger_is_canceled(azure: Emulator, tmp_path: Path) -> None:
    """It is found among the jobs that have not ended."""
    azure.faults.stick_job()
    crash(azure, tmp_path, TRAINING)
    azure.clock.advance(24 * 3600)

    assert ("job", "removed") in told(sweep(azure, None))
    assert bills(azure) == []


def test_what_no_run_created_is_left_alone(azure: Emulator, workspace: MLClient) -> None:
    """Somebody's endpoint with tags of their own is not even mentioned."""
    make_endpoint(workspace, auth_mode="key", tags={"team": "a"})
    azure.clock.advance(24 * 3600)

    assert (sweep(azure, None), len(bills(azure))) == ([], 1)


def test_what_bears_another_runs_tag_is_refused(azure: Emulator, tmp_path: Path) -> None:
    """The ledger names it, and Azure says that somebody else has it now."""
    crash(azure, tmp_path, DEPLOYING)
    azure.world.home.endpoints[ENDPOINT].tags["harness-run"] = "1715349999-ffff"
    swept = sweep(azure, tmp_path)

    assert ("endpoint", "refused") in told(swept)
    assert bills(azure) == [ENDPOINT]


def test_run_that_goes_on_is_left_alone(azure: Emulator, tmp_path: Path) -> None:
    """Also when what it created is expired, by ledger and by tag."""
    crash(azure, tmp_path, DEPLOYING)
    azure.clock.advance(24 * 3600)
    swept = sweep(azure, tmp_path, liveness="alive")

    assert [each.reason for each in swept if each.kind == "endpoint"] == [f"run {RUN} is going on"]
    assert bills(azure) == [ENDPOINT]


def test_dry_run_changes_nothing(azure: Emulator, tmp_path: Path) -> None:
    """Azure is asked and told nothing, and the ledger stays as it was."""
    crash(azure, tmp_path, DEPLOYING)
    ledger, asked = tmp_path / "ledger" / f"{RUN}.jsonl", len(azure.calls)
    before = ledger.read_bytes()
    swept = sweep(azure, tmp_path, replace(AT_ONCE, dry_run=True))

    assert ("endpoint", "to remove") in told(swept)
    assert {call.method for call in azure.calls[asked:]} == {"GET"}
    assert ledger.read_bytes() == before


def test_dry_run_notes_nothing_either(azure: Emulator, tmp_path: Path) -> None:
    """What has gone already is no reason to write into a ledger."""
    crash(azure, tmp_path, DEPLOYING)
    azure.world.home.endpoints.clear()
    ledger = tmp_path / "ledger" / f"{RUN}.jsonl"
    before = ledger.read_bytes()

    assert ("endpoint", "gone") in told(sweep(azure, tmp_path, replace(AT_ONCE, dry_run=True)))
    assert ledger.read_bytes() == before


def test_one_failure_does_not_stop_the_rest(azure: Emulator, tmp_path: Path) -> None:
    """The endpoint that may not be deleted stays in its ledger, the other run's goes."""
    crash(azure, tmp_path, DEPLOYING)
    crash(azure, tmp_path, DEPLOYING, "1715342401-cd34")
    azure.faults.on("OnlineEndpoints_Delete", HttpFault(403, "AuthorizationFailed", "no right"))
    swept = [each for each in sweep(azure, tmp_path) if each.kind == "endpoint"]
    closed = [b'"closed"' in file.read_bytes() for file in sorted((tmp_path / "ledger").iterdir())]
    again = [each for each in sweep(azure, tmp_path) if each.kind == "endpoint"]

    assert [(each.outcome, "no right" in each.reason) for each in swept] == [("failed", True), ("removed", False)]
    assert closed == [False, True]
    assert (told(again), bills(azure)) == ([("endpoint", "removed")], [])


def test_kinds_that_cannot_be_listed_do_not_stop_the_rest(azure: Emulator, tmp_path: Path) -> None:
    """What the ledger names is removed, and the failure to look is one of the sweep."""
    crash(azure, tmp_path, DEPLOYING)
    azure.faults.on("OnlineEndpoints_List", HttpFault(403, "AuthorizationFailed", "no right"))
    swept = sweep(azure, tmp_path)

    assert [each.reason for each in swept if each.outcome == "failed"] == [
        "its endpoints cannot be listed: AuthorizationFailed: no right"
    ]
    assert bills(azure) == []


class Late(Silent):
    """Lets a request of the dead run arrive when the sweep looks again: the endpoint is there."""

    def __init__(self, azure: Emulator) -> None:
        self.endpoints = azure.world.home.endpoints
        self.late = self.endpoints[ENDPOINT]

    def progress(self, text: str) -> None:
        """Let it arrive."""
        if text.startswith("looking again"):
            self.endpoints[ENDPOINT] = self.late


@pytest.mark.parametrize(
    ("there", "outcomes"), [(False, ["removed"]), (True, ["removed", "removed"])], ids=["creates", "creates once more"]
)
def test_request_that_arrives_after_its_process_died_is_waited_for(
    azure: Emulator, tmp_path: Path, there: bool, outcomes: list[str]
) -> None:
    """What is not there yet, or comes back after it was removed, is looked for again and goes."""
    crash(azure, tmp_path, "created endpoint")
    watch = Late(azure)
    if not there:
        del azure.world.home.endpoints[ENDPOINT]
    swept = sweep(azure, tmp_path, replace(AT_ONCE, settle=timedelta(hours=1)), watch)

    assert [each.outcome for each in swept if each.kind == "endpoint"] == outcomes
    assert bills(azure) == []
    assert '"closed"' in (tmp_path / "ledger" / f"{RUN}.jsonl").read_text(encoding="utf-8").splitlines()[-1]
