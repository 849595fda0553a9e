"""Workspaces through the SDK."""

from __future__ import annotations

from pathlib import Path

import pytest
from azure.ai.ml import MLClient
from azure.ai.ml.entities import Workspace
from azure.core.exceptions import ResourceNotFoundError
from bare import ARM, ask, workspace_id

from fakes.emulator import Emulator


def test_a_workspace(azure: Emulator, workspace: MLClient) -> None:
    """`workspaces.get` tells where the workspace is and how it is discovered and tracked (recorded 2026-03)."""
    found = workspace.workspaces.get(azure.workspace_name)

    assert (found.location, found.discovery_url) == ("eastus2", "https://eastus2.api.azureml.ms/discovery")
    assert found.mlflow_tracking_uri == f"azureml://eastus2.api.azureml.ms/mlflow/v1.0{workspace_id(azure)}"


def test_an_odd_member(azure: Emulator) -> None:
    """One member of a workspace begins with a capital, as on Azure (recorded 2026-03)."""
    assert "EnableSoftwareBillOfMaterials" in ask(azure, "GET", "").json()["properties"]


@pytest.mark.parametrize(("version", "shown"), [("2022-10-01", False), ("2024-10-01-preview", True)])
def test_members_have_come_since(azure: Emulator, version: str, shown: bool) -> None:
    """A workspace had fewer members and no kind before 2023 (recorded 2022-10)."""
    resource = ask(azure, "GET", "", version=version).json()

    assert ("kind" in resource, "managedNetwork" in resource["properties"]) == (shown, shown)


def test_an_unknown_workspace_is_not_found(azure: Emulator) -> None:
    """A client of a workspace that does not exist gets ARM's own 404 (documented)."""
    other = MLClient(azure.credential, azure.subscription_id, azure.resource_group, "none")

    with pytest.raises(ResourceNotFoundError, match="ResourceNotFound") as refused:
        other.workspaces.get("none")
    assert refused.value.status_code == 404
    with pytest.raises(ResourceNotFoundError, match="workspaces/none' under resource group 'acceptance'"):
        list(other.models.list("m"))


def test_names_are_compared_without_case(azure: Emulator) -> None:
    """ARM finds a workspace whatever the case of group and name."""
    other = MLClient(azure.credential, azure.subscription_id, "ACCEPTANCE", "Acceptance")

    assert other.workspaces.get("ACCEPTANCE").name == "acceptance"


def test_a_configuration_file_leads_to_it(azure: Emulator, tmp_path: Path) -> None:
    """`MLClient.from_config` finds the workspace through the file that the emulator writes."""
    azure.write_config(tmp_path)

    assert MLClient.from_config(azure.credential, path=tmp_path).workspace_name == "acceptance"


def test_a_workspace_is_created(azure: Emulator, workspace: MLClient) -> None:
    """The SDK creates a workspace with its template, and it can be used at once."""
    workspace.workspaces.begin_create(Workspace(name="other", location="West Europe", tags={"a": "1"})).result()
    found = workspace.workspaces.get("other")

    assert (found.location, found.tags["a"]) == ("westeurope", "1")


def test_it_has_a_storage_of_its_own(workspace: MLClient) -> None:
    """Each workspace has its own storage account."""
    workspace.workspaces.begin_create(Workspace(name="other", location="westeurope")).result()

    accounts = {found.storage_account for found in map(workspace.workspaces.get, ("acceptance", "other"))}
    assert len(accounts) == 2


def test_a_bare_put_creates_one_too(azure: Emulator) -> None:
    """ARM's own PUT answers with a workspace that is ready (inferred)."""
    url = f"{ARM}{workspace_id(azure)[: -len('acceptance')]}other"
    answer = ask(azure, "PUT", url, {"location": "West Europe", "properties": {"description": "mine"}})

    assert (answer.status_code, answer.json()["location"]) == (200, "westeurope")
    assert answer.json()["properties"]["provisioningState"] == "Succeeded"


def test_a_workspace_needs_a_location(azure: Emulator) -> None:
    """A PUT without a location is refused (documented)."""
    answer = ask(azure, "PUT", f"{ARM}{workspace_id(azure)}x", {"properties": {}})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "LocationRequired")


def test_tags_are_updated(azure: Emulator) -> None:
    """A PATCH adds tags and changes the description (inferred)."""
    ask(azure, "PATCH", "", {"tags": {"a": "1"}, "properties": {"description": "mine"}})
    resource = ask(azure, "GET", "").json()

    assert (resource["tags"], resource["properties"]["description"]) == ({"a": "1"}, "mine")


def test_workspaces_are_listed(azure: Emulator, workspace: MLClient) -> None:
    """`workspaces.list` shows those of the group, or of the subscription."""
    for group, name in (("acceptance", "one"), ("elsewhere", "two")):
        azure.world.create_workspace(azure.subscription_id, group, name, "eastus2")

    assert [found.name for found in workspace.workspaces.list()] == ["acceptance", "one"]
    everywhere = workspace.workspaces.list(scope="subscription")
    assert [found.name for found in everywhere] == ["acceptance", "one", "two"]


def test_a_deleted_workspace_is_gone(azure: Emulator, workspace: MLClient) -> None:
    """A DELETE answers 200 and the workspace is not found any more (inferred)."""
    assert ask(azure, "DELETE", "").status_code == 200

    assert list(workspace.workspaces.list()) == []


def test_members_have_the_service_s_order(azure: Emulator) -> None:
    """Settings and references stand between each other as the service writes them (recorded 2026-03)."""
    members = list(ask(azure, "GET", "").json()["properties"])

    assert members[4:8] == ["applicationInsights", "hbiWorkspace", "tenantId", "imageBuildCompute"]
    assert members[-2:] == ["systemDatastoresAuthMode", "enableServiceSideCMKEncryption"]


def test_a_friendly_name_is_kept(azure: Emulator) -> None:
    """A workspace is called what the PATCH says, and by its own name before (inferred)."""
    before = ask(azure, "GET", "").json()["properties"]["friendlyName"]
    ask(azure, "PATCH", "", {"properties": {"friendlyName": "Mine"}})

    assert (before, ask(azure, "GET", "").json()["properties"]["friendlyName"]) == ("acceptance", "Mine")
