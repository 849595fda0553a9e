"""ARM workspaces, their location's VM sizes and usages, and the discovery of their data plane."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Route
from fakes.emulator.services.arm import GROUP, LOCATION, PROVIDER, USER, WORKSPACE, page
from fakes.emulator.wire import empty_reply, json_reply
from fakes.world.attached import attached_resources
from fakes.world.errors import Invalid, NotFound
from fakes.world.instants import timestamp

if TYPE_CHECKING:
    from fakes.catalogue import VmSize
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
        "properties": {
            "friendlyName": workspace.name,
            "description": workspace.description,
            **_dependencies(workspace),
            "tenantId": tenant,
            "creationTime": created,
            "workspaceId": workspace.workspace_id,
            "discoveryUrl": f"https://{workspace.region}.api.azureml.ms/discovery",
            "mlFlowTrackingUri": workspace.tracking_uri,
            "sdkTelemetryAppInsightsKey": workspace.principal_id,
            **_SETTINGS,
        },
        "identity": {"type": "SystemAssigned", "principalId": workspace.principal_id, "tenantId": tenant},
        "kind": "Default",
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


def get_workspace(call: Call) -> Reply:
    """Return a workspace."""
    return json_reply(200, render(call, call.workspace))


def list_workspaces(call: Call) -> Reply:
    """Return the workspaces of a group, or of the subscription."""
    group = call.params.get("group")
    found = [
        workspace
        for workspace in call.world.workspaces()
        if workspace.subscription_id.lower() == call.params["subscription"].lower()
        and (group is None or workspace.resource_group.lower() == group.lower())
    ]
    return page(call, found, lambda workspace: render(call, workspace))


def put_workspace(call: Call) -> Reply:
    """Create a workspace at once (Azure takes minutes; the short answer is inferred), or update its tags."""
    region = call.json.get("location")
    if not region:
        raise Invalid("The 'location' property is required.", code="LocationRequired")
    workspace = call.world.create_workspace(
        call.params["subscription"],
        call.params["group"],
        call.params["workspace"],
        str(region).replace(" ", "").lower(),
    )
    workspace.tags.update(call.json.get("tags") or {})
    workspace.description = call.properties.get("description") or workspace.description
    return json_reply(200, render(call, workspace))


def patch_workspace(call: Call) -> Reply:
    """Update the tags and the description of a workspace."""
    workspace = call.workspace
    workspace.tags.update(call.json.get("tags") or {})
    properties = call.json.get("properties") or {}
    workspace.description = properties.get("description") or workspace.description
    return json_reply(200, render(call, workspace))


def delete_workspace(call: Call) -> Reply:
    """Delete a workspace at once."""
    try:
        call.world.delete_workspace(call.workspace)
    except NotFound:
        return empty_reply(204)
    return empty_reply(200)


def discover(call: Call) -> Reply:
    """Return the service URLs of a region (recorded 2023-01); the SDK takes `api`."""
    region = call.host["region"]
    experiments = f"https://{region}.experiments.azureml.net"
    return json_reply(
        200,
        {
            "api": f"https://{region}.api.azureml.ms",
            "catalog": "https://catalog.cortanaanalytics.com",
            "experimentation": experiments,
            "gallery": "https://gallery.cortanaintelligence.com/project",
            "history": experiments,
            "hyperdrive": experiments,
            "labeling": experiments,
            "modelmanagement": f"https://{region}.modelmanagement.azureml.net",
            "pipelines": f"https://{region}.aether.ms",
            "quota-manager": experiments,
            "studio": "https://ml.azure.com",
        },
    )


def list_sizes(call: Call) -> Reply:
    """Return every VM size of the location, in one page (recorded)."""
    return json_reply(200, {"value": [_size(size) for size in call.world.catalogue.vm_sizes]})


def _size(size: VmSize) -> dict[str, Any]:
    return {
        "name": size.name,
        "family": size.family,
        "vCPUs": size.vcpus,
        "gpus": size.gpus,
        "osVhdSizeMB": size.os_vhd_size_mb,
        "maxResourceVolumeMB": size.max_resource_volume_mb,
        "memoryGB": size.memory_gb,
        "lowPriorityCapable": size.low_priority_capable,
        "premiumIO": size.premium_io,
        "estimatedVMPrices": {
            "billingCurrency": "USD",
            "unitOfMeasure": "OneHour",
            "values": [
                {"retailPrice": price.retail_price, "osType": price.os_type, "vmTier": price.vm_tier}
                for price in size.prices
            ],
        },
        "supportedComputeTypes": list(size.compute_types),
    }


def list_usages(call: Call) -> Reply:
    """Return the core quota of every family; -1 is unlimited (recorded)."""
    families = sorted({size.family for size in call.world.catalogue.vm_sizes})
    return json_reply(
        200, {"value": [_usage(call, family, tier) for family in families for tier in ("", "lowPriority")]}
    )


def _usage(call: Call, family: str, tier: str) -> dict[str, Any]:
    kind = "lowPriorityCores" if tier else "dedicatedCores"
    label = "LowPriority vCPUs" if tier else "Dedicated vCPUs"
    return {
        "unit": "Count",
        "currentValue": 0,
        "limit": -1,
        "name": {"value": family, "localizedValue": f"{family} Cluster {label}"},
        "type": f"{PROVIDER}/vmFamily/{kind}/usages",
        "id": f"/subscriptions/{call.params['subscription']}/usages/{family}",
    }


ROUTES = (
    Route("Workspaces_Get", "GET", WORKSPACE, get_workspace, Evidence.RECORDED),
    Route("Workspaces_CreateOrUpdate", "PUT", WORKSPACE, put_workspace, Evidence.INFERRED, "ready at once"),
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
    Route("VirtualMachineSizes_List", "GET", LOCATION + "/vmSizes", list_sizes, Evidence.RECORDED),
    Route("Usages_List", "GET", LOCATION + "/usages", list_usages, Evidence.RECORDED, "the URL is inferred"),
)

DISCOVERY_ROUTES = (
    # the SDK asks without a token (SDK source)
    Route("Discovery_Get", "GET", "/discovery", discover, Evidence.RECORDED, anonymous=True),
)
