"""Jobs as they are read back: pipelines, commands, and what runs below a pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azure.ai.ml import Output, command
from azure.ai.ml.entities import (
    Command,
    JobResourceConfiguration,
    JobService,
    PipelineJob,
    PipelineJobSettings,
)
from azure.ai.ml.entities import Pipeline as PipelineNode

from fakes.ml_client.sdk_internals import child_job
from fakes.ml_client.translate.assets import short_name
from fakes.ml_client.translate.commands import shown_settings
from fakes.ml_client.translate.components import StoredPipeline
from fakes.ml_client.translate.origins import creation_context
from fakes.ml_client.translate.ports import shown_input, shown_node_output, shown_output
from fakes.world.datastores import ARTIFACT_STORE
from fakes.world.job_defaults import filled_command, filled_inputs
from fakes.world.jobs import Job, run_properties
from fakes.world.runs import Run
from fakes.world.states import JOB
from fakes.world.world import World

_SETTINGS = (
    "default_compute",
    "default_datastore",
    "continue_on_step_failure",
    "force_rerun",
    "on_init",
    "on_finalize",
)


def as_job(world: World, job: Job, *, fresh: bool = False) -> Any:
    """Return a job as it is now. fresh: right after it was submitted, before the service has added its properties."""
    return _pipeline(world, job, fresh) if job.kind == "Pipeline" else _command(world, job, fresh)


def as_child(world: World, job: Job, run: Run) -> Any:
    """Return what runs below a pipeline, as run history tells of it."""
    now = world.clock.now()
    return child_job(
        name=run.id,
        id=f"{job.workspace.arm_id}/jobs/{run.id}",
        display_name=run.display_name,
        description=run.description,
        tags=dict(run.tags),
        properties=dict(run.properties),
        experiment_name=job.workspace.experiments[run.experiment],
        services={},
        status=run.status(now),
        creation_context=creation_context(run.created, run.ended(now) or run.started(now) or run.created, kinds=False),
    )


def _shared(world: World, job: Job, fresh: bool) -> dict[str, Any]:
    sent, now = job.properties, world.clock.now()
    properties = dict(sent.get("properties") or {}) if fresh else run_properties(job, now)
    return {
        "name": job.name,
        "id": f"{job.workspace.arm_id}/jobs/{job.name}",
        "display_name": sent.get("displayName") or job.name,
        "description": sent.get("description"),
        "tags": dict(sent.get("tags") or {}),
        "properties": properties,
        "experiment_name": job.run.experiment,
        "status": job.run.status(now),
        "creation_context": creation_context(job.created),
        "services": _services(world, job),
        "compute": _name_of(sent.get("computeId")),
        "inputs": {name: shown_input(given) for name, given in filled_inputs(sent).items()},
        "outputs": _outputs(job),
    }


def _pipeline(world: World, job: Job, fresh: bool) -> Any:
    sent, told = job.properties, _shared(world, job, fresh)
    settings = sent.get("settings") or {}
    component = sent.get("componentId") or StoredPipeline(
        lambda: {name: _node(job, node) for name, node in (sent.get("jobs") or {}).items()},
        display_name=told["display_name"],
        description=told["description"],
    )
    known = {name: settings[name] for name in _SETTINGS if name in settings}
    known["default_compute"] = _name_of(known.get("default_compute"))
    return PipelineJob(component=component, settings=PipelineJobSettings(**known), **told)


def _command(world: World, job: Job, fresh: bool) -> Any:
    sent, told = job.properties, _shared(world, job, fresh)
    if job.run.status(world.clock.now()) in JOB.terminal:
        logs = f"azureml://datastores/{ARTIFACT_STORE}/{job.run.container}"
        told["outputs"]["default"] = Output(type="uri_folder", mode="rw_mount", path=logs)
    filled = filled_command(sent)
    return command(
        **told,
        **shown_settings(filled),
        parameters=filled["parameters"],
        command=sent.get("command"),
        code=sent.get("codeId"),
        environment=short_name(job.workspace, sent.get("environmentId")),
        environment_variables=dict(filled["environmentVariables"]),
    )


def _node(job: Job, sent: Mapping[str, Any]) -> Any:
    kind = PipelineNode if sent.get("type") == "pipeline" else Command
    outputs = sent.get("outputs") or {}
    count = (sent.get("resources") or {}).get("instance_count")
    return kind(
        component=short_name(job.workspace, sent["componentId"]),
        **({"resources": JobResourceConfiguration(instance_count=count)} if count else {}),
        name=sent.get("name"),
        display_name=sent.get("display_name"),
        tags=sent.get("tags"),
        compute=_name_of(sent.get("computeId")),
        inputs={name: shown_input(given) for name, given in (sent.get("inputs") or {}).items()},
        outputs={name: shown_node_output(given) for name, given in outputs.items() if given.get("value")},
    )


def _outputs(job: Job) -> dict[str, Any]:
    return {
        name: shown_output(output.kind, output.mode, output.asset_name, output.asset_version)
        for name, output in job.outputs.items()
    }


def _services(world: World, job: Job) -> dict[str, Any]:
    """Return the links of a job; the SDK adds the tenant to the studio's, so that the page opens for its users."""
    tenant = world.identity.application.tenant_id
    return {
        "Tracking": _service("Tracking", job.workspace.tracking_uri + "?"),
        "Studio": _service("Studio", f"{job.studio_url}&tid={tenant}"),
    }


def _service(kind: str, endpoint: str) -> Any:
    service = JobService(endpoint=endpoint)
    service.type = kind  # the constructor takes only what a user may ask for
    return service


def _name_of(arm_id: Any) -> str | None:
    return str(arm_id).rsplit("/", 1)[-1] if arm_id else None
