"""ARM jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Route
from fakes.emulator.services.arm import PROVIDER, WORKSPACE, location_of, page
from fakes.emulator.services.lro import accepted_action
from fakes.emulator.wire import empty_reply, json_reply
from fakes.world.errors import NotFound
from fakes.world.identity import USER
from fakes.world.instants import timestamp
from fakes.world.job_defaults import filled_command, filled_inputs
from fakes.world.job_outputs import JobOutput
from fakes.world.jobs import Job, cancel_job, find_run, get_job, list_jobs, put_job, run_properties
from fakes.world.states import JOB

if TYPE_CHECKING:
    from fakes.emulator.call import Call
    from fakes.world.runs import Run

ONE = WORKSPACE + "/jobs/<job>"
_INPUT = ("description", "uri", "mode", "jobInputType", "value")
"""The members of a job's input in the service's order (recorded)."""

_COMMAND = (
    "queueSettings",
    "resources",
    "codeId",
    "command",
    "environmentId",
    "inputs",
    "outputs",
    "distribution",
    "limits",
    "environmentVariables",
    "parameters",
)
"""The members that a command has of its own; their order is inferred."""


def render(call: Call, job: Job, *, fresh: bool = False) -> dict[str, Any]:
    """Return the ARM resource; a PUT of 2023-04 or later answers before properties are added (`fresh`, recorded)."""
    return {
        "id": f"{job.workspace.arm_id}/jobs/{job.name}",
        "name": job.name,
        "type": f"{PROVIDER}/workspaces/jobs",
        "properties": _properties(call, job, fresh),
        "systemData": {"createdAt": timestamp(job.created), "createdBy": USER, "createdByType": "User"},
    }


def _properties(call: Call, job: Job, fresh: bool) -> dict[str, Any]:
    sent, now, modern = job.properties, call.world.clock.now(), call.api_version >= "2023-04"
    status = job.run.status(now)
    if status == "NotStarted" and job.kind == "Pipeline" and not modern:
        status = "Preparing"  # recorded 2023-01 and 2023-03
    properties: dict[str, Any] = {
        "description": sent.get("description"),
        "tags": sent.get("tags") or {},
        "properties": dict(sent.get("properties") or {}) if fresh and modern else run_properties(job, now),
        "displayName": sent.get("displayName") or job.name,
        "status": status,
        "experimentName": job.run.experiment,
        "services": _services(job),
        "computeId": sent.get("computeId"),
        "isArchived": bool(sent.get("isArchived")),
        "identity": sent.get("identity"),
        "componentId": sent.get("componentId"),
        **({"notificationSetting": sent.get("notificationSetting"), "secretsConfiguration": None} if modern else {}),
        "jobType": job.kind,
    }
    ends = {"inputs": _inputs(job, modern), "outputs": _outputs(job, status, call.api_version)}
    if job.kind == "Pipeline":
        kept = {"settings": sent.get("settings"), "jobs": sent.get("jobs") or {}}
        return {**properties, **kept, **ends, "sourceJobId": None}
    return {**properties, **_command(sent, ends)}


def _command(sent: dict[str, Any], ends: dict[str, Any]) -> dict[str, Any]:
    """Return what a command job has of its own (SDK source)."""
    known = {
        **filled_command(sent),
        **{name: sent.get(name) for name in ("codeId", "command", "environmentId")},
        **ends,
    }
    return {name: known[name] for name in _COMMAND}


def _inputs(job: Job, modern: bool) -> dict[str, Any] | None:
    shown = {}
    for name, value in filled_inputs(job.properties).items():
        known = {"description": None, **value}
        shown[name] = {key: known[key] for key in (*_INPUT, *known) if key in known}
    return shown or (None if modern else {})


def _outputs(job: Job, status: str, api_version: str) -> dict[str, Any]:
    declared = {name: _output(output, api_version) for name, output in job.outputs.items()}
    if job.kind == "Command" and status in JOB.terminal:
        # without `/paths/`, which `jobs.stream` could not read (recorded 2023-01)
        declared["default"] = {
            "description": None,
            "uri": f"azureml://datastores/workspaceartifactstore/{job.run.container}",
            "mode": "ReadWriteMount",
            "jobOutputType": "uri_folder",
        }
    return declared


def _output(output: JobOutput, api_version: str) -> dict[str, Any]:
    asset = {"assetName": output.asset_name, "assetVersion": output.asset_version}
    return {
        "description": None,
        "uri": output.uri,
        **(asset if api_version >= "2022-12" else {}),
        "mode": output.mode or "ReadWriteMount",
        **({"autoDeleteSetting": None} if api_version >= "2023-04" else {}),
        "jobOutputType": output.kind,
    }


def _services(job: Job) -> dict[str, Any]:
    endpoints = {"Tracking": job.workspace.tracking_uri + "?", "Studio": job.studio_url}
    return {
        kind: {
            "jobServiceType": kind,
            "port": None,
            "endpoint": endpoint,
            "status": None,
            "errorMessage": None,
            "properties": None,
            "nodes": None,
        }
        for kind, endpoint in endpoints.items()
    }


def _child(job: Job, run: Run) -> dict[str, Any]:
    """Return the resource of a pipeline's child, which has no `properties` at all (recorded)."""
    return {
        "id": f"{job.workspace.arm_id}/jobs/{run.id}",
        "name": run.id,
        "type": f"{PROVIDER}/workspaces/jobs",
        "systemData": {"createdAt": timestamp(run.created), "createdBy": USER, "createdByType": "User"},
    }


def get_one(call: Call) -> Reply:
    """Return a job or the shell of a pipeline's child."""
    name = call.params["job"]
    if name in call.workspace.jobs:
        return json_reply(200, render(call, call.workspace.jobs[name]))
    try:
        job, run = find_run(call.workspace, name)
    except NotFound:
        raise NotFound(f"Job with name {name} was not found.", code="UserError", inner=("NotFoundError",)) from None
    return json_reply(200, _child(job, run))


def put_one(call: Call) -> Reply:
    """Submit a job: 201 at once, no long-running operation (recorded)."""
    job, new = put_job(call.world, call.workspace, call.params["job"], dict(call.properties))
    reply = json_reply(201 if new else 200, render(call, job, fresh=new))
    if new:
        reply.headers["Location"] = location_of(call)
    return reply


def list_all(call: Call) -> Reply:
    """Return jobs, newest first, filtered by job type, tag and view."""
    view, kind, tag = call.query("listViewType", "ActiveOnly"), call.query("jobType"), call.query("tag")
    found = list_jobs(call.workspace, view, kind=kind, tag=tag)
    return page(call, found, lambda job: render(call, job))


def cancel_one(call: Call) -> Reply:
    """Start to cancel a job: 202, or 200 at once for a command that has ended (recorded)."""
    operation = cancel_job(call.world, call.workspace, call.params["job"])
    if operation is None:
        return empty_reply(200)
    return accepted_action(call, call.workspace.region, operation.id, "PT1H")


def delete_one(call: Call) -> Reply:
    """Delete a job that has ended."""
    get_job(call.workspace, call.params["job"])
    del call.workspace.jobs[call.params["job"]]
    return empty_reply(200)


ROUTES = (
    Route("Jobs_Get", "GET", ONE, get_one, Evidence.RECORDED, "the 404 is inferred"),
    Route(
        "Jobs_CreateOrUpdate",
        "PUT",
        ONE,
        put_one,
        Evidence.RECORDED,
        "inferred: a registry pipeline that is accepted, what refuses inputs and references; a changed job: quoted",
    ),
    Route("Jobs_List", "GET", WORKSPACE + "/jobs", list_all, Evidence.INFERRED),
    Route("Jobs_Cancel", "POST", ONE + "/cancel", cancel_one, Evidence.RECORDED),
    Route("Jobs_Delete", "DELETE", ONE, delete_one, Evidence.INFERRED, "gone at once"),
)
