"""Datastores: names for containers of a workspace's storage account, and for what a user has elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fakes.world.errors import Invalid, NotFound

if TYPE_CHECKING:
    from fakes.world.world import Workspace, World

BLOB_STORE = "workspaceblobstore"
ARTIFACT_STORE = "workspaceartifactstore"
BLOB = "AzureBlob"


@dataclass(frozen=True, slots=True)
class Datastore:
    """A datastore. `access_identity` is what the service uses to read it (recorded).

    `sent` are the properties of one that a user created, and `secrets` what opens it; only blob storage is there, and
    other kinds of storage are names without content.
    """

    name: str
    account: str
    container: str
    is_default: bool
    access_identity: str
    created: datetime
    sent: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, Any] | None = None


def default_datastores(workspace_id: str, account: str, created: datetime) -> tuple[Datastore, ...]:
    """Return the datastores that every workspace is born with (recorded; file shares are not served)."""
    container = f"azureml-blobstore-{workspace_id}"
    return (
        Datastore(BLOB_STORE, account, container, True, "WorkspaceSystemAssignedIdentity", created),
        Datastore(ARTIFACT_STORE, account, "azureml", False, "None", created),
    )


def get_datastore(workspace: Workspace, name: str) -> Datastore:
    """Return a datastore; NotFound when there is none (recorded)."""
    found = workspace.datastores.get(name)
    if found is None:
        raise NotFound(f"Could not find datastore: {name}", code="UserError", inner=("NotFoundError",))
    return found


def put_datastore(world: World, workspace: Workspace, name: str, sent: Mapping[str, Any]) -> tuple[Datastore, bool]:
    """Create a datastore or replace it; the flag tells whether it is new. The container of blob storage is there."""
    kind, existing = sent.get("datastoreType"), workspace.datastores.get(name)
    if not kind:
        raise Invalid("datastoreType is missing.", inner=("BadArgument",))
    if name in (BLOB_STORE, ARTIFACT_STORE):
        raise _kept(name)
    account, container = str(sent.get("accountName") or ""), str(sent.get("containerName") or "")
    if kind == BLOB:
        world.blobs.create_container(account, container)
    credentials = dict(sent.get("credentials") or {"credentialsType": "None"})
    secrets = credentials.pop("secrets", None)
    identity = str(sent.get("serviceDataAccessAuthIdentity") or "None")
    created = existing.created if existing else world.clock.now()
    shown = {**sent, "credentials": credentials}
    made = Datastore(name, account, container, False, identity, created, shown, secrets)
    workspace.datastores[name] = made
    return made, existing is None


def delete_datastore(workspace: Workspace, name: str) -> bool:
    """Delete a datastore, and nothing of what it stands for; False when there is none."""
    if name in (BLOB_STORE, ARTIFACT_STORE):
        raise _kept(name)
    return workspace.datastores.pop(name, None) is not None


def _kept(name: str) -> Invalid:
    """Return the refusal to change what every workspace needs (inferred)."""
    return Invalid(f"Datastore {name} belongs to the workspace and cannot be changed.", inner=("BadArgument",))
