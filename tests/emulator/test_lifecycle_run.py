"""The lifecycle through the real SDK: it ends well, or it leaves nothing that bills and says why."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from lifecycle_spec import bills, run, run_small, small_spec

from fakes.emulator import Emulator
from fakes.world.faults import ConnectionFault, HttpFault, Stuck
from harness.errors import (
    DeploymentFailed,
    EnvironmentMissing,
    HarnessError,
    Interrupted,
    JobFailed,
    ParameterError,
    ScoringFailed,
    StepFailed,
    Unfinished,
)
from harness.lifecycle.journal import TITLES
from harness.lifecycle.report import StepRecord
from harness.lifecycle.watching import Silent


class CtrlC(Silent):
    """Interrupts when a step begins."""

    def __init__(self, *steps: str) -> None:
        self._steps = list(steps)

    def started(self, step: str, title: str) -> None:
        """Interrupt, once for each of the steps."""
        if step in self._steps:
            self._steps.remove(step)
            raise KeyboardInterrupt(title)


class Progress(Silent):
    """Remembers the news."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def progress(self, text: str) -> None:
        """Remember."""
        self.told.append(text)


class Outcomes(Silent):
    """Remembers how the steps ended."""

    def __init__(self) -> None:
        self.ended: dict[str, str] = {}

    def finished(self, record: StepRecord) -> None:
        """Remember the outcome."""
        self.ended[record.name] = record.outcome


def test_every_step_is_carried_out_and_nothing_is_left(azure: Emulator, tmp_path: Path) -> None:
    """From a connection to an endpoint that is gone, with an answer and metrics in between."""
    outcomes = Outcomes()
    report = run_small(azure, tmp_path, outcomes)

    assert report.error is None
    assert outcomes.ended == dict.fromkeys(TITLES, "done")
    assert (report.answer, report.ground_truth) != (None, None)
    assert {"loss", "eval_loss", "learning_rate"} <= set(report.metrics)
    assert bills(azure) == []


def test_the_report_lists_what_was_created(azure: Emulator, tmp_path: Path) -> None:
    """Cluster, job and model stay and cost nothing; the endpoint and its deployment are gone."""
    report = run_small(azure, tmp_path)

    assert [(made.kind, made.deleted, made.bills) for made in report.created] == [
        ("compute", False, False),
        ("job", False, False),
        ("model", False, False),
        ("endpoint", True, False),
        ("deployment", True, False),
    ]


def test_a_run_leaves_streams_and_environment_alone(
    azure: Emulator, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The SDK's dots and notes are not shown, and the token for MLflow is taken back."""
    run_small(azure, tmp_path)

    assert tuple(capfd.readouterr()) == ("", "")
    assert "MLFLOW_TRACKING_TOKEN" not in os.environ


def test_a_failed_job_is_told_by_its_step_and_cause(azure: Emulator, tmp_path: Path) -> None:
    """What comes after it is skipped."""
    azure.faults.fail_job("CUDA out of memory")
    outcomes = Outcomes()
    report = run_small(azure, tmp_path, outcomes)

    assert isinstance(report.error, JobFailed)
    assert "failed in step chat_completion_finetune; got UserError: CUDA out of memory" in str(report.error)
    assert (outcomes.ended["pipeline"], outcomes.ended["deploy"], outcomes.ended["delete"]) == (
        "failed",
        "skipped",
        "done",
    )
    assert bills(azure) == []


@pytest.mark.parametrize(("studio", "remedy"), [(True, "https://ml.azure.com/runs/finetune-"), (False, "There is no")])
def test_a_failed_job_says_where_to_look(azure: Emulator, tmp_path: Path, studio: bool, remedy: str) -> None:
    """The job's page in the studio, and where there is none the rows that it was given."""
    azure.faults.fail_job("CUDA out of memory")
    notes = Progress()
    spec = small_spec(tmp_path / "rows")
    error = run(azure, spec, tmp_path / "run", notes, studio=studio).error

    assert error is not None
    assert remedy in error.remedy
    assert (str(tmp_path / "run" / "data") in error.remedy, "https://" in " ".join(notes.told)) == (not studio, studio)


def test_a_job_that_hangs_is_canceled(azure: Emulator, tmp_path: Path) -> None:
    """The deadline passes, and the cluster's nodes are set free."""
    azure.faults.stick_job("Running")
    report = run_small(azure, tmp_path, limits__job="3600")

    assert isinstance(report.error, Unfinished)
    assert bills(azure) == []


def test_a_deployment_that_crashes_is_told_with_its_log(azure: Emulator, tmp_path: Path) -> None:
    """Azure's reason and the end of the container's log; the endpoint is gone."""
    azure.faults.fail_deployment()
    report = run_small(azure, tmp_path)

    assert isinstance(report.error, DeploymentFailed)
    assert "Liveness probe failed" in report.error.got
    assert "its log ends with" in report.error.got
    assert bills(azure) == []


def test_a_deployment_that_hangs_is_deleted_with_its_endpoint(azure: Emulator, tmp_path: Path) -> None:
    """Deleting works while the deployment's own operation goes on."""
    azure.faults.on("deployment", Stuck())
    report = run_small(azure, tmp_path, limits__deployment="600")

    assert isinstance(report.error, Unfinished)
    assert bills(azure) == []


@pytest.mark.parametrize(
    ("operation", "fault", "error"),
    [
        ("OnlineEndpoints_CreateOrUpdate", HttpFault(400, "BadRequest", "no"), DeploymentFailed),
        ("Scoring_Score", HttpFault(424, "ModelError", "no"), ScoringFailed),
        ("ModelsVersions_CreateOrUpdate", HttpFault(403, "AuthorizationFailed", "no"), StepFailed),
        ("Workspaces_Get", HttpFault(403, "AuthorizationFailed", "no"), EnvironmentMissing),
    ],
)
def test_a_refusal_ends_the_run_cleanly(
    azure: Emulator, tmp_path: Path, operation: str, fault: HttpFault, error: type[HarnessError]
) -> None:
    """Whatever Azure refuses is one error of the harness, and nothing is left."""
    azure.faults.on(operation, fault)

    assert isinstance(run_small(azure, tmp_path).error, error)
    assert bills(azure) == []


def test_an_endpoint_whose_creation_was_never_answered_is_deleted(azure: Emulator, tmp_path: Path) -> None:
    """The connection breaks after the request was carried out, again and again."""
    for attempt in range(1, 20):
        azure.faults.on("OnlineEndpoints_CreateOrUpdate", ConnectionFault("reset"), nth=attempt, when="after")
    report = run_small(azure, tmp_path)

    assert isinstance(report.error, StepFailed)
    assert "OnlineEndpoints_Delete" in {call.operation for call in azure.calls}
    assert bills(azure) == []


def test_a_conflict_while_deleting_is_waited_out(azure: Emulator, tmp_path: Path) -> None:
    """Another operation may still run on the endpoint."""
    for attempt in range(1, 4):
        azure.faults.on("OnlineEndpoints_Delete", HttpFault(409, "Conflict", "busy"), nth=attempt)

    assert run_small(azure, tmp_path).error is None
    assert bills(azure) == []


def test_an_endpoint_that_may_not_be_deleted_is_told_with_the_command(azure: Emulator, tmp_path: Path) -> None:
    """The run has failed, because it goes on costing money."""
    azure.faults.on("OnlineEndpoints_Delete", HttpFault(403, "AuthorizationFailed", "no right"))
    report = run_small(azure, tmp_path)

    assert isinstance(report.error, StepFailed)
    assert f"az ml online-endpoint delete --yes --name {bills(azure)[0]} " in report.error.remedy
    assert [made.kind for made in report.left()] == ["endpoint", "deployment"]


def test_metrics_that_cannot_be_read_are_a_warning(azure: Emulator, tmp_path: Path) -> None:
    """A trained model is not thrown away for its curves."""
    azure.faults.on("MLflow_GetRun", HttpFault(400, "x", "y"))
    report = run_small(azure, tmp_path)

    assert report.error is None
    assert any("MLflow cannot be read" in warning for warning in report.warnings)


@pytest.mark.parametrize("step", [*TITLES][:-1])
def test_ctrl_c_leaves_nothing_that_bills(azure: Emulator, tmp_path: Path, step: str) -> None:
    """At the beginning of any step: exit code 4, no endpoint, no running job."""
    report = run_small(azure, tmp_path, CtrlC(step))

    assert isinstance(report.error, Interrupted)
    assert str(report.error) == "stopped by the user; nothing is left that bills"
    assert bills(azure) == []


def test_an_endpoint_is_kept_on_request_with_a_warning(azure: Emulator, tmp_path: Path) -> None:
    """It goes on billing, and the command that ends it is told."""
    report = run_small(azure, tmp_path, keep_endpoint="true")

    assert report.error is None
    assert [made.name for made in report.left()][:1] == bills(azure)
    assert "az ml online-endpoint delete" in report.warnings[-1]


def test_an_endpoint_that_does_not_work_is_not_kept(azure: Emulator, tmp_path: Path) -> None:
    """Keeping is for endpoints that answer."""
    azure.faults.on("Scoring_Score", HttpFault(424, "ModelError", "no"))
    run_small(azure, tmp_path, keep_endpoint="true")

    assert bills(azure) == []


def test_a_cluster_that_the_run_created_is_deleted_on_request(azure: Emulator, tmp_path: Path) -> None:
    """One that was there before stays."""
    run_small(azure, tmp_path, keep_compute="false")
    assert azure.world.home.computes == {}

    run_small(azure, tmp_path / "a")
    run_small(azure, tmp_path / "b", keep_compute="false")
    assert list(azure.world.home.computes) == ["gpu-cluster-big"]


def test_a_version_that_is_taken_is_refused_before_training(azure: Emulator, tmp_path: Path) -> None:
    """The second run of a fixed version ends at once, not after hours."""
    run_small(azure, tmp_path / "a", registration__version="7")
    report = run_small(azure, tmp_path / "b", registration__version="7")

    assert isinstance(report.error, ParameterError)
    assert "version 7 is registered already" in str(report.error)
    assert len(azure.world.home.jobs) == 1


def test_a_name_that_azure_does_not_take_is_refused_before_the_first_step(azure: Emulator, tmp_path: Path) -> None:
    """Wrong use is raised, and nobody is asked anything."""
    with pytest.raises(ParameterError, match="registration"):
        run_small(azure, tmp_path, registration__name="not a name")

    assert azure.calls == []
