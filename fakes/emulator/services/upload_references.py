"""Containers that a client may fill before it creates an asset, and the older way of SDKs to ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Route
from fakes.emulator.services.arm import WORKSPACE
from fakes.emulator.wire import json_reply
from fakes.world.errors import Invalid, NotFound
from fakes.world.storage_keys import account_key, container_sas

if TYPE_CHECKING:
    from fakes.emulator.call import Call
    from fakes.world.registries import Registry
    from fakes.world.world import Workspace


def blob_reference(call: Call, owner: Workspace | Registry, container: str) -> dict[str, Any]:
    """Create a container in the storage of a workspace or registry and return it with a SAS (recorded)."""
    call.world.blobs.create_container(owner.storage_account, container)
    return signed_reference(call, owner, container)


def signed_reference(call: Call, owner: Workspace | Registry, container: str) -> dict[str, Any]:
    """Return a container with a SAS."""
    account = owner.storage_account
    key = account_key(call.world.seed, account)
    clock = call.world.clock
    token = container_sas(key, account, container, clock.now(), hours=24 * clock.outlasts)
    host = f"https://{account}.blob.core.windows.net"
    return {
        "blobUri": f"{host}:443/{container}",
        "storageAccountArmId": (
            f"/subscriptions/{owner.subscription_id}/resourceGroups/{owner.resource_group}"
            f"/providers/Microsoft.Storage/storageAccounts/{account}"
        ),
        "credential": {"credentialType": "SAS", "sasUri": f"{host}/{container}?{token}"},
    }


def temporary_reference(reference: dict[str, Any], reference_id: str) -> dict[str, Any]:
    """Return the body of a temporary data reference, whose type comes back as null (recorded 2023-03, 2024-04)."""
    return {
        "blobReferenceForConsumption": reference,
        "imageReferenceForConsumption": None,
        "temporaryDataReferenceId": reference_id,
        "temporaryDataReferenceType": None,
    }


def find_snapshot(call: Call) -> Reply:
    """Refuse: no snapshot has this hash. SDKs of 2023 then upload (recorded); the answer to a hit is not known."""
    wanted = call.query("hash")
    raise NotFound(f"Snapshot with hash {wanted} was not found", code="UserError", inner=("NotFoundError",))


def create_reference(call: Call) -> Reply:
    """Return a container for the asset of a workspace, under the id that the client chose (recorded 2023-03)."""
    asset_id = str(call.json.get("assetId") or "")
    parts = asset_id.removeprefix("azureml://").split("/")
    if len(parts) < 4 or parts[2] != "workspaces":
        raise Invalid(f"'{asset_id}' is not the id of an asset of a workspace.", inner=("BadArgument",))
    workspace = call.world.workspace_by_id(parts[3])
    reference = blob_reference(call, workspace, f"{workspace.workspace_id[:10]}-{call.world.ids.guid()}")
    sas = reference["credential"]["sasUri"]
    reference["credential"] = {"sasUri": sas, "wasbsUri": None, "credentialType": "SAS"}
    chosen = str(call.json.get("temporaryDataReferenceId") or call.world.ids.guid())
    return json_reply(200, temporary_reference(reference, chosen))


ROUTES = (
    Route(
        "Snapshots_GetByHash",
        "GET",
        f"/content/v2.0{WORKSPACE}/snapshots/getByHash",
        find_snapshot,
        Evidence.RECORDED,
        "no snapshot is ever found",
    ),
    Route(
        "TemporaryDataReference_CreateOrGet",
        "POST",
        "/assetstore/v1.0/temporaryDataReference/createOrGet",
        create_reference,
        Evidence.RECORDED,
        "a second call makes another container; what it answers then is not known",
    ),
)
