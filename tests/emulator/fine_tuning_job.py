"""A small fine-tuning job, put together with the SDK as the tutorial does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from azure.ai.ml import Input, MLClient, command
from azure.ai.ml.dsl import pipeline
from azure.ai.ml.entities import AmlCompute, Job, PipelineJob
from bare import ask

from fakes.emulator import Emulator

COMPONENT = "azureml://registries/azureml/components/chat_completion_pipeline/versions/0.0.42"
BASE_MODEL = "azureml://registries/azureml/models/Phi-3-mini-4k-instruct/versions/5"
CLUSTER = "gpu-cluster-big"
EXPERIMENT = "chat_completion"
TUTORIAL = {"num_train_epochs": 3, "learning_rate": 5e-6, "lr_scheduler_type": "cosine", "apply_lora": "true"}
WHOLE_JOB = 30.0
"""More virtual seconds than the job takes when everything takes one."""


def client_of(azure: Emulator) -> MLClient:
    """Return a client of the first workspace."""
    return MLClient(azure.credential, azure.subscription_id, azure.resource_group, azure.workspace_name)


def registry_of(azure: Emulator) -> MLClient:
    """Return a client of the registry `azureml`."""
    return MLClient(azure.credential, registry_name="azureml")


def conversations(path: Path, rows: int = 40, column: str = "messages") -> Path:
    """Write small sums as conversations, in ultrachat_200k's layout."""
    turns = ((f"What is {n} plus {n + 1}?", f"{n} plus {n + 1} makes {2 * n + 1}.") for n in range(rows))
    lines = (
        {"prompt": q, column: [{"role": "user", "content": q}, {"role": "assistant", "content": a}]} for q, a in turns
    )
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


def create_cluster(workspace: MLClient, name: str = CLUSTER) -> AmlCompute:
    """Create the tutorial's cluster and wait for it."""
    cluster = AmlCompute(name=name, size="Standard_ND40rs_v2", max_instances=2, tier="Dedicated")
    return workspace.compute.begin_create_or_update(cluster).result()


def chat_pipeline(registry: MLClient, train: str | Path, **inputs: Any) -> PipelineJob:
    """Return the tutorial's pipeline of one fine-tuning node, not yet submitted."""
    component = registry.components.get(name="chat_completion_pipeline", label="latest")
    given = {
        "mlflow_model_path": Input(type="mlflow_model", path=BASE_MODEL),
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


def submit(azure: Emulator, train: Path, **inputs: Any) -> Job:
    """Create the cluster and submit the fine-tuning job."""
    workspace = client_of(azure)
    create_cluster(workspace)
    job = chat_pipeline(registry_of(azure), train, **{**TUTORIAL, **inputs})
    return workspace.jobs.create_or_update(job, experiment_name=EXPERIMENT)


def put_job(azure: Emulator, train: Path, name: str = "job") -> str:
    """Submit the fine-tuning job with a bare request, which takes a fraction of the SDK's time; returns its name."""
    home = azure.world.home
    azure.world.blobs.put(home.storage_account, home.default_container, "train.jsonl", train.read_bytes())
    data = {
        "mlflow_model_path": {"job_input_type": "mlflow_model", "uri": BASE_MODEL},
        "train_file_path": {
            "job_input_type": "uri_file",
            "uri": "azureml://datastores/workspaceblobstore/paths/train.jsonl",
        },
    }
    bound = {"value": "${{parent.outputs.trained_model}}", "type": "literal"}
    node = {"name": "node", "type": "pipeline", "componentId": COMPONENT, "inputs": data}
    properties = {
        "jobType": "Pipeline",
        "experimentName": EXPERIMENT,
        "jobs": {"node": {**node, "outputs": {"mlflow_model_folder": bound}}},
        "outputs": {"trained_model": {"jobOutputType": "mlflow_model"}},
    }
    ask(azure, "PUT", f"/jobs/{name}", {"properties": properties}).raise_for_status()
    return name


def submit_command(workspace: MLClient) -> Job:
    """Submit a command job."""
    create_cluster(workspace)
    environment = "azureml://registries/azureml/environments/AzureML-sklearn-1.0-ubuntu20.04-py38-cpu/versions/33"
    return workspace.jobs.create_or_update(command(command="echo", environment=environment, compute=CLUSTER))
