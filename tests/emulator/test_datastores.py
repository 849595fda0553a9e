"""Datastores through the SDK."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests
from azure.ai.ml import MLClient
from azure.ai.ml.entities import AccountKeyConfiguration, AzureBlobDatastore, Data
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
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


def blobs_of(name: str, credentials: object | None = None) -> AzureBlobDatastore:
    """Return a datastore for a container in an account of the user's own."""
    return AzureBlobDatastore(
        name=name, account_name="mine", container_name="rows", description="d", credentials=credentials
    )


def test_a_datastore_is_created_listed_and_deleted(workspace: MLClient) -> None:
    """A datastore comes back as it was sent, is in the list, and is gone once it is deleted."""
    made = workspace.create_or_update(blobs_of("rows"))
    names = [found.name for found in workspace.datastores.list()]
    workspace.datastores.delete("rows")

    assert (made.account_name, made.container_name, made.description) == ("mine", "rows", "d")
    assert names == ["workspaceblobstore", "workspaceartifactstore", "rows"]
    with pytest.raises(ResourceNotFoundError):
        workspace.datastores.get("rows")


@pytest.mark.parametrize("name", ["workspaceblobstore", "workspaceartifactstore"])
def test_the_workspace_s_own_datastores_stay(workspace: MLClient, name: str) -> None:
    """The datastores that a workspace cannot do without are neither replaced nor deleted (inferred)."""
    with pytest.raises(HttpResponseError, match="belongs to the workspace"):
        workspace.datastores.delete(name)
    with pytest.raises(HttpResponseError, match="belongs to the workspace"):
        workspace.create_or_update(blobs_of(name))


def test_secrets_are_told_to_those_who_ask(azure: Emulator, workspace: MLClient) -> None:
    """The secret of a datastore is not shown with it, and is told as it was sent."""
    workspace.create_or_update(blobs_of("keyed", AccountKeyConfiguration(account_key="secret==")))
    shown = ask(azure, "GET", "/datastores/keyed")
    told = ask(azure, "POST", "/datastores/keyed/listSecrets").json()

    assert shown.json()["properties"]["credentials"] == {"credentialsType": "AccountKey"}
    assert told == {"secretsType": "AccountKey", "key": "secret=="}


def test_data_is_uploaded_to_a_datastore_of_one_s_own(azure: Emulator, workspace: MLClient, tmp_path: Path) -> None:
    """A file that is registered as data on a user's datastore is uploaded to its container."""
    workspace.create_or_update(blobs_of("rows", AccountKeyConfiguration(account_key="secret==")))
    (tmp_path / "a.csv").write_text("a\n", encoding="utf-8")
    data = Data(name="d", version="1", path=str(tmp_path / "a.csv"), type="uri_file", datastore="rows")
    made = workspace.data.create_or_update(data)

    assert "/datastores/rows/paths/LocalUpload/" in made.path
    assert azure.world.blobs.list("mine", "rows").blobs[0].name.endswith("/a.csv")
