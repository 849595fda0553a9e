"""The logs that `jobs.stream` prints: append blobs that grow as the runs of a job move on."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from fakes.world.datastores import ARTIFACT_STORE
from fakes.world.runs import Run
from fakes.world.states import JOB

if TYPE_CHECKING:
    from fakes.world.jobs import Job
    from fakes.world.world import World

EXECUTION_LOG = "logs/azureml/executionlogs.txt"
COMMAND_LOG = "user_logs/std_log.txt"
NOT_EXECUTED = "The local Azure ML does not run user code: this command was accepted and not executed.\n"


def follow_pipeline(world: World, job: Job) -> None:
    """Write the execution log of a pipeline as its steps start and end (names and wording recorded 2023-01)."""
    root = job.run
    begins = root.plan.entered("Running") or root.plan.started
    world.schedule.at(begins, lambda _: _open(world, job, root))
    below = [run for run in root.walk() if run is not root]
    for run in below:
        if run.is_user_code:
            world.schedule.at(run.plan.started, partial(_not_executed, world, job, run))
    for run in below:
        submitted = f"Submitting 1 runs, first five are: {run.display_name}:{run.id}"
        world.schedule.at(run.plan.started, partial(_note, world, job, run, submitted))
    for run in reversed(below):  # a node completes after the last of its steps
        world.schedule.at(run.plan.ends, partial(_completed, world, job, run))
    ending = root.plan.entered("Finalizing") or root.plan.ends
    closing = "Finishing experiment: no runs left and nothing to schedule."
    world.schedule.at(ending, partial(_note, world, job, root, closing))


def follow_command(world: World, job: Job) -> None:
    """Write the log of a command job, which says that nothing was executed."""
    begins = job.run.plan.entered("Running") or job.run.plan.started
    world.schedule.at(begins, partial(_not_executed, world, job, job.run))


def follow_failure(world: World, job: Job, run: Run, at: datetime) -> None:
    """Write why a run fails into a log of its own, as it fails; a training log is named otherwise (inferred)."""

    def tell(now: datetime) -> None:
        if run.error is not None and run.status(now) == "Failed":
            _append(world, job, run, COMMAND_LOG, f"{run.error.code}: {run.error.message}\n")

    world.schedule.at(at, tell)


def _open(world: World, job: Job, run: Run) -> None:
    for name in ("logs/azureml/stderrlogs.txt", "logs/azureml/stdoutlogs.txt"):
        _append(world, job, run, name, "")


def _not_executed(world: World, job: Job, run: Run, at: datetime) -> None:
    if run.status(at) not in (*JOB.terminal, "CancelRequested"):
        _append(world, job, run, COMMAND_LOG, NOT_EXECUTED)


def _completed(world: World, job: Job, run: Run, at: datetime) -> None:
    status = run.status(at)
    if status == "Completed":
        _note(world, job, run, f"Completing processing run id {run.id}.", at)
    elif status == "Failed" and run.error is not None:
        _note(world, job, run, f"Run {run.display_name}:{run.id} failed: {run.error.message}", at)


def _note(world: World, job: Job, run: Run, text: str, at: datetime) -> None:
    """Add a line, unless the run was dropped or cancelled before its time came."""
    if run is not job.run and run not in list(job.run.walk()):
        return
    if job.run.status(at) in (*JOB.terminal, "CancelRequested"):
        return
    _append(world, job, job.run, EXECUTION_LOG, f"[{at:%Y-%m-%d %H:%M:%SZ}] {text}\n")


def _append(world: World, job: Job, run: Run, name: str, text: str) -> None:
    store = job.workspace.datastores[ARTIFACT_STORE]
    path = f"{run.container}/{name}"
    if world.blobs.get(store.account, store.container, path) is None:
        world.blobs.put(store.account, store.container, path, b"", blob_type="AppendBlob")
    if text:
        world.blobs.append(store.account, store.container, path, text.encode())
