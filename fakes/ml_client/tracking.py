"""MLflow's client of a workspace, as far as runs and their metrics are read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from azure.core.exceptions import AzureError

from fakes.ml_client.line import Line
from fakes.world.instants import milliseconds
from fakes.world.jobs import find_run
from fakes.world.tracking import mlflow_status, mlflow_tags
from fakes.world.world import Workspace
from harness.errors import StepFailed


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What a run is."""

    run_id: str
    run_name: str
    experiment_id: str
    status: str


@dataclass(frozen=True, slots=True)
class RunData:
    """What a run has logged: the last value of each metric, its parameters and tags."""

    metrics: Mapping[str, float] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrackedRun:
    """A run as MLflow tells of it."""

    info: RunInfo
    data: RunData


@dataclass(frozen=True, slots=True)
class MetricValue:
    """One value of a metric. timestamp: milliseconds since 1970."""

    key: str
    value: float
    timestamp: int
    step: int


class FakeMlflowClient:
    """Stands in for `mlflow.MlflowClient` of a workspace: runs and the history of their metrics."""

    def __init__(self, line: Line, tracking_uri: str) -> None:
        self._line = line
        self._tracking_uri = tracking_uri

    def get_run(self, run_id: str) -> TrackedRun:
        """Return a run with the last value of each metric."""
        return self._line.send("MLflow_GetRun", "GET", lambda: self._tracked(run_id))

    def get_metric_history(self, run_id: str, key: str) -> Sequence[MetricValue]:
        """Return every value of a metric, oldest first."""

        def history() -> list[MetricValue]:
            _, run = find_run(self._workspace(), run_id)
            logged = run.logged(self._line.world.clock.now())
            return [MetricValue(key, one.value, milliseconds(one.at), one.step) for one in logged if one.key == key]

        return self._line.send("MLflow_GetMetricHistory", "GET", history)

    def _tracked(self, run_id: str) -> TrackedRun:
        workspace, now = self._workspace(), self._line.world.clock.now()
        _, run = find_run(workspace, run_id)
        info = RunInfo(run.id, run.display_name, workspace.experiments[run.experiment], mlflow_status(run, now))
        metrics = {metric.key: metric.value for metric in run.logged(now)}
        return TrackedRun(info, RunData(metrics, dict(run.parameters), mlflow_tags(run)))

    def _workspace(self) -> Workspace:
        """Return the workspace whose tracking URI this is."""
        wanted = self._tracking_uri.replace("https://", "azureml://", 1)
        for workspace in self._line.world.workspaces():
            if workspace.tracking_uri == wanted:
                return workspace
        raise StepFailed("MLflow cannot be read", got=f"no workspace has the tracking URI {self._tracking_uri}")


class MlflowOpener:
    """Opens clients of MLflow for the length of a block; StepFailed when they cannot read."""

    def __init__(self, line: Line) -> None:
        self._line = line

    @contextlib.contextmanager
    def __call__(self, tracking_uri: str, credential: Any) -> Iterator[FakeMlflowClient]:
        """Hand out a client of a workspace; the credential is taken and not looked at."""
        del credential
        try:
            yield FakeMlflowClient(self._line, tracking_uri)
        except AzureError as error:
            raise StepFailed("MLflow cannot be read", got=str(error.message)) from error
