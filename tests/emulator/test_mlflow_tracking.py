"""What a client tracks itself with MLflow, and how it finds runs again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azure.ai.ml import MLClient
from bare import ARM
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, Run, RunTag
from mlflow.exceptions import MlflowException

from fakes.emulator import Emulator


@pytest.fixture
def mlflow(azure: Emulator, workspace: MLClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[MlflowClient]:
    """A client of the workspace's tracking URI."""
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", azure.credential.get_token(f"{ARM}/.default").token)
    uri = workspace.workspaces.get(azure.workspace_name).mlflow_tracking_uri
    return MlflowClient(uri.replace("azureml://", "https://"))


@pytest.fixture
def experiment(mlflow: MlflowClient) -> str:
    """The id of an experiment."""
    return mlflow.create_experiment("mine")


@pytest.fixture
def runs(azure: Emulator, mlflow: MlflowClient, experiment: str) -> list[Run]:
    """Three finished runs a minute apart, each better than the one before."""
    made = []
    for number in range(3):
        run = mlflow.create_run(experiment, run_name=f"run-{number}", tags={"team": "ab"[number % 2], "my key": "x"})
        mlflow.log_metric(run.info.run_id, "acc", number / 10)
        mlflow.log_param(run.info.run_id, "depth", number)
        mlflow.set_terminated(run.info.run_id, "FAILED" if number == 2 else "FINISHED")
        azure.clock.advance(60)
        made.append(run)
    return made


def names(mlflow: MlflowClient, experiment: str, text: str = "", **options: object) -> list[str]:
    """Return the names of the runs that a search finds."""
    return [run.info.run_name for run in mlflow.search_runs([experiment], text, **options)]


def test_a_run_is_started_logged_to_and_ended(azure: Emulator, mlflow: MlflowClient, experiment: str) -> None:
    """A client's run is RUNNING until the client ends it, and holds what was logged to it."""
    run_id = mlflow.create_run(experiment, run_name="r", tags={"a": "b"}).info.run_id
    before = mlflow.get_run(run_id)
    mlflow.log_batch(run_id, [Metric("x", 1.5, 0, 0), Metric("x", 2.5, 0, 1)], [Param("p", "1")], [RunTag("t", "v")])
    azure.clock.advance(30)
    mlflow.set_terminated(run_id)
    after = mlflow.get_run(run_id)

    assert (before.info.status, after.info.status, after.info.run_name) == ("RUNNING", "FINISHED", "r")
    assert (after.data.metrics, after.data.params) == ({"x": 2.5}, {"p": "1"})
    assert (after.data.tags["a"], after.data.tags["t"]) == ("b", "v")
    assert after.info.end_time - after.info.start_time == 30_000
    assert [metric.value for metric in mlflow.get_metric_history(run_id, "x")] == [1.5, 2.5]


def test_a_parameter_does_not_change(mlflow: MlflowClient, runs: list[Run]) -> None:
    """A parameter that was logged keeps its value; another value is refused (documented)."""
    mlflow.log_param(runs[0].info.run_id, "depth", 0)
    with pytest.raises(MlflowException, match="Changing param values is not allowed"):
        mlflow.log_param(runs[0].info.run_id, "depth", 9)


def test_an_ended_run_stays_ended(mlflow: MlflowClient, runs: list[Run]) -> None:
    """A run that has failed does not become finished."""
    mlflow.set_terminated(runs[2].info.run_id, "FINISHED")

    assert mlflow.get_run(runs[2].info.run_id).info.status == "FAILED"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [2, 1, 0]),
        ("attributes.status = 'FINISHED'", [1, 0]),
        ("status != 'FINISHED'", [2]),
        ("metrics.acc > 0.05 and metrics.acc <= 0.1", [1]),
        ("params.depth = '2'", [2]),
        ("tags.team = 'a' AND params.depth != '0'", [2]),
        ("tags.`my key` = 'x' and tags.team IN ('b', 'c')", [1]),
        ("tags.mlflow.runName LIKE '%-1'", [1]),
        ("run_name ILIKE 'RUN-_'", [2, 1, 0]),
        ("attributes.run_name NOT IN ('run-0', 'run-1')", [2]),
        ("metrics.unheard > 0", []),
        ("attributes.start_time > 0", [2, 1, 0]),
    ],
)
def test_a_filter_finds_runs(
    mlflow: MlflowClient, experiment: str, runs: list[Run], text: str, found: list[int]
) -> None:
    """A filter compares metrics, parameters, tags and attributes; all of its clauses hold (documented)."""
    assert names(mlflow, experiment, text) == [f"run-{number}" for number in found]


@pytest.mark.parametrize(
    "text", ["metrics.acc > '1'", "params.depth > 1", "tags.a = 'b' or tags.c = 'd'", "loss < 1 x", "nothing.a = 'b'"]
)
def test_a_filter_that_is_none_is_refused(mlflow: MlflowClient, experiment: str, text: str) -> None:
    """What MLflow does not know, such as OR, is refused instead of ignored."""
    with pytest.raises(MlflowException, match="Invalid"):
        mlflow.search_runs([experiment], text)


def test_runs_come_in_the_order_that_is_asked_for(mlflow: MlflowClient, experiment: str, runs: list[Run]) -> None:
    """Runs are ordered by metrics, tags and attributes; a page holds as many as were asked for, and leads on."""
    assert names(mlflow, experiment, order_by=["metrics.acc ASC"]) == ["run-0", "run-1", "run-2"]
    assert names(mlflow, experiment, order_by=["tags.team DESC", "start_time DESC"]) == ["run-1", "run-2", "run-0"]
    page = mlflow.search_runs([experiment], max_results=2)
    rest = mlflow.search_runs([experiment], max_results=2, page_token=page.token)
    assert (len(page), len(rest), rest.token) == (2, 1, None)


def test_a_child_names_its_parent(mlflow: MlflowClient, experiment: str, runs: list[Run]) -> None:
    """A nested run is found by its parent."""
    parent = runs[0].info.run_id
    mlflow.create_run(experiment, run_name="child", tags={"mlflow.parentRunId": parent})

    assert names(mlflow, experiment, f"tags.mlflow.parentRunId = '{parent}'") == ["child"]
