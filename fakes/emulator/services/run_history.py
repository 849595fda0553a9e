"""Run history and the data plane that finds the outputs of runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Route
from fakes.emulator.services.arm import WORKSPACE
from fakes.emulator.services.run_documents import asset_type, definition, render
from fakes.emulator.wire import json_reply
from fakes.world.asset_rules import datastore_uri
from fakes.world.datastores import ARTIFACT_STORE
from fakes.world.error_bodies import run_error
from fakes.world.identity import USER
from fakes.world.instants import timestamp
from fakes.world.jobs import Job, change_run, find_run, visible_run
from fakes.world.runs import Run
from fakes.world.storage_keys import account_key, sas_token

if TYPE_CHECKING:
    from fakes.emulator.call import Call

HISTORY = "/history/v1.0" + WORKSPACE
RUN = HISTORY + "/runs/<run>"
_OUTPUT_ASSET = re.compile(
    r"azureml://locations/[^/]+/workspaces/(?P<workspace>[^/]+)/data/azureml_(?P<run>.+)_output_data_(?P<output>\w+)/versions/1"
)


def get_run(call: Call) -> Reply:
    """Return a run."""
    return json_reply(200, render(call, *_visible(call)))


def _visible(call: Call) -> tuple[Job, Run]:
    return visible_run(call.workspace, call.params["run"], call.world.clock.now())


def list_children(call: Call) -> Reply:
    """Return the children that have been scheduled (recorded)."""
    job, run = _visible(call)
    now = call.world.clock.now()
    return json_reply(200, {"value": [render(call, job, child) for child in run.children if child.visible(now)]})


def patch_run(call: Call) -> Reply:
    """Add to or change what describes a run; `hidden` is what archives a job (SDK source)."""
    job, run = _visible(call)
    change_run(job, run, call.json)
    return json_reply(200, render(call, job, run))


def get_details(call: Call) -> Reply:
    """Return what `jobs.stream` polls: the status and where each log can be read (keys quoted; body inferred)."""
    job, run = _visible(call)
    now = call.world.clock.now()
    started, ended = run.started(now), run.ended(now)
    return json_reply(
        200,
        {
            "runId": run.id,
            "target": run.compute,
            "status": run.status(now),
            "startTimeUtc": timestamp(started) if started else None,
            "endTimeUtc": timestamp(ended) if ended else None,
            "error": run_error(call.world, call.host["region"], run, now),
            "warnings": [],
            "services": {},
            "properties": run.properties,
            "inputDatasets": [],
            "outputDatasets": [],
            "runDefinition": None,
            "logFiles": log_files(call, job, run),
            "submittedBy": USER,
        },
    )


def get_services(call: Call) -> Reply:
    """Return the interactive services of a node: there are none, since nothing runs."""
    _visible(call)
    return json_reply(200, {"instances": {}})


def log_files(call: Call, job: Job, run: Run) -> dict[str, str]:
    """Return the logs of a run by name, with URLs that a client can read."""
    store = job.workspace.datastores[ARTIFACT_STORE]
    prefix = run.container + "/"
    found = call.world.blobs.list(store.account, store.container, prefix=prefix).blobs
    if not found:
        return {}
    key = account_key(call.world.seed, store.account)
    clock = call.world.clock
    token = sas_token(key, store.account, clock.now(), 8 * clock.outlasts)
    host = f"https://{store.account}.blob.core.windows.net/{store.container}"
    return {blob.name.removeprefix(prefix): f"{host}/{blob.name}?{token}" for blob in found}


def get_run_data(call: Call) -> Reply:
    """Return a run with its definition, whose keys are PascalCase (recorded)."""
    job, run = find_run(call.workspace, str(call.json.get("runId")))
    body = {"runMetadata": render(call, job, run), "runDefinition": definition(job), "jobSpecification": None}
    return json_reply(200, {**body, "systemSettings": None})


def resolve_uris(call: Call) -> Reply:
    """Return where the data assets of outputs lie (recorded)."""
    workspace = call.workspace
    resolved = {}
    for asset_id in call.json.get("values") or []:
        found = _OUTPUT_ASSET.fullmatch(asset_id)
        if found is None:
            continue
        job, run = find_run(workspace, found["run"])
        output = job.outputs.get(found["output"])
        if found["output"] == "default":
            uri, kind = datastore_uri(workspace, ARTIFACT_STORE, run.container + "/"), "uri_folder"
        elif output is not None and output.path:
            uri, kind = datastore_uri(workspace, output.datastore, output.path), output.kind
        else:
            continue
        resolved[asset_id] = {"uri": uri, "type": asset_type(kind), "legacyDatasetType": None}
    return json_reply(200, {"values": resolved})


ROUTES = (
    Route("Runs_Get", "GET", RUN, get_run, Evidence.RECORDED),
    Route("Runs_GetChild", "GET", RUN + "/children", list_children, Evidence.RECORDED),
    Route(
        "Runs_AddOrModifyByExperimentName",
        "PATCH",
        HISTORY + "/experiments/<experiment>/runs/<run>",
        patch_run,
        Evidence.SDK_SOURCE,
        "the body is that of Runs_Get",
    ),
    Route("Runs_GetDetails", "GET", RUN + "/details", get_details, Evidence.SDK_SOURCE, "the body is inferred"),
    Route(
        "Runs_GetRunServiceInstances",
        "GET",
        RUN + "/serviceinstances/<node>",
        get_services,
        Evidence.SDK_SOURCE,
        "always empty",
    ),
    Route(
        "Runs_GetRunData",
        "POST",
        HISTORY + "/rundata",
        get_run_data,
        Evidence.RECORDED,
        "the type of an mlflow_model output is inferred to be UriFolder",
    ),
    Route(
        "DataVersion_BatchGetResolvedUris",
        "POST",
        "/data/v1.0" + WORKSPACE + "/dataversion/batchGetResolvedUris",
        resolve_uris,
        Evidence.RECORDED,
    ),
)
