"""What is refused on the emulator is refused on the double: the same exception, status, code and message."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from azure.ai.ml import command
from azure.ai.ml.dsl import pipeline
from azure.ai.ml.entities import AmlCompute, Data, Environment, Model, OnlineRequestSettings
from azure.ai.ml.operations import JobOperations
from local_files import ENVIRONMENT, chat_job, command_job, deploy, make_cluster, make_endpoint
from twins import Twin, on_both

PHI = "Phi-3-mini-4k-instruct"
ASSETS: dict[str, Callable[[Twin], Any]] = {
    "an unknown workspace": lambda t: t.workspace.workspaces.get("nope"),
    "an unknown workspace to delete": lambda t: t.workspace.workspaces.begin_delete(
        "nope", delete_dependent_resources=True
    ),
    "an unknown version": lambda t: t.registry.models.get(PHI, "77"),
    "an unknown model by label": lambda t: t.registry.models.get("nope", label="latest"),
    "an unknown model of the workspace": lambda t: t.workspace.models.get("nope", "1"),
    "an unknown model of the workspace by label": lambda t: t.workspace.models.get("nope", label="latest"),
    "another label": lambda t: t.registry.models.get(PHI, label="prod"),
    "version and label": lambda t: t.registry.models.get(PHI, "5", label="latest"),
    "neither version nor label": lambda t: t.registry.models.get(PHI),
    "an unknown component": lambda t: t.registry.components.get("nope", "1"),
    "an unknown component without a version": lambda t: t.registry.components.get("nope"),
    "unknown data": lambda t: t.workspace.data.get("nope", "1"),
    "unknown data by label": lambda t: t.workspace.data.get("nope", label="latest"),
    "an unknown datastore": lambda t: t.workspace.datastores.get("nope"),
    "an unknown registry": lambda t: t.workspace.registries.get("nope"),
    "a folder as a file": lambda t: t.workspace.data.create_or_update(Data(name="d", path="src", type="uri_file")),
    "a path without a file": lambda t: t.workspace.data.create_or_update(Data(name="d", path="no", type="uri_file")),
    "an environment without an image": lambda t: t.workspace.environments.create_or_update(Environment(name="e")),
    "a model from nowhere": lambda t: t.workspace.models.create_or_update(
        Model(name="m", path="azureml://datastores/workspaceblobstore/paths/nope")
    ),
    "a model of no job": lambda t: t.workspace.models.create_or_update(
        Model(name="m", path="azureml://jobs/nope/outputs/x")
    ),
    "a model with a bad name": lambda t: t.workspace.models.create_or_update(Model(name="m 1", path="model")),
    "archiving nothing": lambda t: t.workspace.models.archive("nope"),
    "archiving no version": lambda t: t.workspace.models.archive("nope", "1"),
    "archiving both": lambda t: t.workspace.models.archive("nope", "1", "latest"),
    "an unknown compute": lambda t: t.workspace.compute.get("nope"),
    "deleting an unknown compute": lambda t: t.workspace.compute.begin_delete("nope"),
    "an unknown size": lambda t: cluster(t, size="Standard_X"),
    "a bad name of a cluster": lambda t: cluster(t, name="1"),
    "a cluster without nodes": lambda t: cluster(t, max_instances=0),
    "no entity": lambda t: t.workspace.create_or_update(5),
    "no entity to wait for": lambda t: t.workspace.begin_create_or_update(5),
}


def cluster(twin: Twin, **given: Any) -> Any:
    """Create a cluster."""
    sent = {"name": "gpu-1", "size": "Standard_DS3_v2", "max_instances": 2, **given}
    return twin.workspace.compute.begin_create_or_update(AmlCompute(**sent))


def with_endpoint(action: Callable[[Twin], Any], **given: Any) -> Callable[[Twin], Any]:
    """Return a scenario that makes an endpoint first."""
    return lambda twin: (make_endpoint(twin, **given), action(twin))


def with_deployment(action: Callable[[Twin], Any]) -> Callable[[Twin], Any]:
    """Return a scenario that makes an endpoint and a deployment with all traffic first."""

    def scenario(twin: Twin) -> Any:
        make_endpoint(twin)
        deploy(twin)
        make_endpoint(twin, traffic={"blue": 100})
        return action(twin)

    return scenario


def invoke(twin: Twin, **given: Any) -> Any:
    """Ask an endpoint."""
    asked = {"endpoint_name": "ep-1", "request_file": "request.json", **given}
    return twin.workspace.online_endpoints.invoke(**asked)


LONG = OnlineRequestSettings(request_timeout_ms=999_000)
ONLINE: dict[str, Callable[[Twin], Any]] = {
    "a short name": lambda t: make_endpoint(t, name="e"),
    "a name with a digit first": lambda t: make_endpoint(t, name="1ep"),
    "an unknown authentication": lambda t: make_endpoint(t, auth_mode="x"),
    "another authentication": with_endpoint(lambda t: make_endpoint(t, auth_mode="aml_token")),
    "an unknown endpoint": lambda t: t.workspace.online_endpoints.get("nope"),
    "traffic of 60 percent": with_deployment(lambda t: make_endpoint(t, traffic={"blue": 60})),
    "traffic to nobody": with_endpoint(lambda t: make_endpoint(t, traffic={"nope": 100})),
    "an unknown deployment": with_endpoint(lambda t: t.workspace.online_deployments.get("blue", "ep-1")),
    "a deployment without an endpoint": lambda t: deploy(t),
    "a short name of a deployment": with_endpoint(lambda t: deploy(t, name="b")),
    "an unknown size": with_endpoint(lambda t: deploy(t, instance_type="Standard_X")),
    "no instances": with_endpoint(lambda t: deploy(t, instance_count=0)),
    "a long timeout": with_endpoint(lambda t: deploy(t, request_settings=LONG)),
    "an unknown model": with_endpoint(lambda t: deploy(t, model="azureml:nope:1")),
    "a model without a version": with_endpoint(lambda t: deploy(t, model="azureml:nope")),
    "an unknown label": with_endpoint(lambda t: deploy(t, model="azureml:nope@latest")),
    "a model that cannot be loaded": with_endpoint(
        lambda t: deploy(t, model=Model(name="m1", path="flavorless", type="mlflow_model"))
    ),
    "deleting what is live": with_deployment(lambda t: t.workspace.online_deployments.begin_delete("blue", "ep-1")),
    "asking without a deployment": with_endpoint(invoke),
    "asking an unknown deployment": with_deployment(lambda t: invoke(t, deployment_name="x")),
    "asking any deployment where there is none": with_endpoint(lambda t: invoke(t, deployment_name="x")),
    "asking nonsense": with_deployment(lambda t: invoke(t, request_file="empty.json")),
    "asking an unknown endpoint": lambda t: invoke(t),
    "a key of an endpoint with tokens": with_endpoint(
        lambda t: t.workspace.online_endpoints.begin_regenerate_keys("ep-1"), auth_mode="aml_token"
    ),
    "an unknown key": with_endpoint(lambda t: t.workspace.online_endpoints.begin_regenerate_keys("ep-1", key_type="x")),
    "an unknown container": with_deployment(
        lambda t: t.workspace.online_deployments.get_logs("blue", "ep-1", 5, container_type="x")
    ),
}


def submit(twin: Twin, **given: Any) -> Any:
    """Submit a fine-tuning job."""
    return twin.workspace.jobs.create_or_update(chat_job(twin, Path.cwd(), **given), experiment_name="trials")


def on_a_cluster(action: Callable[[Twin], Any]) -> Callable[[Twin], Any]:
    """Return a scenario that makes the cluster first."""
    return lambda twin: (make_cluster(twin), action(twin))


def failing(twin: Twin) -> Any:
    """Watch a job fail."""
    twin.azure.faults.fail_job("CUDA out of memory")
    submit(twin)
    twin.workspace.jobs.stream("job-1")


def watch_a_child(twin: Twin) -> Any:
    """Stream what is no job of its own."""
    submit(twin)
    twin.azure.clock.advance(200)
    twin.workspace.jobs.stream(next(iter(twin.workspace.jobs.list(parent_job_name="job-1"))).name)


def cancel_too_late(twin: Twin) -> Any:
    """Cancel a pipeline that has ended."""
    submit(twin)
    twin.azure.clock.advance(10_000)
    twin.workspace.jobs.begin_cancel("job-1")


def without_a_compute(twin: Twin) -> Any:
    """Submit a pipeline whose node has no compute, nor the pipeline."""
    score = command(name="score", inputs={"a": 1}, code="src", command="echo ${{inputs.a}}", environment=ENVIRONMENT)

    @pipeline()
    def lonely():
        score(a=1)

    return twin.workspace.jobs.create_or_update(lonely())


JOBS: dict[str, Callable[[Twin], Any]] = {
    "an unknown job": lambda t: t.workspace.jobs.get("nope"),
    "a job that is no text": lambda t: t.workspace.jobs.get(5),
    "watching an unknown job": lambda t: t.workspace.jobs.stream("nope"),
    "canceling an unknown job": lambda t: t.workspace.jobs.begin_cancel("nope"),
    "no cluster for a command": lambda t: t.workspace.jobs.create_or_update(command_job(Path.cwd())),
    "no cluster for a pipeline": submit,
    "a value outside the enum": on_a_cluster(lambda t: submit(t, lr_scheduler_type="nope")),
    "an unknown input": on_a_cluster(lambda t: submit(t, nope="x")),
    "a job that fails": on_a_cluster(failing),
    "watching a child": on_a_cluster(watch_a_child),
    "canceling too late": on_a_cluster(cancel_too_late),
    "no compute": without_a_compute,
    "downloading too early": on_a_cluster(lambda t: (submit(t), t.workspace.jobs.download("job-1"))),
}
if hasattr(JobOperations, "update"):
    JOBS["changing nothing"] = lambda t: t.workspace.jobs.update("nope")


@pytest.mark.parametrize("action", [*ASSETS.values(), *ONLINE.values(), *JOBS.values()], ids=[*ASSETS, *ONLINE, *JOBS])
def test_refusals_are_the_same(files: Path, action: Callable[[Twin], Any]) -> None:
    """Class, status, code and message of the exception agree."""
    double, emulator = on_both(action)

    assert "raised" in double
    assert double == emulator
