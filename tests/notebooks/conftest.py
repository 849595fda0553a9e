"""What a notebook finds around it: a working directory, its download script, mlflow's plugin for Azure ML."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest
from azure.ai.ml.constants._endpoint import EndpointInvokeFields
from azure.identity import DefaultAzureCredential
from mlflow.store.tracking.rest_store import RestStore
from mlflow.tracking._tracking_service import utils as tracking
from mlflow.utils.rest_utils import MlflowHostCreds

HERE = Path(__file__).parent
DOWNLOAD = "import sys\nsys.path.insert(0, {folder!r})\nfrom download_dataset import main\nmain()\n"


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The directory that the notebooks of a module run in, as they find it on a user's machine."""
    folder = tmp_path_factory.mktemp("notebook")
    (folder / "download-dataset.py").write_text(DOWNLOAD.format(folder=str(HERE)), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        # the SDK writes key and deployment of every invocation into this one dict
        patch.setattr(EndpointInvokeFields, "DEFAULT_HEADER", {"Content-Type": "application/json"})
        patch.setitem(tracking._tracking_store_registry._registry, "azureml", _azureml_store)
        yield folder
        os.environ.pop("MLFLOW_TRACKING_TOKEN", None)
        mlflow.set_tracking_uri("")


def _azureml_store(store_uri: str, **_options: object) -> RestStore:
    """What the package azureml-mlflow registers: Azure ML speaks MLflow's own protocol, with a token of Entra's."""

    def credentials() -> MlflowHostCreds:
        token = DefaultAzureCredential().get_token("https://management.azure.com/.default").token
        return MlflowHostCreds(store_uri.replace("azureml://", "https://"), token=token)

    return RestStore(credentials)
