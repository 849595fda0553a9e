"""The documents of run history: a run, its error, its outputs and its definition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fakes.emulator.services.run_members import DEFINITION, RUN
from fakes.world.error_bodies import run_error
from fakes.world.identity import USER
from fakes.world.ids import guid_of
from fakes.world.instants import timestamp
from fakes.world.job_outputs import JobOutput
from fakes.world.jobs import Job, run_properties
from fakes.world.runs import Run

if TYPE_CHECKING:
    from fakes.emulator.call import Call

_RUN_TYPE = {"pipeline": "azureml.PipelineRun", "step": "azureml.StepRun", "command": "azureml.scriptrun"}


def render(call: Call, job: Job, run: Run) -> dict[str, Any]:
    """Return a RunDto (recorded 2023-01)."""
    now = call.world.clock.now()
    known = {
        **_identity(job, run),
        **_times(run, now),
        **_people(call),
        **_links(job, run),
        "error": run_error(call.world, call.host["region"], run, now),
        "status": run.status(now),
        "displayName": run.display_name,
        "name": run.display_name if run.parent else None,
        "description": run.description,
        "runType": _RUN_TYPE[run.kind],
        "runTypeV2": {
            "orchestrator": "Pipeline" if run.kind == "pipeline" else "Execution",
            "traits": [_RUN_TYPE[run.kind], "MFE", "HTTP", "DevPlatv2"],
            "attribution": None,
            "computeType": None,
        },
        "properties": run_properties(job, now) if run is job.run else run.properties,
        "target": None if run.kind == "pipeline" else run.compute,
        "uniqueChildRunComputeTargets": sorted({below.compute for below in run.walk() if below.compute}),
        "tags": run.tags,
        "outputs": _outputs(job, run),
        **_EMPTY,
    }
    return {name: known.get(name) for name in RUN}


_EMPTY: Mapping[str, Any] = {
    "revision": 1,
    "statusRevision": 1,
    "currentAttemptId": 1,
    "hidden": False,
    "retainForLifetimeOfWorkspace": False,
    "parameters": {},
    "settings": {},
    "services": {},
    "inputs": {},
    "inputDatasets": [],
    "outputDatasets": [],
}


def _identity(job: Job, run: Run) -> dict[str, Any]:
    return {
        "runNumber": int(run.created.timestamp()),
        "runId": run.id,
        "rootRunId": run.root.id,
        "parentRunId": run.parent.id if run.parent else None,
        "runUuid": guid_of("run", run.id),
        "parentRunUuid": guid_of("run", run.parent.id) if run.parent else None,
        "rootRunUuid": guid_of("run", run.root.id),
        "experimentId": job.workspace.experiments[run.experiment],
        "dataContainerId": f"dcid.{run.id}",
    }


def _times(run: Run, now: datetime) -> dict[str, Any]:
    started, ended = run.started(now), run.ended(now)
    return {
        "createdUtc": timestamp(run.created),
        "startTimeUtc": timestamp(started) if started else None,
        "endTimeUtc": timestamp(ended) if ended else None,
        "lastModifiedUtc": timestamp(ended or started or run.created),
        "computeDuration": _duration(started, ended),
        "duration": _duration(started, ended),
    }


def _people(call: Call) -> dict[str, Any]:
    user = _user(call)
    return {"createdBy": user, "userId": user["userObjectId"], "lastModifiedBy": user}


def _links(job: Job, run: Run) -> dict[str, Any]:
    studio = f"https://{job.workspace.region}.api.azureml.ms/studioservice/api{job.workspace.arm_id}"
    cancel = f"{studio}/PipelineRuns/{run.id}/cancel" if run.kind == "pipeline" else None
    return {"cancelUri": cancel, "actionUris": {"Cancel": cancel} if cancel else {}}


def _user(call: Call) -> dict[str, Any]:
    application = call.world.identity.application
    return {
        "userObjectId": application.object_id,
        "userPuId": application.object_id.replace("-", "").upper()[:16],
        "userIdp": None,
        "userAltSecId": None,
        "userIss": f"https://sts.windows.net/{application.tenant_id}/",
        "userTenantId": application.tenant_id,
        "userName": USER,
        "upn": None,
    }


def _duration(started: datetime | None, ended: datetime | None) -> str | None:
    if started is None or ended is None:
        return None
    seconds = (ended - started).total_seconds()
    return f"{int(seconds // 3600):02d}:{int(seconds % 3600 // 60):02d}:{seconds % 60:010.7f}"


def _outputs(job: Job, run: Run) -> dict[str, Any]:
    """Return the data assets of a run's outputs; their `type` is PascalCase here and nowhere else (recorded).

    Only `UriFolder` is recorded. The SDK also reads `MLFlowModel`, but azure-ai-ml 1.35.2 cannot download an output
    of that type (its request model refuses the field that it is given), so model folders are shown as folders too.
    """
    names = ["default", *(name for name, output in job.outputs.items() if output.path and run is job.run)]
    prefix = f"azureml://locations/{job.workspace.region}/workspaces/{job.workspace.workspace_id}/data"
    return {
        name: {
            "assetId": f"{prefix}/azureml_{run.id}_output_data_{name}/versions/1",
            "type": asset_type(job.outputs[name].kind if name in job.outputs else "uri_folder"),
        }
        for name in names
    }


def asset_type(kind: str) -> str:
    """Return the spelling of an asset type in run history."""
    return {"uri_file": "UriFile", "mltable": "MLTable"}.get(kind, "UriFolder")


_OUTPUT_NUMBER = {"uri_file": 2, "uri_folder": 3, "mltable": 4, "custom_model": 5, "mlflow_model": 6}
"""The numbers of output types in a run definition; 3 is recorded, the others are inferred."""


def definition(job: Job) -> dict[str, Any]:
    """Return a job's run definition, whose keys are PascalCase (recorded 2023-01)."""
    sent = job.properties
    outputs = {
        name: {
            "JobOutputType": _OUTPUT_NUMBER.get(output.kind, 0),
            "Uri": None,
            "Mode": 0,
            "AssetName": output.asset_name,
            "AssetVersion": output.asset_version,
            "Description": None,
        }
        for name, output in job.outputs.items()
    }
    known = {
        "JobType": job.kind,
        "PipelineJobType": "AzureML",
        "ComputeId": sent.get("computeId"),
        "Settings": sent.get("settings"),
        "Inputs": sent.get("inputs") or {},
        "Outputs": outputs,
        "Jobs": sent.get("jobs"),
        "InputBindings": {},
        "OutputBindings": {name: _binding(output) for name, output in job.outputs.items()},
        "ProvisioningState": "Succeeded",
        "DisplayName": job.run.display_name,
        "ExperimentName": job.run.experiment,
        "Status": "NotStarted",
        "IsArchived": bool(sent.get("isArchived")),
        "ComponentId": sent.get("componentId"),
        "Description": sent.get("description"),
        "Tags": job.run.tags,
        "Properties": {},
    }
    return {name: known.get(name) for name in DEFINITION}


def _binding(output: JobOutput) -> dict[str, Any]:
    return {
        "DatastoreId": None,
        "PathOnDatastore": None,
        "PathOnCompute": None,
        "Description": None,
        "Uri": None,
        "Mode": output.mode or "ReadWriteMount",
        "AssetUri": None,
        "IsAssetJobOutput": True,
        "JobOutputType": _OUTPUT_NUMBER.get(output.kind, 0),
        "AssetName": output.asset_name,
        "AssetVersion": output.asset_version,
    }
