"""A model that really was fine-tuned, and the steps that put it behind an endpoint with the SDK."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any

import requests
from azure.ai.ml import MLClient
from azure.ai.ml.entities import ManagedOnlineDeployment, ManagedOnlineEndpoint, Model

from fakes.emulator import Emulator
from fakes.engines import engine_by_name
from fakes.world.engine import FineTuneRequest

ENDPOINT = "chat-1"
QUESTION = "What is 7 plus 8?"
ANSWER = "7 plus 8 makes 15."


@lru_cache(maxsize=1)
def fine_tuned() -> Mapping[str, bytes]:
    """Return the MLflow folder of a model that has learned to add small numbers."""
    turns = ((f"What is {n} plus {n + 1}?", f"{n} plus {n + 1} makes {2 * n + 1}.") for n in range(40))
    rows = [{"messages": [{"role": "user", "content": q}, {"role": "assistant", "content": a}]} for q, a in turns]
    train = "\n".join(json.dumps(row) for row in rows).encode()
    request = FineTuneRequest(
        task="chat-completion",
        base_model="Phi-3-mini-4k-instruct",
        base_model_id="azureml://registries/azureml/models/Phi-3-mini-4k-instruct/versions/5",
        parameters={"num_train_epochs": "1"},
        train=lambda: io.BytesIO(train),
        validation=lambda: io.BytesIO(train),
        test=None,
        run_id="run",
        created=datetime(2024, 5, 1, tzinfo=timezone.utc),
        seed=0,
    )
    return engine_by_name("retrieval").fine_tune(request).mlflow_model


def client_of(azure: Emulator) -> MLClient:
    """Return a client of the emulator's first workspace."""
    return MLClient(azure.credential, azure.subscription_id, azure.resource_group, azure.workspace_name)


def register(client: MLClient, folder: Path) -> str:
    """Upload the fine-tuned model from `folder`, register it and return its id."""
    for name, content in fine_tuned().items():
        path = folder / "mlflow_model_folder" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    model = Model(name="adder", version="1", type="mlflow_model", path=str(folder / "mlflow_model_folder"))
    return str(client.models.create_or_update(model).id)


def make_endpoint(client: MLClient, **given: Any) -> ManagedOnlineEndpoint:
    """Create or update the endpoint and wait for it."""
    sent = ManagedOnlineEndpoint(name=ENDPOINT, **given)
    return client.online_endpoints.begin_create_or_update(sent).result()


def deployment(model: str, name: str = "blue", **given: Any) -> ManagedOnlineDeployment:
    """Return a deployment as a user writes it."""
    sent = {"instance_type": "Standard_DS3_v2", "instance_count": 1, **given}
    return ManagedOnlineDeployment(name=name, endpoint_name=ENDPOINT, model=model, **sent)


def arm(azure: Emulator, method: str, path: str, body: Any = None) -> requests.Response:
    """Send a bare ARM request about the endpoint, to see the answer that the SDK hides."""
    token = azure.credential.get_token("https://management.azure.com/.default").token
    scope = f"/subscriptions/{azure.subscription_id}/resourceGroups/{azure.resource_group}"
    workspace = f"providers/Microsoft.MachineLearningServices/workspaces/{azure.workspace_name}"
    return requests.request(
        method,
        f"https://management.azure.com{scope}/{workspace}/onlineEndpoints/{ENDPOINT}{path}",
        params={"api-version": "2024-10-01"},
        headers={"Authorization": f"Bearer {token}"},
        json=body,
        timeout=5,
    )
