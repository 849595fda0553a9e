"""Training and evaluation metrics of a job, read back through MLflow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from harness.lifecycle.jobs import descendants
from harness.lifecycle.report import MetricPoint

__all__ = ["JobMetrics", "read_metrics"]

_FIRST = ("loss", "eval_loss", "learning_rate")


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


def read_metrics(client: Any, job_name: str, mlflow: AbstractContextManager[Any]) -> JobMetrics:
    """Return what the job logged: at its own run, or for the tasks that log below it, at the first that did.

    mlflow: opens MLflow's client of the job's workspace; StepFailed when it cannot be reached.
    """
    with mlflow as tracking:
        for run_id in _runs(client, job_name):
            keys = tracking.get_run(run_id).data.metrics
            if keys:
                return JobMetrics(run_id, {key: _history(tracking, run_id, key) for key in sorted(keys)})
    return JobMetrics(job_name, {})


def _runs(client: Any, job_name: str) -> Iterable[str]:
    yield job_name
    for child in descendants(client, job_name, depth=2):
        yield child.name


def _history(tracking: Any, run_id: str, key: str) -> tuple[MetricPoint, ...]:
    logged = tracking.get_metric_history(run_id, key)
    return tuple(MetricPoint(int(point.step), float(point.value)) for point in logged)


def _course(points: tuple[MetricPoint, ...]) -> str:
    first, last = f"{points[0].value:.4g}", f"{points[-1].value:.4g}"
    return first if len(points) == 1 else f"{first} -> {last} ({len(points)} values)"
