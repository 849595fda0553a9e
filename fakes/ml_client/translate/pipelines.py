"""Pipeline and command jobs on their way to the service: from entities to what `PUT jobs` carries.

A user's pipeline holds components and data in many forms: ids, names, files on this machine, entities that exist
nowhere yet. All of them become ids and addresses here, by uploads and registrations where they are needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from azure.ai.ml import Input
from azure.ai.ml.entities import Command, Component
from azure.ai.ml.entities import Pipeline as PipelineNode
from azure.ai.ml.exceptions import ErrorTarget, ValidationErrorType
from azure.core.exceptions import ResourceNotFoundError

from fakes.ml_client.references import resolve, resolve_code
from fakes.ml_client.refusals import invalid, not_done_here
from fakes.ml_client.sdk_internals import built_inputs, built_outputs
from fakes.ml_client.translate.commands import sent_settings
from fakes.ml_client.translate.ports import is_binding, sent_input, sent_node_output, sent_output
from fakes.ml_client.uploads import is_remote, local_path, upload

if TYPE_CHECKING:
    from fakes.ml_client.client import FakeMLClient

SERVERLESS = "serverless"
_MODELS = ("mlflow_model", "custom_model")
_REGISTRY = "azureml://registries/"


def pipeline_properties(client: FakeMLClient, job: Any) -> dict[str, Any]:
    """Return the properties of a pipeline job; ValidationException for what the SDK would not send."""
    _check_nodes(job)
    compute = compute_id(client, job.compute)
    nodes = sent_nodes(client, job.jobs, job.base_path)
    settings = _settings(client, job.settings)
    inputs = {
        name: sent_input(_resolved(client, value, job.base_path), "jobInputType")
        for name, value in built_inputs(job).items()
        if value is not None and value != ""
    }
    component = job.component
    return _described(job) | {
        "jobType": "Pipeline",
        "computeId": compute,
        **({} if nodes else {"componentId": component if isinstance(component, str) else component.id}),
        "jobs": nodes,
        "inputs": inputs,
        "outputs": {name: sent_output(value) for name, value in built_outputs(job).items()},
        "settings": settings,
    }


def command_properties(client: FakeMLClient, job: Any) -> dict[str, Any]:
    """Return the properties of a command job."""
    code = resolve_code(client, job.code, job.base_path)
    environment = resolve(client, "environments", job.environment)
    inputs, outputs = _ports(job)
    return _described(job) | {
        "jobType": "Command",
        "command": job.command,
        "codeId": code,
        "environmentId": environment,
        "environmentVariables": dict(job.environment_variables or {}),
        "computeId": _compute_arm_id(client, job.compute),
        **sent_settings(job),
        "inputs": {
            name: sent_input(_resolved(client, value, job.base_path), "jobInputType")
            for name, value in inputs.items()
            if value is not None
        },
        "outputs": {name: sent_output(value) for name, value in outputs.items()},
    }


def sent_nodes(client: FakeMLClient, nodes: Mapping[str, Any], base_path: Any) -> dict[str, Any]:
    """Return what is sent of the nodes of a pipeline."""
    return {name: _sent_node(client, node, base_path) for name, node in nodes.items()}


def compute_id(client: FakeMLClient, compute: Any) -> str | None:
    """Return the id of a compute that exists; ValidationException otherwise, as the SDK looks before it submits."""
    if compute is None:
        return None
    name = str(getattr(compute, "name", compute)).rsplit("/", 1)[-1]
    if name == SERVERLESS or is_binding(str(compute)):
        return str(compute)
    try:
        return str(client.compute.get(name).id)
    except ResourceNotFoundError as error:
        raise invalid(f"Not found compute with name {name}", ErrorTarget.PIPELINE) from error


def _sent_node(client: FakeMLClient, node: Any, base_path: Any) -> dict[str, Any]:
    if not isinstance(node, PipelineNode | Command):
        raise not_done_here(f"nodes of type {getattr(node, 'type', type(node).__name__)} in a pipeline")
    inputs = {
        name: sent_input(_resolved(client, value, base_path), "job_input_type")
        for name, value in built_inputs(node).items()
        if value is not None
    }
    outputs = {name: sent_node_output(value) for name, value in built_outputs(node).items()}
    sent = {
        "name": node.name,
        "type": node.type,
        "display_name": node.display_name,
        "tags": dict(node.tags or {}) or None,
        "computeId": compute_id(client, node.compute),
        "inputs": inputs,
        "outputs": {name: value for name, value in outputs.items() if value is not None},
        "properties": dict(node.properties or {}) or None,
        "resources": _node_resources(node),
        "_source": "REMOTE.REGISTRY",
        "componentId": _component_id(client, node.component),
    }
    if not str(sent["componentId"]).startswith(_REGISTRY):
        sent["_source"] = "REMOTE.WORKSPACE.COMPONENT"
    return {name: value for name, value in sent.items() if value is not None}


def _node_resources(node: Any) -> dict[str, Any] | None:
    resources = getattr(node, "resources", None) if isinstance(node, Command) else None
    if resources is None and isinstance(node, Command):
        resources = getattr(node.component, "resources", None)
    return {"instance_count": resources.instance_count} if resources and resources.instance_count else None


def _component_id(client: FakeMLClient, component: Any) -> str | None:
    """Return the id of a node's component; one that stands inside the job is registered under its content."""
    if isinstance(component, str):
        return resolve(client, "components", component)
    return str(component.id) if component.id else client.components.register_anonymous(component)


def _check_nodes(job: Any) -> None:
    """Refuse what the SDK's own validation refuses: missing inputs, and nodes that no compute is named for."""
    default = job.compute or job.settings.default_compute
    for name, node in job.jobs.items():
        component = getattr(node, "component", None)
        if isinstance(component, Component):
            given = {key for key, value in built_inputs(node).items() if value is not None}
            for key, port in component.inputs.items():
                if key not in given and port.optional is not True and port.default is None:
                    message = f"Required input {key!r} for component {name!r} not provided."
                    raise invalid(message, ErrorTarget.PIPELINE, ValidationErrorType.MISSING_FIELD)
        if isinstance(node, Command) and node.compute is None and default is None:
            raise invalid(f"jobs.{name}.compute: Compute not set", ErrorTarget.PIPELINE)


def _resolved(client: FakeMLClient, value: Any, base_path: Any) -> Any:
    """Return an input whose path is an address: local files are uploaded, names become ids. The entity is changed."""
    if not isinstance(value, Input):
        return value
    if not value.path:
        message = "Input path can't be empty for jobs."
        raise invalid(message, ErrorTarget.JOB, ValidationErrorType.MISSING_FIELD)
    path = str(value.path)
    if is_binding(path) or "${{" in path or is_remote(path) or path.startswith(("/subscriptions/", "azureml:/sub")):
        return value
    local = local_path(path, base_path)
    if not local.is_absolute() or (not local.exists() and (":" in path or "@" in path)):
        kind = "models" if value.type in _MODELS else "data"
        value.path = resolve(client, kind, path)
        return value
    wrong = {"uri_folder": not local.is_dir(), "uri_file": not local.is_file()}
    if wrong.get(str(value.type)):
        message = f"There is no {'dir' if value.type == 'uri_folder' else 'file'} on target path: {local}"
        raise invalid(message, ErrorTarget.JOB, ValidationErrorType.FILE_OR_FOLDER_NOT_FOUND)
    folder = "/" if value.type == "uri_folder" else ""
    value.path = upload(client.scope, local, value.datastore).short_uri + folder
    return value


def _settings(client: FakeMLClient, settings: Any) -> dict[str, Any]:
    told = {
        "default_compute": _compute_arm_id(client, settings.default_compute),
        "default_datastore": settings.default_datastore,
        "continue_on_step_failure": settings.continue_on_step_failure,
        "force_rerun": settings.force_rerun,
        "on_init": settings.on_init,
        "on_finalize": settings.on_finalize,
    }
    return {name: value for name, value in told.items() if value is not None} | {"_source": "DSL"}


def _described(job: Any) -> dict[str, Any]:
    return {
        "displayName": job.display_name,
        "description": job.description,
        "experimentName": job.experiment_name,
        "tags": dict(job.tags or {}),
        "properties": dict(job.properties or {}),
        "isArchived": False,
    }


def _ports(job: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the inputs and outputs of a command: a node holds builders of them, a plain job the values."""
    if isinstance(job, Command):
        return built_inputs(job), built_outputs(job)
    return dict(job.inputs or {}), dict(job.outputs or {})


def _compute_arm_id(client: FakeMLClient, compute: Any) -> str | None:
    if compute is None or str(compute).startswith("/subscriptions/"):
        return compute if compute is None else str(compute)
    name = str(getattr(compute, "name", compute)).removeprefix("azureml:")
    return f"{client.scope.workspace().arm_id}/computes/{name}"
