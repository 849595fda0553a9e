"""Training and evaluation metrics of a job, read back through MLflow."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import StepFailed, excerpt
from harness.lifecycle.connect import SCOPE
from harness.lifecycle.report import MetricPoint
from harness.lifecycle.waiting import descendants

__all__ = ["JobMetrics", "read_metrics", "tracking_address"]

_FIRST = ("loss", "eval_loss", "learning_rate")
_TOKEN = "MLFLOW_TRACKING_TOKEN"
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class JobMetrics:
    """Every logged value by metric, oldest first; `run_id` is the run that holds them."""

    run_id: str
    points: Mapping[str, tuple[MetricPoint, ...]]

    @property
    def facts(self) -> Mapping[str, str]:
        """What to tell about them: first and last value, training and evaluation loss in front."""
        names = [*(name for name in _FIRST if name in self.points), *sorted(set(self.points) - set(_FIRST))]
        return {name: _course(self.points[name]) for name in names} or {"metrics": "the job logged none"}


def read_metrics(client: Any, job_name: str, *, tracking_uri: str, credential: Any) -> JobMetrics:
    """Return what the job logged: at its own run, or for the tasks that log below it, at the first that did.

    StepFailed when MLflow cannot be reached.
    """
    from mlflow.exceptions import MlflowException  # importing MLflow costs a second
    from mlflow.tracking import MlflowClient

    with _token(credential):
        try:
            mlflow = MlflowClient(tracking_uri=tracking_address(tracking_uri))
            for run_id in _runs(client, job_name):
                keys = mlflow.get_run(run_id).data.metrics
                if keys:
                    return JobMetrics(run_id, {key: _history(mlflow, run_id, key) for key in sorted(keys)})
        except MlflowException as error:
            raise StepFailed(f"MLflow cannot read run {job_name}", got=excerpt(str(error), 300)) from error
    return JobMetrics(job_name, {})


def tracking_address(tracking_uri: str) -> str:
    """Return the address of a workspace's MLflow service; the azureml scheme needs a plug-in to be read."""
    return tracking_uri.replace("azureml://", "https://", 1)


def _runs(client: Any, job_name: str) -> Iterable[str]:
    yield job_name
    for child in descendants(client, job_name, depth=2):
        yield child.name


def _history(mlflow: Any, run_id: str, key: str) -> tuple[MetricPoint, ...]:
    logged = mlflow.get_metric_history(run_id, key)
    return tuple(MetricPoint(int(point.step), float(point.value)) for point in logged)


def _course(points: tuple[MetricPoint, ...]) -> str:
    first, last = f"{points[0].value:.4g}", f"{points[-1].value:.4g}"
    return first if len(points) == 1 else f"{first} -> {last} ({len(points)} values)"


@contextlib.contextmanager
def _token(credential: Any) -> Iterator[None]:
    """Let MLflow send the credential's token: this variable is the way that it documents.

    The environment is the process's, so runs at once take turns.
    """
    token = credential.get_token(SCOPE).token
    with _ONE_AT_A_TIME:
        before = os.environ.get(_TOKEN)
        os.environ[_TOKEN] = token
        try:
            yield
        finally:
            if before is None:
                del os.environ[_TOKEN]
            else:
                os.environ[_TOKEN] = before
