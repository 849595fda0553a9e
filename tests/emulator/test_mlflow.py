"""A job's metrics through the MLflow client."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from bare import ARM, ask, workspace_id
from fine_tuning_job import EXPERIMENT, client_of, conversations, put_job
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from fakes.emulator import Emulator

IN_TRAINING, TRAINED, COMPLETED = 500, 2300, 2700
"""Seconds after submission, at Azure's pace."""


@pytest.fixture
def azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """A local Azure ML at Azure's pace, with a job and a token for MLflow."""
    with Emulator() as azure:
        put_job(azure, conversations(tmp_path / "train.jsonl"))
        monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", azure.credential.get_token(f"{ARM}/.default").token)
        yield azure


@pytest.fixture
def mlflow(azure: Emulator) -> MlflowClient:
    """A client of the workspace's tracking URI; without Azure's plug-in it is addressed by https."""
    found = client_of(azure).workspaces.get(azure.workspace_name)
    return MlflowClient(found.mlflow_tracking_uri.replace("azureml://", "https://"))


@pytest.mark.parametrize(("seconds", "status"), [(0, "SCHEDULED"), (IN_TRAINING, "RUNNING"), (COMPLETED, "FINISHED")])
def test_a_run_has_mlflow_s_status(azure: Emulator, mlflow: MlflowClient, seconds: float, status: str) -> None:
    """Azure's statuses are told in MLflow's words."""
    azure.clock.advance(seconds)

    assert mlflow.get_run("job").info.status == status


@pytest.mark.parametrize(("fault", "status"), [("failed", "FAILED"), ("canceled", "KILLED")])
def test_how_a_run_ended(azure: Emulator, mlflow: MlflowClient, tmp_path: Path, fault: str, status: str) -> None:
    """A failed job is FAILED and a cancelled one KILLED."""
    if fault == "failed":
        azure.faults.fail_job("no")
    put_job(azure, conversations(tmp_path / "more.jsonl"), "other")
    if fault == "canceled":
        ask(azure, "POST", "/jobs/other/cancel")
    azure.clock.advance(COMPLETED)

    assert mlflow.get_run("other").info.status == status


def test_there_are_no_metrics_before_training(azure: Emulator, mlflow: MlflowClient) -> None:
    """Nothing is logged before the fine-tuning step begins."""
    azure.clock.advance(100)

    assert mlflow.get_run("job").data.metrics == {}


def test_metrics_appear_gradually(azure: Emulator, mlflow: MlflowClient) -> None:
    """The history of the loss grows while training goes on, and what was seen stays."""
    seen = []
    for seconds in (IN_TRAINING, 900, 900, 100):
        azure.clock.advance(seconds)
        seen.append([point.step for point in mlflow.get_metric_history("job", "loss")])

    assert seen == sorted(seen, key=len)
    assert len(seen[0]) < len(seen[-1])
    assert all(after[: len(before)] == before for before, after in pairwise(seen))


def test_a_run_shows_the_last_value(azure: Emulator, mlflow: MlflowClient) -> None:
    """The metrics of a run are the last of their histories."""
    azure.clock.advance(COMPLETED)
    metrics = mlflow.get_run("job").data.metrics

    assert {"loss", "eval_loss", "learning_rate"} <= set(metrics)
    assert metrics["loss"] == mlflow.get_metric_history("job", "loss")[-1].value


def test_parameters_are_those_of_the_step(azure: Emulator, mlflow: MlflowClient) -> None:
    """The fine-tuning step logs its parameters, defaults included."""
    azure.clock.advance(COMPLETED)
    (experiment,) = mlflow.search_experiments()
    runs = mlflow.search_runs([experiment.experiment_id])
    (step,) = [run for run in runs if run.info.run_name == "chat_completion_finetune"]

    assert step.data.params["num_train_epochs"] == "1"


def test_runs_are_found_below_their_parent(azure: Emulator, mlflow: MlflowClient) -> None:
    """The filter on the parent run finds a job's nodes."""
    azure.clock.advance(COMPLETED)
    (experiment,) = mlflow.search_experiments()
    found = mlflow.search_runs([experiment.experiment_id], "tags.mlflow.parentRunId = 'job'")

    assert [run.info.run_name for run in found] == ["node"]
    assert found[0].data.tags["mlflow.rootRunId"] == "job"


def test_a_tag_of_a_job_is_set_through_mlflow(azure: Emulator, mlflow: MlflowClient) -> None:
    """A tag that MLflow sets on a job's run is a tag of the job."""
    mlflow.set_tag("job", "a", "b")

    assert client_of(azure).jobs.get("job").tags["a"] == "b"


def test_an_experiment_is_found_by_name_and_by_id(mlflow: MlflowClient) -> None:
    """The experiment of the job is one and the same either way."""
    found = mlflow.get_experiment_by_name(EXPERIMENT)

    assert found is not None
    assert mlflow.get_experiment(found.experiment_id).name == EXPERIMENT


def test_an_unknown_experiment_is_none(mlflow: MlflowClient) -> None:
    """A name that does not exist gives None, as MLflow promises."""
    assert mlflow.get_experiment_by_name("none") is None


def test_an_experiment_is_created_once(mlflow: MlflowClient) -> None:
    """A new experiment is listed with those of the jobs."""
    created = mlflow.create_experiment("mine")

    assert {found.name: found.experiment_id for found in mlflow.search_experiments()}["mine"] == created


def test_an_unknown_run_is_mlflow_s_own_error(mlflow: MlflowClient) -> None:
    """The refusal has MLflow's code, so its client raises MlflowException."""
    with pytest.raises(MlflowException, match="Run none was not found") as refused:
        mlflow.get_run("none")
    assert refused.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_a_missing_token_is_a_401(azure: Emulator) -> None:
    """MLflow is as closed as the rest of the region's host."""
    url = f"https://eastus2.api.azureml.ms/mlflow/v1.0{workspace_id(azure)}/api/2.0/mlflow/runs/get?run_id=job"

    assert ask(azure, "GET", url, headers={}).status_code == 401


@pytest.mark.parametrize("version", ["v1.0", "v2.0"])
def test_both_paths_lead_to_the_run(azure: Emulator, version: str) -> None:
    """The service answers under both versions of its path (SDK source)."""
    url = f"https://eastus2.api.azureml.ms/mlflow/{version}{workspace_id(azure)}/api/2.0/mlflow/runs/get?run_id=job"

    assert ask(azure, "GET", url, version=None).json()["run"]["info"]["run_id"] == "job"
