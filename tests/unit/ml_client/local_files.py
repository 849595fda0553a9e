"""Files of a user, and what a user makes of them: the scenarios that run on both twins share these."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from azure.ai.ml import Input, command
from azure.ai.ml.dsl import pipeline
from azure.ai.ml.entities import (
    AmlCompute,
    ManagedOnlineDeployment,
    ManagedOnlineEndpoint,
    OnlineRequestSettings,
    ProbeSettings,
)
from twins import Twin

CLUSTER = "gpu-1"
ENVIRONMENT = "azureml://registries/azureml/environments/AzureML-sklearn-1.0-ubuntu20.04-py38-cpu/versions/33"
CURATED = "AzureML-sklearn-1.0-ubuntu20.04-py38-cpu"
_COMPONENT = """type: command
name: train_model
display_name: Train
version: 1
inputs:
  data: {type: uri_folder}
  epochs: {type: integer, optional: true}
  rate: {type: number, default: 0.01}
outputs:
  model: {type: uri_folder}
code: ./src
environment: azureml:AzureML-sklearn-1.0-ubuntu20.04-py38-cpu@latest
command: python main.py ${{inputs.data}} $[[--e ${{inputs.epochs}}]] ${{inputs.rate}} ${{outputs.model}}
"""


def write_files(folder: Path) -> None:
    """Write rows, a model folder, code, a build context, a component and a scoring request."""
    turns = ({"role": "user", "content": f"What is {n} plus 1?"} for n in range(20))
    rows = [{"messages": [turn, {"role": "assistant", "content": "So it is."}]} for turn in turns]
    texts = {
        "rows.jsonl": "".join(json.dumps(row) + "\n" for row in rows),
        "model/MLmodel": "flavors: {python_function: {loader_module: nobody.knows}}\n",
        "flavorless/MLmodel": "flavors: {}\n",
        "src/main.py": "print(1)\n",
        "context/Dockerfile": "FROM scratch\n",
        "component.yml": _COMPONENT,
        "request.json": json.dumps({"input_data": {"input_string": ["It is not easy"]}}),
        "empty.json": "{}",
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def make_cluster(twin: Twin) -> None:
    """Create the cluster that jobs name."""
    cluster = AmlCompute(name=CLUSTER, size="Standard_ND40rs_v2", max_instances=2)
    twin.workspace.compute.begin_create_or_update(cluster).wait()


def make_endpoint(twin: Twin, **given: Any) -> Any:
    """Create or update an endpoint."""
    sent = {"name": "ep-1", "auth_mode": "key", "description": "x", "tags": {"a": "b"}, **given}
    return twin.workspace.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(**sent)).result()


def deploy(twin: Twin, **given: Any) -> Any:
    """Deploy a foundation model, or what is given, to the endpoint."""
    sent = {
        "name": "blue",
        "endpoint_name": "ep-1",
        "model": given.pop("model", None) or twin.registry.models.get("gpt2", label="latest").id,
        "instance_type": "Standard_DS3_v2",
        "instance_count": 1,
        "liveness_probe": ProbeSettings(initial_delay=600),
        "request_settings": OnlineRequestSettings(request_timeout_ms=90000),
        **given,
    }
    return twin.workspace.online_deployments.begin_create_or_update(ManagedOnlineDeployment(**sent)).result()


def command_job(folder: Path, **given: Any) -> Any:
    """Return a command job with code and data of this machine."""
    sent = {
        "name": "cmd-1",
        "code": str(folder / "src"),
        "command": "python main.py ${{inputs.a}} ${{inputs.rows}}",
        "inputs": {"a": 1, "b": True, "rows": Input(type="uri_file", path=str(folder / "rows.jsonl"))},
        "environment": ENVIRONMENT,
        "compute": CLUSTER,
        "experiment_name": "trials",
        "display_name": "a command",
        "tags": {"team": "blue"},
        **given,
    }
    return command(**sent)


def chat_job(twin: Twin, folder: Path, **given: Any) -> Any:
    """Return a fine-tuning job, its data and its learning rate bound through inputs of the pipeline."""
    component = twin.registry.components.get("chat_completion_pipeline", label="latest")
    model = twin.registry.models.get("Phi-3-mini-4k-instruct", label="latest")
    steps = ("model_import", "preprocess", "finetune", "model_evaluation")
    fixed = {
        "mlflow_model_path": Input(type="mlflow_model", path=model.id),
        **{f"compute_{step}": CLUSTER for step in steps},
        "num_train_epochs": 1,
        "number_of_gpu_to_use_finetuning": 8,
        **given,
    }

    @pipeline(name="fine tuning")
    def build(rate, rows):  # the SDK reads annotations, and not as texts
        node = component(train_file_path=rows, learning_rate=rate, **fixed)
        return {"trained_model": node.outputs.mlflow_model_folder}

    job = build(rate=0.2, rows=Input(type="uri_file", path=str(folder / "rows.jsonl")))
    job.name, job.tags, job.settings.force_rerun = "job-1", {"team": "blue"}, True
    return job


def sent_properties(twin: Twin, name: str) -> dict[str, Any]:
    """Return what a job was submitted with, as the world has it; what was not said is left out."""
    sent = twin.azure.world.home.jobs[name].properties
    return {key: value for key, value in sent.items() if value not in (None, {})}
