"""The lifecycle on the double comes to the report that it comes to on the emulator, through the real SDK."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from twins import masked

from fakes.emulator import Emulator
from fakes.ml_client import FakeAzure
from fakes.world.faults import ConnectionFault, HttpFault, Stuck
from harness.lifecycle.report import LifecycleReport
from harness.lifecycle.run import run_lifecycle
from harness.spec import LifecycleSpec, load_spec

SPECS = sorted((Path(__file__).parents[3] / "samples" / "specs").glob("*.toml"))
CHAT = next(path for path in SPECS if path.stem == "chat-completion")
RUN_ID = "1715342400-twin"


def run(azure: Any, spec: LifecycleSpec, folder: Path, clients: Any) -> LifecycleReport:
    """Run a lifecycle as the command line does."""
    return run_lifecycle(
        spec,
        folder=folder,
        clock=azure.clock,
        environ=azure.environment,
        interactive=False,
        clients=clients,
        run_id=RUN_ID,
    )


def both(spec: LifecycleSpec, folder: Path, arm: Any = None) -> tuple[LifecycleReport, LifecycleReport]:
    """Return the reports of the double and of the emulator; `arm` sets faults."""
    with FakeAzure() as azure:
        if arm:
            arm(azure.faults)
        double = run(azure, spec, folder, azure.clients)
    with Emulator() as azure:
        if arm:
            arm(azure.faults)
        emulator = run(azure, spec, folder, None)
    return double, emulator


def comparable(report: LifecycleReport) -> Any:
    """Return a report without what differs from run to run: real time, made-up ids, the credential's class."""
    document = report.to_dict()
    for step in document["steps"]:
        del step["real_seconds"]
        step["facts"].pop("credential", None)
    return _masked(document)


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _masked(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value]
    return masked(value) if isinstance(value, str) else value


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_task_comes_to_the_same_report(path: Path, tmp_path: Path) -> None:
    """Steps with their virtual durations, what was created, metrics, answer and ground truth are the same."""
    double, emulator = both(load_spec(path), tmp_path)

    assert double.error is None
    assert comparable(double) == comparable(emulator)


FAULTS = {
    "a job fails": lambda faults: faults.fail_job("CUDA out of memory"),
    "a job hangs": lambda faults: faults.stick_job("Running"),
    "a deployment crashes": lambda faults: faults.fail_deployment(),
    "a deployment hangs": lambda faults: faults.on("deployment", Stuck()),
    "a tier is refused": lambda faults: faults.refuse_compute(),
    "a cluster fails": lambda faults: faults.fail_compute(),
    "a poll breaks off": lambda faults: faults.on("OperationsStatus_Get", ConnectionFault("reset"), nth=3),
    "the scoring is refused": lambda faults: faults.on("Scoring_Score", HttpFault(424, "ModelError", "no")),
    "no right to register": lambda faults: faults.on("ModelsVersions_CreateOrUpdate", HttpFault(403, "No", "no")),
    "the workspace is closed": lambda faults: faults.on("Workspaces_Get", HttpFault(403, "No", "no")),
    "an upload collides": lambda faults: faults.on("BlockBlob_Upload", HttpFault(409, "BlobAlreadyExists", "no")),
    "a delete is lost": lambda faults: faults.on("OnlineEndpoints_Delete", HttpFault(409, "Conflict", "no")),
}


@pytest.mark.parametrize("arm", FAULTS.values(), ids=FAULTS)
def test_what_goes_wrong_comes_to_the_same_report(arm: Any, tmp_path: Path) -> None:
    """The same fault gives the same error, the same steps and the same things left behind."""
    changes = {"data.percent": "10", "limits.job": "3600", "limits.deployment": "3600"}
    double, emulator = both(load_spec(CHAT).with_overrides(changes), tmp_path, arm)

    assert comparable(double) == comparable(emulator)


def test_unreadable_metrics_stop_nothing(tmp_path: Path) -> None:
    """A refusal of MLflow's fails the step on both, in MLflow's own words on the emulator, and the run goes on."""
    spec = load_spec(CHAT).with_overrides({"data.percent": "10"})
    reports = both(spec, tmp_path, lambda faults: faults.on("MLflow_GetRun", HttpFault(403, "No", "no")))

    assert [[step.name for step in report.steps if step.outcome == "failed"] for report in reports] == [["metrics"]] * 2
    assert [report.error for report in reports] == [None, None]


def test_nothing_waits_in_real_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hours of virtual time pass without a call of `time.sleep`, and no thread is left."""
    monkeypatch.setattr("time.sleep", lambda seconds: pytest.fail(f"slept {seconds} s"))
    threads = threading.active_count()
    with FakeAzure() as azure:
        report = run(azure, load_spec(CHAT), tmp_path, azure.clients)

    assert report.error is None
    assert azure.clock.slept > 3000
    assert threading.active_count() <= threads
