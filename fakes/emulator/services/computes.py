"""ARM computes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Route
from fakes.emulator.services.arm import PROVIDER, WORKSPACE, page
from fakes.emulator.services.compute_instances import instance
from fakes.emulator.services.lro import accepted_compute
from fakes.emulator.wire import json_reply
from fakes.world.compute import delete_compute, get_compute, put_compute
from fakes.world.ids import guid_of
from fakes.world.instants import timestamp

if TYPE_CHECKING:
    from fakes.emulator.call import Call
    from fakes.world.compute import Compute

COMPUTE = WORKSPACE + "/computes/<compute>"


def render(call: Call, compute: Compute, *, fresh: bool = False) -> dict[str, Any]:
    """Return the ARM resource; right after a PUT the counts are still unknown (`fresh`, recorded)."""
    workspace = call.workspace
    state = compute.plan.state(call.world.clock.now())
    resource_id = None
    if fresh and compute.updated:
        resource_id = (
            f"/subscriptions/{workspace.subscription_id}/resourceGroups/{workspace.resource_group}"
            f"/providers/Microsoft.BatchAI/workspaces/{workspace.name}/clusters/{compute.name}"
        )
    properties: dict[str, Any] = {
        "createdOn": timestamp(compute.created),
        "modifiedOn": timestamp(compute.modified),
        "disableLocalAuth": bool(compute.settings.get("disableLocalAuth", False)),
        "description": compute.description,
        "resourceId": resource_id,
        "computeType": compute.compute_type,
        **({} if fresh else {"computeLocation": compute.location}),
        "provisioningState": state,
    }
    if not fresh:
        properties |= {
            "provisioningErrors": _errors(compute) if state == "Failed" else None,
            "provisioningWarnings": None,
            "isAttachedCompute": False,
        }
    if compute.power is not None:
        properties["properties"] = instance(compute, compute.power, call.world.clock.now())
    else:
        properties["properties"] = _cluster(compute, fresh=fresh)
    return {
        "id": f"{workspace.arm_id}/computes/{compute.name}",
        "name": compute.name,
        "type": f"{PROVIDER}/workspaces/computes",
        "location": compute.location,
        "tags": compute.tags if fresh else (compute.tags or {}),
        "properties": properties,
        **({"identity": compute.identity} if compute.identity else {}),
    }


_SCALE = {"maxNodeCount": None, "minNodeCount": 0, "nodeIdleTimeBeforeScaleDown": "PT2M"}
"""The members of the scale settings in the service's order, with their defaults."""


def _errors(compute: Compute) -> list[dict[str, Any]]:
    return [{"error": {"code": code, "message": message, "details": []}} for code, message in compute.errors]


def _cluster(compute: Compute, *, fresh: bool) -> dict[str, Any]:
    sent = compute.settings
    scale, account = sent.get("scaleSettings") or {}, sent.get("userAccountCredentials")
    known = {
        "currentNodeCount": 0,
        "targetNodeCount": 0,
        "nodeStateCounts": {
            f"{kind}NodeCount": 0 for kind in ("preparing", "running", "idle", "unusable", "leaving", "preempted")
        },
        "allocationState": "Steady",
        "allocationStateTransitionTime": timestamp(compute.modified),
    }
    return {
        "vmSize": compute.vm_size,
        "vmPriority": compute.vm_priority,
        "scaleSettings": {name: scale.get(name, otherwise) for name, otherwise in _SCALE.items()},
        **({} if fresh or not account else {"userAccountCredentials": {**account, "adminUserPassword": None}}),
        "subnet": sent.get("subnet"),
        **(dict.fromkeys(known) if fresh else known),
        "errors": None,
        "remoteLoginPortPublicAccess": sent.get("remoteLoginPortPublicAccess") or "NotSpecified",
        "osType": sent.get("osType") or "Linux",
        "virtualMachineImage": None,
        "isolatedNetwork": False,
        "enableBatchPrivateLink": sent.get("enableBatchPrivateLink", False),
        "propertyBag": {},
    }


def get_one(call: Call) -> Reply:
    """Return a compute; a missing one is a 404 without a body (recorded)."""
    return json_reply(200, render(call, get_compute(call.workspace, call.params["compute"])))


def list_all(call: Call) -> Reply:
    """Return the computes of a workspace."""
    return page(call, list(call.workspace.computes.values()), lambda compute: render(call, compute))


def put_one(call: Call) -> Reply:
    """Create or update a compute: 201 with state Creating in both cases (recorded)."""
    workspace = call.workspace
    location = call.json.get("location") or workspace.region
    name, tags = call.params["compute"], call.json.get("tags")
    compute, operation = put_compute(call.world, workspace, name, location, call.properties, tags)
    if call.json.get("identity"):
        compute.identity = {**call.json["identity"], **_principal(call, compute)}
    return accepted_compute(call, workspace.region, operation, 201, render(call, compute, fresh=True))


def _principal(call: Call, compute: Compute) -> dict[str, str]:
    return {
        "principalId": guid_of("compute", call.workspace.workspace_id, compute.name),
        "tenantId": call.world.identity.application.tenant_id,
    }


def patch_one(call: Call) -> Reply:
    """Change the scale settings of a cluster."""
    compute = get_compute(call.workspace, call.params["compute"])
    inner = (call.json.get("properties") or {}).get("properties") or {}
    compute.settings["scaleSettings"] = {
        **(compute.settings.get("scaleSettings") or {}),
        **(inner.get("scaleSettings") or {}),
    }
    return json_reply(200, render(call, compute))


def delete_one(call: Call) -> Reply:
    """Start to delete a compute."""
    operation = delete_compute(call.world, call.workspace, call.params["compute"])
    return accepted_compute(call, call.workspace.region, operation, 202)


ROUTES = (
    Route("Compute_Get", "GET", COMPUTE, get_one, Evidence.RECORDED),
    Route("Compute_List", "GET", WORKSPACE + "/computes", list_all, Evidence.DOCUMENTED),
    Route("Compute_CreateOrUpdate", "PUT", COMPUTE, put_one, Evidence.RECORDED, "refusals are inferred"),
    Route("Compute_Update", "PATCH", COMPUTE, patch_one, Evidence.INFERRED),
    Route("Compute_Delete", "DELETE", COMPUTE, delete_one, Evidence.RECORDED),
)
