"""What MLflow calls the states and the tags of a run."""

from __future__ import annotations

from datetime import datetime

from fakes.world.identity import USER
from fakes.world.runs import Run

_STATUS = {
    "Completed": "FINISHED",
    "Failed": "FAILED",
    "NotResponding": "FAILED",
    "Canceled": "KILLED",
    "CancelRequested": "RUNNING",
    "Running": "RUNNING",
    "Finalizing": "RUNNING",
}


def mlflow_status(run: Run, now: datetime) -> str:
    """Return the state of a run in MLflow's words."""
    return _STATUS.get(run.status(now), "SCHEDULED")


def mlflow_tags(run: Run) -> dict[str, str]:
    """Return the tags of a run: its own, its properties, and those that MLflow's clients read."""
    told = {
        **run.tags,
        **run.properties,
        "mlflow.user": USER,
        "mlflow.runName": run.display_name,
        "mlflow.rootRunId": run.root.id,
        **({"mlflow.parentRunId": run.parent.id} if run.parent else {}),
    }
    return {name: str(value) for name, value in told.items()}
