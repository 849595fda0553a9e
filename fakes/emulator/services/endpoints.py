"""ARM online endpoints, their keys and tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Route
from fakes.emulator.services.arm import PROVIDER, WORKSPACE, page, system_data
from fakes.emulator.services.lro import (
    accepted_action,
    accepted_delete,
    accepted_with_resource,
    operation_url,
)
from fakes.emulator.wire import empty_reply, json_reply
from fakes.world.endpoints import (
    OnlineEndpoint,
    delete_endpoint,
    get_endpoint,
    issue_token,
    patch_endpoint,
    put_endpoint,
    regenerate_key,
)

if TYPE_CHECKING:
    from fakes.emulator.call import Call

ENDPOINTS = WORKSPACE + "/onlineEndpoints"
ENDPOINT = ENDPOINTS + "/<endpoint>"


def endpoint_id(call: Call, endpoint: OnlineEndpoint) -> str:
    """Return the ARM id of an endpoint."""
    return f"{call.workspace.arm_id}/onlineEndpoints/{endpoint.name}"


def render(call: Call, endpoint: OnlineEndpoint) -> dict[str, Any]:
    """Return the ARM resource; its URIs are null until it has been created once (recorded 2022 and 2026)."""
    arm_id = endpoint_id(call, endpoint)
    operation = operation_url(call, endpoint.region, "mfeOperationsStatus", endpoint.operation_id, signed=False)
    return {
        "id": arm_id,
        "name": endpoint.name,
        "type": f"{PROVIDER}/workspaces/onlineEndpoints",
        "properties": {
            "description": endpoint.description,
            "properties": {
                **endpoint.properties,
                "azureml.onlineendpointid": arm_id.lower(),
                "AzureAsyncOperationUri": operation,
            },
            "scoringUri": f"https://{endpoint.host}/score" if endpoint.born else None,
            "swaggerUri": f"https://{endpoint.host}/swagger.json" if endpoint.born else None,
            "authMode": endpoint.auth_mode,
            "provisioningState": endpoint.plan.state(call.world.clock.now()),
            "compute": None,
            "traffic": endpoint.traffic,
            "mirrorTraffic": endpoint.mirror_traffic,
            "publicNetworkAccess": endpoint.public_network_access,
        },
        "systemData": system_data(endpoint.created, endpoint.modified, kinds=False),
        "tags": endpoint.tags,
        "location": endpoint.region,
        "kind": "Managed",
        "identity": {
            **endpoint.identity,
            "principalId": endpoint.principal_id,
            "tenantId": call.world.identity.application.tenant_id,
        },
    }


def _named(call: Call) -> OnlineEndpoint:
    return get_endpoint(call.workspace, call.params["endpoint"])


def get_one(call: Call) -> Reply:
    """Return an endpoint."""
    return json_reply(200, render(call, _named(call)))


def list_all(call: Call) -> Reply:
    """Return the endpoints of a workspace."""
    return page(call, list(call.workspace.endpoints.values()), lambda endpoint: render(call, endpoint))


def put_one(call: Call) -> Reply:
    """Create or update an endpoint: 201 in both cases, with the old traffic (recorded)."""
    endpoint, operation = put_endpoint(call.world, call.workspace, call.params["endpoint"], call.json)
    return accepted_with_resource(call, endpoint.region, operation, render(call, endpoint))


def patch_one(call: Call) -> Reply:
    """Change tags and identity."""
    endpoint = _named(call)
    operation = patch_endpoint(call.world, call.workspace, endpoint, call.json)
    return accepted_action(call, endpoint.region, operation.id)


def delete_one(call: Call) -> Reply:
    """Start to delete an endpoint; ARM itself answers 204 for one that is not there (recorded 2025)."""
    operation = delete_endpoint(call.world, call.workspace, call.params["endpoint"])
    if operation is None:
        return empty_reply(204)
    return accepted_delete(call, call.workspace.region, operation)


def list_keys(call: Call) -> Reply:
    """Return both keys, null for an endpoint without keys (recorded)."""
    endpoint = _named(call)
    has_keys = endpoint.auth_mode == "Key"
    return json_reply(
        200,
        {
            "primaryKey": endpoint.primary_key if has_keys else None,
            "secondaryKey": endpoint.secondary_key if has_keys else None,
        },
    )


def get_token(call: Call) -> Reply:
    """Return a token; its times are whole seconds since 1970 (recorded)."""
    token = issue_token(call.world, _named(call))
    return json_reply(
        200,
        {
            "accessToken": token.text,
            "tokenType": "Bearer",
            "expiryTimeUtc": int(token.expires.timestamp()),
            "refreshAfterTimeUtc": int(token.refresh_after.timestamp()),
        },
    )


def regenerate_keys(call: Call) -> Reply:
    """Start to replace a key."""
    endpoint = _named(call)
    key_type = str(call.json.get("keyType") or "")
    operation = regenerate_key(call.world, call.workspace, endpoint, key_type)
    return accepted_action(call, endpoint.region, operation.id)


ROUTES = (
    Route("OnlineEndpoints_List", "GET", ENDPOINTS, list_all, Evidence.DOCUMENTED, "the filters are ignored"),
    Route("OnlineEndpoints_Get", "GET", ENDPOINT, get_one, Evidence.RECORDED, "the 404 is quoted, not recorded"),
    Route(
        "OnlineEndpoints_CreateOrUpdate",
        "PUT",
        ENDPOINT,
        put_one,
        Evidence.RECORDED,
        "refusals and the 409 of a busy endpoint are inferred",
    ),
    Route("OnlineEndpoints_Update", "PATCH", ENDPOINT, patch_one, Evidence.INFERRED),
    Route("OnlineEndpoints_Delete", "DELETE", ENDPOINT, delete_one, Evidence.RECORDED),
    Route("OnlineEndpoints_ListKeys", "POST", ENDPOINT + "/listKeys", list_keys, Evidence.RECORDED),
    Route(
        "OnlineEndpoints_GetToken",
        "POST",
        ENDPOINT + "/token",
        get_token,
        Evidence.RECORDED,
        "the 400 of an endpoint without tokens is inferred",
    ),
    Route(
        "OnlineEndpoints_RegenerateKeys",
        "POST",
        ENDPOINT + "/regenerateKeys",
        regenerate_keys,
        Evidence.RECORDED,
        "its poll answers as a PATCH's does; in 2022 it answered 404",
    ),
)
