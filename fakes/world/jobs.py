"""Jobs: submission, the timetable of their runs, cancellation and outputs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fakes.world.errors import Invalid, NotFound, NotServed
from fakes.world.instants import timestamp
from fakes.world.job_outputs import JobOutput, declared
from fakes.world.operations import Operation
from fakes.world.pipelines import Node, check_compute, read_pipeline
from fakes.world.runs import Run
from fakes.world.states import JOB
from fakes.world.submission import check_references, require_same
from fakes.world.timetable import plan_children, plan_root

if TYPE_CHECKING:
    from fakes.world.world import Workspace, World

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,254}")


@dataclass(slots=True, eq=False)
class Job:
    """A job: what was submitted, its run and its outputs."""

    name: str
    workspace: Workspace
    properties: dict[str, Any]
    run: Run
    created: datetime
    nodes: list[Node] = field(default_factory=list)
    outputs: dict[str, JobOutput] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The job type, such as `Pipeline` or `Command`."""
        return str(self.properties.get("jobType"))

    @property
    def studio_url(self) -> str:
        """Its page in Azure ML studio."""
        workspace = self.workspace
        return (
            f"https://ml.azure.com/runs/{self.name}?wsid=/subscriptions/{workspace.subscription_id}"
            f"/resourcegroups/{workspace.resource_group}/workspaces/{workspace.name}"
        )

    def output_uri(self, output: str, path: str) -> str:
        """Return the datastore URI of a path below an output; refuses outputs that were never written.

        Registration checks that something is there (quoted in public issues; this text is inferred).
        """
        found = self.outputs.get(output)
        if found is None:
            known = ", ".join(self.outputs) or "none"
            raise NotFound(
                f"Job {self.name} has no output '{output}'. Outputs: {known}.",
                code="UserError",
                inner=("NotFoundError", "NoMatchingArtifactsFoundFromJob"),
            )
        if not found.path:
            raise Invalid(
                f"Output '{output}' of job {self.name} has not been written.",
                inner=("BadArgument", "NoMatchingArtifactsFoundFromJob"),
            )
        return self.workspace.datastore_uri(found.datastore, f"{found.path}{path}")


def put_job(world: World, workspace: Workspace, name: str, properties: dict[str, Any]) -> tuple[Job, bool]:
    """Submit a job, or update the words that describe an existing one; the flag tells whether it is new."""
    existing = workspace.jobs.get(name)
    if existing is not None:
        require_same(existing, properties)
        return describe_job(existing, properties), False
    if not _NAME.fullmatch(name):
        raise Invalid(f"The job name '{name}' is invalid.", inner=("BadArgument", "ArgumentInvalid"))
    check_references(world, workspace, properties)
    kind = properties.get("jobType")
    if kind == "Pipeline":
        nodes = read_pipeline(world, workspace, properties)
    elif kind == "Command":
        check_compute(workspace, properties.get("computeId"))
        nodes = []
    else:
        raise NotServed(f"The local Azure ML does not run jobs of type {kind!r}; it runs Pipeline and Command.")
    job = _new_job(world, workspace, name, properties, nodes)
    workspace.jobs[name] = job
    plan_children(world, job)
    return job, True


def get_job(workspace: Workspace, name: str) -> Job:
    """Return a job; NotFound when there is none (the code is inferred)."""
    job = workspace.jobs.get(name)
    if job is None:
        raise NotFound(f"Job with name {name} was not found.", code="UserError", inner=("NotFoundError",))
    return job


def find_run(workspace: Workspace, run_id: str) -> tuple[Job, Run]:
    """Return a run at any depth with the job that it belongs to; NotFound when there is none."""
    if run_id in workspace.jobs:
        return workspace.jobs[run_id], workspace.jobs[run_id].run
    for job in workspace.jobs.values():
        for run in job.run.walk():
            if run.id == run_id:
                return job, run
    raise NotFound(f"Run {run_id} was not found", code="UserError", inner=("NotFoundError",))


def list_jobs(workspace: Workspace, view: str, *, kind: str = "", tag: str = "") -> list[Job]:
    """Return jobs, newest first, filtered by view (`listViewType`), job type and tag."""
    return [
        job
        for job in reversed(workspace.jobs.values())
        if (view == "All" or bool(job.properties.get("isArchived")) == (view == "ArchivedOnly"))
        and (not kind or job.kind == kind)
        and (not tag or tag in (job.properties.get("tags") or {}))
    ]


def cancel_job(world: World, workspace: Workspace, name: str) -> Operation | None:
    """Start to cancel a job. None for a command that has ended; a pipeline that has ended refuses (recorded)."""
    job = get_job(workspace, name)
    now = world.clock.now()
    if job.run.status(now) in JOB.terminal:
        if job.kind != "Pipeline":
            return None
        raise Invalid(
            f"The pipeline run {name} is in terminal status, it can't be canceled.",
            inner=("BadArgument", "ArgumentInvalid", "CancelPipelineRunInTerminalStatus"),
        )
    seconds = world.pace.of("job.cancel")
    for run in job.run.walk():
        if run.status(now) not in JOB.terminal:
            run.plan = run.plan.cut(now, ("CancelRequested", 0.0), ("Canceled", seconds))
        run.children = [child for child in run.children if child.plan.started <= now]
    return world.operations.start(f"jc:{workspace.workspace_id}:{name}", now, seconds)


def describe_job(job: Job, properties: Mapping[str, Any]) -> Job:
    """Change the words that describe a job, and whether it is archived; its run says the same."""
    for key in ("description", "displayName", "isArchived"):
        if key in properties:
            job.properties[key] = properties[key]
    # a tag that is left out stays (quoted in public issues)
    job.properties["tags"] = {**(job.properties.get("tags") or {}), **(properties.get("tags") or {})}
    job.run.properties.update(properties.get("properties") or {})
    job.run.tags = dict(job.properties.get("tags") or {})
    job.run.display_name = str(job.properties.get("displayName") or job.name)
    job.run.description = job.properties.get("description")
    return job


def change_run(job: Job, run: Run, words: Mapping[str, Any]) -> None:
    """Add to or change what describes a run; `hidden` is what archives a job (SDK source)."""
    run.tags.update(words.get("tags") or {})
    run.properties.update(words.get("properties") or {})
    if run is job.run:
        sent = {name: words[name] for name in ("displayName", "description") if words.get(name) is not None}
        archived = words.get("hidden", job.properties.get("isArchived"))
        describe_job(job, {**sent, "tags": dict(run.tags), "isArchived": archived})


def visible_run(workspace: Workspace, run_id: str, now: datetime) -> tuple[Job, Run]:
    """Return a run that run history knows at `now`, with its job; NotFound when there is none."""
    job, run = find_run(workspace, run_id)
    if not run.visible(now):
        raise NotFound(f"Run {run.id} was not found", code="UserError", inner=("NotFoundError",))
    return job, run


def run_properties(job: Job, now: datetime) -> dict[str, str]:
    """Return the properties of a job's run; a pipeline that has ended tells when it was executed (recorded)."""
    properties = dict(job.run.properties)
    ended = job.run.ended(now)
    if job.kind == "Pipeline" and ended is not None:
        started, status = job.run.started(now) or job.created, job.run.status(now)
        execution = {
            "StartTime": timestamp(started),
            "EndTime": timestamp(ended),
            "Status": "Finished" if status == "Completed" else status,
        }
        stages = {"Initialization": None, "Execution": execution}
        properties["azureml.pipelines.stages"] = json.dumps(stages, separators=(",", ":"))
    return properties


def _new_job(world: World, workspace: Workspace, name: str, properties: dict[str, Any], nodes: list[Node]) -> Job:
    now = world.clock.now()
    experiment = str(properties.get("experimentName") or "Default")
    workspace.experiments.setdefault(experiment, world.ids.guid())
    run = Run(
        id=name,
        kind="pipeline" if nodes else "command",
        display_name=str(properties.get("displayName") or name),
        plan=plan_root(world, now, nodes),
        created=now,
        experiment=experiment,
        compute=str(properties.get("computeId") or "").rsplit("/", 1)[-1] or None,
        component_id=properties.get("componentId"),
        description=properties.get("description"),
        properties={**(properties.get("properties") or {}), **_run_properties(properties, bool(nodes))},
        tags=dict(properties.get("tags") or {}),
    )
    return Job(name, workspace, properties, run, now, nodes, declared(properties.get("outputs") or {}))


def _run_properties(properties: Mapping[str, Any], pipeline: bool) -> dict[str, str]:
    """What the service adds to the properties of a run (recorded 2023-01)."""
    if not pipeline:
        return {"_azureml.ComputeTargetType": "amlctrain", "ContentSnapshotId": ""}
    literals = {
        name: value.get("value")
        for name, value in (properties.get("inputs") or {}).items()
        if value.get("jobInputType") == "literal"
    }
    settings = properties.get("settings") or {}
    return {
        "azureml.DevPlatv2": "true",
        "azureml.runsource": "azureml.PipelineRun",
        "runSource": "MFE",
        "runType": "HTTP",
        "azureml.parameters": json.dumps(literals, separators=(",", ":")),
        "azureml.continue_on_step_failure": str(bool(settings.get("continue_on_step_failure"))),
        "azureml.continue_on_failed_optional_input": "True",
        "azureml.defaultComputeName": str(properties.get("computeId") or "").rsplit("/", 1)[-1],
        "azureml.defaultDataStoreName": "workspaceblobstore",
        "azureml.pipelineComponent": "pipelinerun",
    }
