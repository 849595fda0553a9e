"""A user's program: `MLClient.from_config` and MLflow's client as they are, with nothing told but the environment.

It prints what it saw as one JSON document. It imports the SDK and MLflow, and nothing of this project.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from pathlib import Path

from azure.ai.ml import MLClient
from azure.ai.ml.entities import ManagedOnlineEndpoint, Model
from azure.identity import EnvironmentCredential
from mlflow.tracking import MlflowClient


def main() -> None:
    """Use a workspace, a registry, a run and an endpoint."""
    credential = EnvironmentCredential()
    client = MLClient.from_config(credential)
    Path("weights.txt").write_text("weights", encoding="utf-8")
    model = client.models.create_or_update(Model(name="m-one", path="weights.txt", type="custom_model"))
    client.models.download("m-one", model.version, download_path="got")
    client.online_endpoints.begin_create_or_update(
        ManagedOnlineEndpoint(name="e-program", tags={"made": "here"})
    ).result()
    registry = MLClient(credential, registry_name="azureml")
    seen = {
        "workspace": client.workspace_name,
        "cloud": os.environ.get("AZUREML_CURRENT_CLOUD"),
        "model": model.id,
        "downloaded": [file.read_text(encoding="utf-8") for file in Path("got").rglob("weights.txt")],
        "foundation model": registry.models.get("Phi-3-mini-4k-instruct", label="latest").version,
        "endpoint": client.online_endpoints.get("e-program").scoring_uri,
        "metrics": _tracked(client, credential),
        "of this project": sorted(name for name in sys.modules if name.split(".")[0] in ("harness", "fakes")),
    }
    sys.__stdout__.write(json.dumps(seen))  # type: ignore[union-attr]


def _tracked(client: MLClient, credential: EnvironmentCredential) -> list[float]:
    """Log a metric to a run with MLflow's client and read it back."""
    uri = client.workspaces.get(client.workspace_name).mlflow_tracking_uri.replace("azureml://", "https://", 1)
    os.environ["MLFLOW_TRACKING_TOKEN"] = credential.get_token("https://management.azure.com/.default").token
    tracking = MlflowClient(tracking_uri=uri)
    run = tracking.create_run(tracking.create_experiment("of-the-socket")).info.run_id
    for step, value in enumerate((0.5, 0.25)):
        tracking.log_metric(run, "loss", value, step=step)
    return [metric.value for metric in tracking.get_metric_history(run, "loss")]


if __name__ == "__main__":
    with contextlib.redirect_stdout(io.StringIO()):
        main()
