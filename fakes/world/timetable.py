"""When the runs of a job do what: planned at submission, changed when a step fails or a client cancels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from fakes.world.errors import ServiceError
from fakes.world.faults import JOB as JOB_OUTCOME
from fakes.world.faults import Failure, Stuck
from fakes.world.logs import follow_command, follow_failure, follow_pipeline
from fakes.world.outputs import complete_outputs
from fakes.world.pipelines import Node
from fakes.world.runs import Run, RunError
from fakes.world.states import JOB, Plan
from fakes.world.training import train

if TYPE_CHECKING:
    from fakes.world.jobs import Job
    from fakes.world.world import World

PARENT_FAILURE = RunError(
    "UserError", "Pipeline has some failed steps. See child run or execution logs for more details."
)
"""The cause that the parent of a failed step shows (quoted in public issues); the step has the real one."""

_DURATION_OF = (
    ("validation", "job.validation"),
    ("import", "job.model_import"),
    ("preprocess", "job.preprocess"),
    ("converter", "job.convert"),
    ("prediction", "job.evaluate"),
    ("metrics", "job.evaluate"),
    ("finetune", "job.finetune"),
)


def plan_root(world: World, now: datetime, nodes: Sequence[Node]) -> Plan:
    """Return the plan of a job's own run."""
    preparing = world.pace.of("job.preparing")
    running = sum(_seconds(world, step) for node in nodes for step in _steps(node)) or world.pace.of("job.command")
    return _plan(now, preparing, running, world.pace.of("job.finalizing"))


def plan_children(world: World, job: Job) -> None:
    """Create the runs of the nodes and their steps, one after the other, and schedule their work."""
    fault = world.faults.take(JOB_OUTCOME)
    if isinstance(fault, Stuck):
        job.run.plan = _stuck(job.run.plan, fault.state or "Preparing")
        return
    begins = job.run.plan.entered("Running")
    if begins is None:
        raise AssertionError("the plan of a new job always reaches Running")
    if not job.nodes:
        follow_command(world, job)
        if isinstance(fault, Failure):
            _fail_run(job.run, job.run.plan.ends, RunError(fault.code, fault.message))
            follow_failure(world, job, job.run, job.run.plan.ends)
        _finish_later(world, job)
        return
    for node in job.nodes:
        begins = _plan_node(world, job, node, begins, fault if isinstance(fault, Failure) else None)
    follow_pipeline(world, job)
    _finish_later(world, job)


def fail_step(world: World, job: Job, node_run: Run, step: str | None, error: RunError) -> None:
    """Let a step fail at the end of its time; nothing after it is started, and its parents fail with it."""
    failing = _step_named(node_run, step)
    at = failing.plan.ends
    _fail_run(failing, at, error)
    follow_failure(world, job, failing, at)
    for parent in (node_run, job.run):
        parent.children = [run for run in parent.children if run.plan.started < at]
    if node_run is not failing:
        _fail_run(node_run, at, PARENT_FAILURE)
    _fail_run(job.run, at + timedelta(seconds=world.pace.of("job.finalizing")), PARENT_FAILURE)


def _finish_later(world: World, job: Job) -> None:
    """Complete the outputs while the job is finalizing, after everything else that falls due at that instant."""
    begins = job.run.plan.entered("Finalizing")
    if begins is not None:
        world.schedule.at(begins, lambda now: world.schedule.at(now, partial(_finish, world, job)))


def _finish(world: World, job: Job, now: datetime) -> None:
    if job.run.status(now) != "Finalizing":
        return
    try:
        complete_outputs(world, job, now)
    except ServiceError as error:
        _fail_run(job.run, job.run.plan.ends, RunError("UserError", error.message))
        follow_failure(world, job, job.run, job.run.plan.ends)


def _plan_node(world: World, job: Job, node: Node, begins: datetime, fault: Failure | None) -> datetime:
    """Plan one node and its steps from `begins`; returns when it ends."""
    node_run = _child(world, job, job.run, node.name, begins, 0.0, "pipeline" if node.task else "step")
    node_run.component_id = node.component_id
    at = begins
    for step in _steps(node):
        seconds = _seconds(world, step)
        if node.task:
            step_run = _child(world, job, node_run, step, at, seconds, "step")
            step_run.compute = _compute_of(node)
        at += timedelta(seconds=seconds)
    node_run.plan = _plan(begins, 0.0, (at - begins).total_seconds(), 0.0)
    if node.task:
        world.schedule.at(begins, lambda now: _work(world, job, node, node_run, fault, now))
    return at


def _work(world: World, job: Job, node: Node, node_run: Run, fault: Failure | None, now: datetime) -> None:
    """Do the work of a fine-tuning node as it starts: what it finds decides how its steps end."""
    if node_run.status(now) in ("CancelRequested", "Canceled") or node_run not in job.run.children:
        return
    if fault is not None:
        fail_step(world, job, node_run, fault.step or "finetune", RunError(fault.code, fault.message))
        return
    failed = train(world, job, node, node_run)
    if failed is not None:
        step, error = failed
        fail_step(world, job, node_run, step, error)


def _steps(node: Node) -> list[str]:
    if node.component is not None and node.task:
        return list(node.component.jobs)
    return [node.name]


def _seconds(world: World, step: str) -> float:
    key = next((key for part, key in _DURATION_OF if part in step), "job.command")
    return world.pace.of(key)


def _compute_of(node: Node) -> str | None:
    given = node.inputs.get("compute_finetune")
    return given.value if given else None


def _child(world: World, job: Job, parent: Run, name: str, begins: datetime, seconds: float, kind: str) -> Run:
    run = Run(
        id=world.ids.guid(),
        kind=kind,
        display_name=name,
        plan=_plan(begins, 0.0, seconds, 0.0),
        created=begins,
        experiment=job.run.experiment,
        parent=parent,
        properties={"azureml.runsource": "azureml.StepRun", "azureml.pipelinerunid": job.name},
    )
    parent.children.append(run)
    return run


def _plan(begins: datetime, preparing: float, running: float, finalizing: float) -> Plan:
    """NotStarted, Preparing, Running, Finalizing, Completed; the first lasts half of the preparation."""
    ends = preparing + running
    return Plan(
        JOB,
        begins,
        (
            ("NotStarted", 0.0),
            ("Preparing", preparing / 2),
            ("Running", preparing),
            ("Finalizing", ends),
            ("Completed", ends + finalizing),
        ),
    )


def _stuck(plan: Plan, state: str) -> Plan:
    names = [name for name, _ in plan.steps]
    kept = plan.steps[: names.index(state) + 1] if state in names else plan.steps[:1]
    return Plan(plan.machine, plan.started, kept)


def _fail_run(run: Run, at: datetime, error: RunError) -> None:
    """Replace how a run ends. Only what lies ahead of the clock is ever replaced."""
    offset = (at - run.plan.started).total_seconds()
    kept = tuple((state, begins) for state, begins in run.plan.steps if state not in ("Finalizing", "Completed"))
    kept = tuple(step for step in kept if step[1] < offset or step[0] == "NotStarted")
    run.plan = Plan(JOB, run.plan.started, (*kept, ("Failed", offset)))
    run.error = error


def _step_named(node_run: Run, step: str | None) -> Run:
    for run in node_run.children:
        if step == run.display_name:
            return run
    for run in node_run.children:
        if step and step in run.display_name:
            return run
    return node_run.children[-1] if node_run.children else node_run
