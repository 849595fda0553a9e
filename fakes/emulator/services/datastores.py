"""ARM datastores and their secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Route
from fakes.emulator.services.arm import PROVIDER, WORKSPACE, page, system_data
from fakes.emulator.wire import empty_reply, json_reply
from fakes.world.datastores import delete_datastore, get_datastore, put_datastore
from fakes.world.storage_keys import account_key, sas_token

if TYPE_CHECKING:
    from fakes.emulator.call import Call
    from fakes.world.datastores import Datastore
    from fakes.world.world import Workspace

DATASTORE = WORKSPACE + "/datastores/<datastore>"


def render(call: Call, datastore: Datastore) -> dict[str, Any]:
    """Return the ARM resource of a datastore (recorded 2023-01, 2026; one that a user created is inferred)."""
    workspace = call.workspace
    return {
        "id": f"{workspace.arm_id}/datastores/{datastore.name}",
        "name": datastore.name,
        "type": f"{PROVIDER}/workspaces/datastores",
        "properties": {
            "description": None,
            "tags": None,
            "properties": None,
            "isDefault": datastore.is_default,
            "credentials": {"credentialsType": "AccountKey"},
            **(_since_2023(workspace) if call.api_version >= "2023" else {}),
            "datastoreType": "AzureBlob",
            **({} if datastore.sent else {"accountName": datastore.account, "containerName": datastore.container}),
            "endpoint": "core.windows.net",
            "protocol": "https",
            "serviceDataAccessAuthIdentity": datastore.access_identity,
            **datastore.sent,
        },
        "systemData": {
            **system_data(datastore.created, datastore.created),
            "createdByType": "Application",
            "lastModifiedByType": "Application",
        },
    }


def _since_2023(workspace: Workspace) -> dict[str, Any]:
    return {
        "intellectualProperty": None,
        "subscriptionId": workspace.subscription_id,
        "resourceGroup": workspace.resource_group,
    }


def _datastore(call: Call) -> Datastore:
    return get_datastore(call.workspace, call.params["datastore"])


def get_one(call: Call) -> Reply:
    """Return a datastore."""
    return json_reply(200, render(call, _datastore(call)))


def list_all(call: Call) -> Reply:
    """Return the datastores, or only the default one with `isDefault=true` (recorded)."""
    found = list(call.workspace.datastores.values())
    if call.query("isDefault").lower() == "true":
        found = [datastore for datastore in found if datastore.is_default]
    return page(call, found, lambda datastore: render(call, datastore))


def list_secrets(call: Call) -> Reply:
    """Return an expiring SAS where one is asked for (recorded 2026), else the account key (recorded 2022)."""
    datastore = _datastore(call)
    asked = call.json if call.request.content() else {}
    if datastore.secrets is not None and not (asked.get("expirableSecret") and datastore.container):
        return json_reply(200, datastore.secrets)
    key = account_key(call.world.seed, datastore.account)
    if asked.get("expirableSecret"):
        clock, hours = call.world.clock, int(asked.get("expireAfterHours") or 1)
        token = sas_token(key, datastore.account, clock.now(), hours * clock.outlasts)
        return json_reply(200, {"secretsType": "Sas", "sasToken": "?" + token})
    return json_reply(200, {"secretsType": "AccountKey", "key": key})


def put_one(call: Call) -> Reply:
    """Create or replace a datastore."""
    made, new = put_datastore(call.world, call.workspace, call.params["datastore"], call.properties)
    return json_reply(201 if new else 200, render(call, made))


def delete_one(call: Call) -> Reply:
    """Delete a datastore; 204 for one that is not there."""
    return empty_reply(200 if delete_datastore(call.workspace, call.params["datastore"]) else 204)


ROUTES = (
    Route("Datastores_Get", "GET", DATASTORE, get_one, Evidence.RECORDED),
    Route("Datastores_List", "GET", WORKSPACE + "/datastores", list_all, Evidence.RECORDED),
    Route(
        "Datastores_CreateOrUpdate",
        "PUT",
        DATASTORE,
        put_one,
        Evidence.DOCUMENTED,
        "of other storage than blobs only the name is kept; secrets are not tried",
    ),
    Route("Datastores_Delete", "DELETE", DATASTORE, delete_one, Evidence.DOCUMENTED, "refusals are inferred"),
    Route("Datastores_ListSecrets", "POST", DATASTORE + "/listSecrets", list_secrets, Evidence.RECORDED),
)
