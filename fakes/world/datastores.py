"""Datastores: names for containers of a workspace's storage account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

BLOB_STORE = "workspaceblobstore"
ARTIFACT_STORE = "workspaceartifactstore"


@dataclass(frozen=True, slots=True)
class Datastore:
    """A blob datastore. `access_identity` is what the service uses to read it (recorded)."""

    name: str
    account: str
    container: str
    is_default: bool
    access_identity: str
    created: datetime


def default_datastores(workspace_id: str, account: str, created: datetime) -> tuple[Datastore, ...]:
    """Return the datastores that every workspace is born with (recorded; file shares are not served)."""
    container = f"azureml-blobstore-{workspace_id}"
    return (
        Datastore(BLOB_STORE, account, container, True, "WorkspaceSystemAssignedIdentity", created),
        Datastore(ARTIFACT_STORE, account, "azureml", False, "None", created),
    )
