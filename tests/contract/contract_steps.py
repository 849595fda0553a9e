"""What contract tests do again and again, with the SDK's own entities and whatever client they are handed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from azure.ai.ml import Input, command
from azure.ai.ml.dsl import pipeline
from azure.ai.ml.entities import AmlCompute, ManagedOnlineDeployment, ManagedOnlineEndpoint, Model

FOUNDATION = "azureml://registries/azureml/models/Phi-3-mini-4k-instruct/versions/5"
CHAT = "chat_completion_pipeline"
ENVIRONMENT = "azureml://registries/azureml/environments/AzureML-sklearn-1.0-ubuntu20.04-py38-cpu/versions/33"
CLUSTER, SIZE = "gpu-cluster", "Standard_ND40rs_v2"
ENDPOINT = "chat-1"
WHOLE_JOB = 7200.0
"""More virtual seconds than the fine-tuning job takes."""


def register(client: Any, folder: Path, version: str | None = "1", **given: Any) -> Model:
    """Register a folder with one small file as version `version` of the model `m`."""
    path = folder / "model"
    path.mkdir(exist_ok=True)
    (path / "MLmodel").write_text("flavors: {}\n", encoding="utf-8")
    return client.models.create_or_update(Model(**{"name": "m", "version": version, "path": path, **given}))


def make_cluster(client: Any, name: str = CLUSTER, **given: Any) -> AmlCompute:
    """Create a cluster, or change it, and wait for it."""
    sent = AmlCompute(**{"name": name, "size": SIZE, "max_instances": 2, **given})
    return client.compute.begin_create_or_update(sent).result()


def make_endpoint(client: Any, name: str = ENDPOINT, **given: Any) -> ManagedOnlineEndpoint:
    """Create an endpoint, or replace all but its deployments, and wait for it."""
    return client.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(name=name, **given)).result()


def deployment(name: str = "blue", **given: Any) -> ManagedOnlineDeployment:
    """Return a deployment of the foundation model as a user writes it."""
    sent = {"model": FOUNDATION, "instance_type": "Standard_DS3_v2", "instance_count": 1, **given}
    return ManagedOnlineDeployment(**{"name": name, "endpoint_name": ENDPOINT, **sent})


def deploy(client: Any, name: str = "blue", **given: Any) -> ManagedOnlineDeployment:
    """Create or replace a deployment and wait for it."""
    return client.online_deployments.begin_create_or_update(deployment(name, **given)).result()


def set_traffic(client: Any, **shares: int) -> ManagedOnlineEndpoint:
    """Change the traffic of the endpoint and nothing else, as the tutorial does, and wait for it."""
    endpoint = client.online_endpoints.get(ENDPOINT)
    endpoint.traffic = shares
    return client.online_endpoints.begin_create_or_update(endpoint).result()


def serve(client: Any, *names: str, traffic: dict[str, int] | None = None) -> None:
    """Create the endpoint with deployments; the first one takes all the traffic unless `traffic` says otherwise."""
    make_endpoint(client)
    for name in names:
        deploy(client, name)
    set_traffic(client, **({names[0]: 100} if traffic is None else traffic))


def question(text: str = "What is 7 plus 8?", *, flat: bool = False) -> dict[str, Any]:
    """Return a request to a chat model, in one of the two shapes that it takes."""
    turns = [{"role": "user", "content": text}]
    return {"input_data": {"input_string": turns if flat else [turns], "parameters": {}}, "params": {}}


def invoke(client: Any, folder: Path, body: Any = None, **given: Any) -> str:
    """Ask the endpoint, with the body in a file as the SDK wants it; text goes as it is."""
    path = folder / "request.json"
    path.write_text(body if isinstance(body, str) else json.dumps(question() if body is None else body))
    return client.online_endpoints.invoke(**{"endpoint_name": ENDPOINT, "request_file": str(path), **given})


def served_by(client: Any, name: str) -> int:
    """Return how many requests a deployment has answered, by its log."""
    return client.online_deployments.get_logs(name, ENDPOINT, lines=1000).count("POST /score 200")


def conversations(folder: Path, rows: int = 40, column: str = "messages") -> Path:
    """Write small sums as conversations, in ultrachat_200k's layout."""
    turns = ((f"What is {n} plus {n + 1}?", f"{n} plus {n + 1} makes {2 * n + 1}.") for n in range(rows))
    lines = (
        {"prompt": q, column: [{"role": "user", "content": q}, {"role": "assistant", "content": a}]} for q, a in turns
    )
    path = folder / "train.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


def chat_job(aml: Any, train: Path | str, **inputs: Any) -> Any:
    """Return the tutorial's pipeline of one fine-tuning node, not yet submitted."""
    component = aml.registry.components.get(name=CHAT, label="latest")
    given = {
        "mlflow_model_path": Input(type="mlflow_model", path=FOUNDATION),
        "train_file_path": Input(type="uri_file", path=str(train)),
        "compute_finetune": CLUSTER,
        **inputs,
    }

    @pipeline(name="chat")
    def create() -> Any:
        node = component(**given)
        return {"trained_model": node.outputs.mlflow_model_folder}

    job = create()
    job.settings.force_rerun = True
    return job


def submit(aml: Any, folder: Path, **inputs: Any) -> Any:
    """Create the cluster and submit the fine-tuning job, without the checks of the SDK: Azure ML is to be asked."""
    make_cluster(aml.workspace)
    job = chat_job(aml, conversations(folder), **inputs)
    return aml.workspace.jobs.create_or_update(job, experiment_name="chat", skip_validation=True)


def submit_command(client: Any, **given: Any) -> Any:
    """Create the cluster and submit a command job."""
    make_cluster(client)
    job = command(**{"command": "echo", "environment": ENVIRONMENT, "compute": CLUSTER, **given})
    return client.jobs.create_or_update(job)
