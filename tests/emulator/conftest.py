"""A local Azure ML and the two clients that the tutorial uses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azure.ai.ml import MLClient

from fakes.emulator import Emulator


@pytest.fixture
def azure() -> Iterator[Emulator]:
    """A local Azure ML in which everything takes a second."""
    with Emulator(pace="instant") as azure:
        yield azure


@pytest.fixture
def workspace(azure: Emulator) -> MLClient:
    """A client of its workspace."""
    return MLClient(azure.credential, azure.subscription_id, azure.resource_group, azure.workspace_name)


@pytest.fixture
def registry(azure: Emulator) -> MLClient:
    """A client of the registry `azureml`."""
    return MLClient(azure.credential, registry_name="azureml")
