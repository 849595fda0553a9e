"""Datastores through the SDK."""

from __future__ import annotations

import pytest
import requests
from azure.ai.ml import MLClient
from azure.core.exceptions import ResourceNotFoundError
from bare import ask

from fakes.emulator import Emulator


def test_the_default_datastore(azure: Emulator, workspace: MLClient) -> None:
    """The default is `workspaceblobstore`, whose container is named by the workspace's id (recorded)."""
    found = workspace.datastores.get_default()

    assert found.name == "workspaceblobstore"
    assert found.container_name == f"azureml-blobstore-{azure.world.home.workspace_id}"


def test_a_workspace_has_two(workspace: MLClient) -> None:
    """Blob stores exist from the start, file shares are not served."""
    assert [found.name for found in workspace.datastores.list()] == ["workspaceblobstore", "workspaceartifactstore"]


@pytest.mark.parametrize(
    ("name", "default", "identity"),
    [("workspaceblobstore", True, "WorkspaceSystemAssignedIdentity"), ("workspaceartifactstore", False, "None")],
)
def test_a_datastore_s_resource(azure: Emulator, name: str, default: bool, identity: str) -> None:
    """A datastore tells whether it is the default and who reads it; its tags are null (recorded)."""
    properties = ask(azure, "GET", f"/datastores/{name}").json()["properties"]

    assert (properties["isDefault"], properties["serviceDataAccessAuthIdentity"]) == (default, identity)
    assert (properties["tags"], properties["credentials"]) == (None, {"credentialsType": "AccountKey"})


@pytest.mark.parametrize(("version", "shown"), [("2022-10-01", False), ("2024-10-01-preview", True)])
def test_members_have_come_since(azure: Emulator, version: str, shown: bool) -> None:
    """Subscription and group are named since 2023 (recorded)."""
    properties = ask(azure, "GET", "/datastores/workspaceblobstore", version=version).json()["properties"]

    assert {"subscriptionId", "resourceGroup", "intellectualProperty"} <= set(properties) or not shown
    assert ("subscriptionId" in properties) is shown


def test_an_expiring_secret_is_a_sas(azure: Emulator) -> None:
    """Who asks for an expirable secret gets a SAS with a leading question mark (recorded 2026-03)."""
    asked = {"expirableSecret": True, "expireAfterHours": 1}
    secret = ask(azure, "POST", "/datastores/workspaceblobstore/listSecrets", asked).json()

    assert secret["secretsType"] == "Sas"
    assert secret["sasToken"].startswith("?")
    assert "sp=rcuwdl" in secret["sasToken"]


@pytest.mark.parametrize("asked", [None, {"expirableSecret": False, "expireAfterHours": 1}])
def test_a_lasting_secret_is_the_key(azure: Emulator, asked: object) -> None:
    """Without it the answer is the account key (recorded 2022 and 2023)."""
    secret = ask(azure, "POST", "/datastores/workspaceblobstore/listSecrets", asked).json()

    assert list(secret) == ["secretsType", "key"]


def test_the_sas_opens_the_container_until_it_expires(azure: Emulator) -> None:
    """The secret is good for the hours that were asked for."""
    home = azure.world.home
    azure.world.blobs.put(home.storage_account, home.default_container, "a.txt", b"text")
    asked = {"expirableSecret": True, "expireAfterHours": 1}
    sas = ask(azure, "POST", "/datastores/workspaceblobstore/listSecrets", asked).json()["sasToken"]
    url = f"https://{home.storage_account}.blob.core.windows.net/{home.default_container}/a.txt{sas}"
    before = requests.get(url, timeout=5)
    azure.clock.advance(3601)

    assert (before.text, requests.get(url, timeout=5).status_code) == ("text", 403)


def test_an_unknown_datastore_is_not_found(workspace: MLClient) -> None:
    """The refusal names the datastore (inferred)."""
    with pytest.raises(ResourceNotFoundError, match="Could not find datastore: none"):
        workspace.datastores.get("none")
