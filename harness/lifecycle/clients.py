"""Through which classes Azure is reached: the SDK's own, or doubles of them with the same signatures."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from azure.ai.ml import MLClient

from harness.errors import StepFailed, excerpt

__all__ = ["SCOPE", "Clients", "open_mlflow", "tracking_address"]

SCOPE = "https://management.azure.com/.default"
"""What a token must open for the harness to run."""

_TOKEN = "MLFLOW_TRACKING_TOKEN"
_ONE_AT_A_TIME = threading.Lock()
_ONE_IMPORTS = threading.Lock()
"""MLflow imports itself in a circle: of two threads at once, one finds half of it, and it stays broken (measured)."""


@contextlib.contextmanager
def open_mlflow(tracking_uri: str, credential: Any) -> Iterator[Any]:
    """Hand out MLflow's client of a workspace for the length of a block; StepFailed when it cannot read.

    Importing MLflow costs a second, so only who reads metrics pays it.
    """
    with _ONE_IMPORTS:
        from mlflow.exceptions import MlflowException
        from mlflow.tracking import MlflowClient

    with _token(credential):
        try:
            yield MlflowClient(tracking_uri=tracking_address(tracking_uri))
        except MlflowException as error:
            raise StepFailed(
                "MLflow cannot be read",
                where="metrics",
                got=excerpt(str(error), 300),
                remedy="The trained model is not affected; look for its metrics at the job's page.",
            ) from error


def tracking_address(tracking_uri: str) -> str:
    """Return the address of a workspace's MLflow service; the azureml scheme needs a plug-in to be read."""
    return tracking_uri.replace("azureml://", "https://", 1)


@dataclass(frozen=True, slots=True)
class Clients:
    """The classes of the two clients that the lifecycle makes, and the credential that it gives them.

    ml: called, and asked `from_config`, as `MLClient` is. mlflow: a context manager that takes a workspace's tracking
    URI and a credential. credential: None to look for one.
    """

    ml: Any = MLClient
    mlflow: Callable[[str, Any], contextlib.AbstractContextManager[Any]] = open_mlflow
    credential: Any = None


@contextlib.contextmanager
def _token(credential: Any) -> Iterator[None]:
    """Let MLflow send the credential's token: this variable is the way that it documents.

    The environment is the process's, so runs at once take turns.
    """
    token = credential.get_token(SCOPE).token
    with _ONE_AT_A_TIME:
        before = os.environ.get(_TOKEN)
        os.environ[_TOKEN] = token
        try:
            yield
        finally:
            if before is None:
                del os.environ[_TOKEN]
            else:
                os.environ[_TOKEN] = before
