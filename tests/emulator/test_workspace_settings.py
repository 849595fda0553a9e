"""What a workspace keeps, the kinds that are made, and the keys of what it is made with."""

from __future__ import annotations

import pytest
from azure.ai.ml import MLClient
from azure.ai.ml.entities import FeatureStore, Hub, Workspace
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobServiceClient

from fakes.emulator import Emulator


def test_a_workspace_keeps_what_it_was_made_with(workspace: MLClient) -> None:
    """Name, description, tags and settings come back as they were sent when a workspace is created."""
    sent = Workspace(name="mine", display_name="Mine", description="d", hbi_workspace=True, tags={"a": "1"})
    workspace.workspaces.begin_create(sent).result()
    made = workspace.workspaces.get("mine")

    assert (made.display_name, made.description, made.hbi_workspace, made.tags["a"]) == ("Mine", "d", True, "1")


def test_a_workspace_keeps_what_it_was_changed_to(workspace: MLClient, azure: Emulator) -> None:
    """Name, description, tags and settings come back as they were sent when a workspace is updated."""
    mine = workspace.workspaces.get(azure.workspace_name)
    mine.display_name, mine.description, mine.tags, mine.public_network_access = "Mine", "d", {"a": "1"}, "Disabled"
    workspace.workspaces.begin_update(mine).result()
    made = workspace.workspaces.get(azure.workspace_name)

    assert (made.display_name, made.description, made.tags) == ("Mine", "d", {"a": "1"})
    assert made.public_network_access == "Disabled"


@pytest.mark.parametrize("other", [Hub(name="other", location="eastus"), FeatureStore(name="other", location="eastus")])
def test_other_kinds_are_not_made(workspace: MLClient, other: Workspace) -> None:
    """A hub or a feature store is not made into a plain workspace; it answers 501 and names its kind."""
    operations = workspace.feature_stores if isinstance(other, FeatureStore) else workspace.workspaces
    with pytest.raises(HttpResponseError, match=r"makes no workspaces of kind '(hub|featurestore)'"):
        operations.begin_create(other).result()


def test_workspaces_are_listed_by_kind(workspace: MLClient, azure: Emulator) -> None:
    """A list of workspaces holds those of the kinds that are asked for."""
    assert [found.name for found in workspace.workspaces.list(filtered_kinds=["default"])] == [azure.workspace_name]
    assert list(workspace.workspaces.list(filtered_kinds=["hub", "project"])) == []


def test_the_storage_key_opens_the_storage(workspace: MLClient, azure: Emulator) -> None:
    """The key that a workspace tells opens its storage account."""
    keys = workspace.workspaces.get_keys(azure.workspace_name)
    url = f"https://{azure.world.home.storage_account}.blob.core.windows.net"
    client = BlobServiceClient(url, credential=keys.user_storage_key)

    assert "azureml" in [container.name for container in client.list_containers()]


def test_keys_are_read_again_and_a_diagnosis_finds_nothing(workspace: MLClient, azure: Emulator) -> None:
    """Reading the keys again and a diagnosis end well."""
    workspace.workspaces.begin_sync_keys(azure.workspace_name).result()

    assert workspace.workspaces.begin_diagnose(azure.workspace_name).result().storage_account_results == []
