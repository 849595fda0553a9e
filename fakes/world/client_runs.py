"""Runs that a client tracks itself, with MLflow, and what it logs to any run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from fakes.world.errors import Invalid, NotFound
from fakes.world.jobs import change_run
from fakes.world.runs import LoggedMetric, Run
from fakes.world.states import JOB, Plan

if TYPE_CHECKING:
    from fakes.world.world import Workspace, World

TRACKED = "tracked"
_ENDS = {
    "FINISHED": (("Completed", 0.0),),
    "FAILED": (("Failed", 0.0),),
    "KILLED": (("CancelRequested", 0.0), ("Canceled", 0.0)),
}
_GOES_ON = ("RUNNING", "SCHEDULED")


def start_run(
    world: World, workspace: Workspace, experiment: str, name: str, tags: Mapping[str, str], parent: str = ""
) -> Run:
    """Start a run of the client's own. It begins now: the client's clock is not the clock of this Azure."""
    now = world.clock.now()
    run_id = world.ids.guid()
    run = Run(
        id=run_id,
        kind=TRACKED,
        display_name=name or run_id,
        plan=Plan(JOB, now, (("Running", 0.0),)),
        created=now,
        experiment=experiment,
        parent=find_tracked(workspace, parent) if parent else None,
        tags=dict(tags),
    )
    workspace.tracked[run_id] = run
    return run


def find_tracked(workspace: Workspace, run_id: str) -> Run:
    """Return a run of a job or of a client's own; NotFound when there is none."""
    found = next((run for run in workspace.runs() if run.id == run_id), None)
    if found is None:
        raise NotFound(f"Run {run_id} was not found", code="UserError", inner=("NotFoundError",))
    return found


def update_run(world: World, run: Run, status: str, name: str) -> None:
    """Rename a run or end it; the run of a job ends by itself, whatever a client says of it (inferred)."""
    if status and status not in (*_ENDS, *_GOES_ON):
        raise Invalid(f"status is '{status}'; expected one of {', '.join((*_GOES_ON, *_ENDS))}.")
    run.display_name = name or run.display_name
    now = world.clock.now()
    if run.kind == TRACKED and status in _ENDS and run.status(now) not in JOB.terminal:
        run.plan = run.plan.cut(now, *_ENDS[status])


def log_metrics(world: World, run: Run, metrics: Iterable[Mapping[str, Any]]) -> None:
    """Log values, each at this instant of virtual time."""
    now = world.clock.now()
    for metric in metrics:
        value, step = float(metric["value"]), int(metric.get("step") or 0)
        run.metrics.append(LoggedMetric(str(metric["key"]), value, step, now))


def log_parameters(run: Run, parameters: Iterable[Mapping[str, Any]]) -> None:
    """Log parameters, which never change once they are logged (documented)."""
    sent = {str(given["key"]): str(given["value"]) for given in parameters}
    for key, value in sent.items():
        if run.parameters.get(key, value) != value:
            raise Invalid(
                f"Changing param values is not allowed. Param with key='{key}' was already logged with "
                f"value='{run.parameters[key]}' for run ID='{run.id}'. Attempted logging new value '{value}'."
            )
    run.parameters.update(sent)


def set_tags(workspace: Workspace, run: Run, tags: Mapping[str, str]) -> None:
    """Set tags of a run; those of a job's run are those of the job."""
    job = workspace.jobs.get(run.id)
    if job is not None:
        change_run(job, run, {"tags": tags})
    else:
        run.tags.update(tags)
