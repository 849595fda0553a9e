"""ARM workspaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Route
from fakes.emulator.services.arm import GROUP, PROVIDER, WORKSPACE, page
from fakes.emulator.wire import empty_reply, json_reply
from fakes.world.attached import attached_resources
from fakes.world.errors import Invalid, NotFound
from fakes.world.identity import USER
from fakes.world.instants import timestamp
from fakes.world.workspace_settings import KIND, describe_workspace, require_kind

if TYPE_CHECKING:
    from fakes.emulator.call import Call
    from fakes.world.world import Workspace


def render(call: Call, workspace: Workspace) -> dict[str, Any]:
    """Return the ARM resource of a workspace (recorded 2026-03; before 2023 it had fewer members, recorded 2022-10)."""
    resource = _resource(call, workspace)
    if call.api_version < "2023":
        del resource["kind"]
        resource["properties"] = {
            name: value for name, value in resource["properties"].items() if name not in _SINCE_2023
        } | {"sasGetterUri": ""}
    return resource


_SINCE_2023 = frozenset(
    (
        "managedNetwork",
        "allowRoleAssignmentOnRG",
        "creationTime",
        "ipAllowlist",
        "networkAcls",
        "serverlessComputeSettings",
        "EnableSoftwareBillOfMaterials",
        "enableDataIsolation",
        "systemDatastoresAuthMode",
        "enableServiceSideCMKEncryption",
    )
)


def _resource(call: Call, workspace: Workspace) -> dict[str, Any]:
    tenant = call.world.identity.application.tenant_id
    created = timestamp(workspace.created).replace("+00:00", "Z")
    return {
        "id": workspace.arm_id,
        "name": workspace.name,
        "type": f"{PROVIDER}/workspaces",
        "location": workspace.region,
        "tags": workspace.tags,
        "etag": None,
        "properties": _properties(workspace, tenant, created),
        "identity": {"type": "SystemAssigned", "principalId": workspace.principal_id, "tenantId": tenant},
        "kind": KIND,
        "sku": {"name": "Basic", "tier": "Basic"},
        "systemData": {
            "createdAt": created,
            "createdBy": USER,
            "createdByType": "User",
            "lastModifiedAt": created,
            "lastModifiedBy": USER,
            "lastModifiedByType": "User",
        },
    }


def _properties(workspace: Workspace, tenant: str, created: str) -> dict[str, Any]:
    known = {
        "friendlyName": workspace.friendly_name or workspace.name,
        "description": workspace.description,
        **_dependencies(workspace),
        "tenantId": tenant,
        "creationTime": created,
        "workspaceId": workspace.workspace_id,
        "discoveryUrl": f"https://{workspace.region}.api.azureml.ms/discovery",
        "mlFlowTrackingUri": workspace.tracking_uri,
        "sdkTelemetryAppInsightsKey": workspace.principal_id,
        **_SETTINGS,
        **workspace.settings,
    }
    return {name: known[name] for name in _MEMBERS}


def _dependencies(workspace: Workspace) -> dict[str, Any]:
    notebooks = (
        f"ml-{workspace.name}-{workspace.region}-{workspace.workspace_id}.{workspace.region}.notebooks.azure.net"
    )
    return {
        **attached_resources(workspace),
        "notebookInfo": {
            "resourceId": workspace.workspace_id.replace("-", ""),
            "fqdn": notebooks,
            "isPrivateLinkEnabled": False,
            "notebookPreparationError": None,
        },
    }


_SETTINGS: Mapping[str, Any] = {
    "hbiWorkspace": False,
    "imageBuildCompute": None,
    "provisioningState": "Succeeded",
    "managedNetwork": {
        "changeableIsolationModes": ["AllowInternetOutbound", "AllowOnlyApprovedOutbound"],
        "isolationMode": "Disabled",
        "enableNetworkMonitor": False,
        "enableFirewallLog": False,
    },
    "allowRoleAssignmentOnRG": True,
    "v1LegacyMode": False,
    "softDeleteEnabled": False,
    "storageHnsEnabled": False,
    "linkedModelInventoryArmId": None,
    "privateLinkCount": 0,
    "publicNetworkAccess": "Enabled",
    "ipAllowlist": [],
    "networkAcls": {"defaultAction": "Allow", "bypass": "", "ipRules": [], "resourceAccessRules": []},
    "serverlessComputeSettings": None,
    "EnableSoftwareBillOfMaterials": False,
    "enableDataIsolation": False,
    "systemDatastoresAuthMode": "accesskey",
    "enableServiceSideCMKEncryption": False,
}
"""What a plain workspace is set to (recorded 2026-03)."""


_MEMBERS = (
    "friendlyName",
    "description",
    "storageAccount",
    "keyVault",
    "applicationInsights",
    "hbiWorkspace",
    "tenantId",
    "imageBuildCompute",
    "provisioningState",
    "managedNetwork",
    "allowRoleAssignmentOnRG",
    "v1LegacyMode",
    "softDeleteEnabled",
    "containerRegistry",
    "creationTime",
    "notebookInfo",
    "storageHnsEnabled",
    "workspaceId",
    "linkedModelInventoryArmId",
    "privateLinkCount",
    "publicNetworkAccess",
    "ipAllowlist",
    "networkAcls",
    "discoveryUrl",
    "mlFlowTrackingUri",
    "serverlessComputeSettings",
    "EnableSoftwareBillOfMaterials",
    "sdkTelemetryAppInsightsKey",
    "enableDataIsolation",
    "systemDatastoresAuthMode",
    "enableServiceSideCMKEncryption",
)
"""The members in the service's order (recorded 2026-03)."""


def get_workspace(call: Call) -> Reply:
    """Return a workspace."""
    return json_reply(200, render(call, call.workspace))


def list_workspaces(call: Call) -> Reply:
    """Return the workspaces of a group, or of the subscription, of all kinds or of those that are asked for."""
    group, kinds = call.params.get("group"), call.query("kind").lower()
    found = [
        workspace
        for workspace in call.world.workspaces()
        if (not kinds or KIND.lower() in kinds.split(","))
        and workspace.subscription_id.lower() == call.params["subscription"].lower()
        and (group is None or workspace.resource_group.lower() == group.lower())
    ]
    return page(call, found, lambda workspace: render(call, workspace))


def put_workspace(call: Call) -> Reply:
    """Create a workspace at once (Azure takes minutes; the short answer is inferred), or update its tags."""
    require_kind(call.json.get("kind"))
    region = call.json.get("location")
    if not region:
        raise Invalid("The 'location' property is required.", code="LocationRequired")
    workspace = call.world.create_workspace(
        call.params["subscription"],
        call.params["group"],
        call.params["workspace"],
        str(region).replace(" ", "").lower(),
    )
    describe_workspace(workspace, call.json.get("properties") or {}, call.json.get("tags"))
    return json_reply(200, render(call, workspace))


def patch_workspace(call: Call) -> Reply:
    """Update the tags and the description of a workspace."""
    workspace = call.workspace
    describe_workspace(workspace, call.json.get("properties") or {}, call.json.get("tags"))
    return json_reply(200, render(call, workspace))


def delete_workspace(call: Call) -> Reply:
    """Delete a workspace at once."""
    try:
        call.world.delete_workspace(call.workspace)
    except NotFound:
        return empty_reply(204)
    return empty_reply(200)


ROUTES = (
    Route("Workspaces_Get", "GET", WORKSPACE, get_workspace, Evidence.RECORDED),
    Route(
        "Workspaces_CreateOrUpdate",
        "PUT",
        WORKSPACE,
        put_workspace,
        Evidence.INFERRED,
        "ready at once; of kind Default",
    ),
    Route("Workspaces_Update", "PATCH", WORKSPACE, patch_workspace, Evidence.INFERRED),
    Route("Workspaces_Delete", "DELETE", WORKSPACE, delete_workspace, Evidence.INFERRED, "gone at once"),
    Route("Workspaces_ListByResourceGroup", "GET", f"{GROUP}/workspaces", list_workspaces, Evidence.DOCUMENTED),
    Route(
        "Workspaces_ListBySubscription",
        "GET",
        f"/subscriptions/<subscription>/providers/{PROVIDER}/workspaces",
        list_workspaces,
        Evidence.DOCUMENTED,
    ),
)
