"""ARM online deployments and their logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Route
from fakes.emulator.services.arm import PROVIDER, page, system_data
from fakes.emulator.services.endpoints import ENDPOINT, endpoint_id
from fakes.emulator.services.lro import (
    accepted_action,
    accepted_delete,
    accepted_with_resource,
    operation_url,
)
from fakes.emulator.wire import empty_reply, json_reply
from fakes.world.deployment_defaults import probe, request_settings
from fakes.world.deployment_log import CONTAINERS
from fakes.world.deployments import (
    OnlineDeployment,
    delete_deployment,
    get_deployment,
    patch_deployment,
    put_deployment,
)
from fakes.world.endpoints import get_endpoint
from fakes.world.errors import Invalid

if TYPE_CHECKING:
    from fakes.emulator.call import Call
    from fakes.world.endpoints import OnlineEndpoint

DEPLOYMENTS = ENDPOINT + "/deployments"
DEPLOYMENT = DEPLOYMENTS + "/<deployment>"


def render(call: Call, endpoint: OnlineEndpoint, deployment: OnlineDeployment) -> dict[str, Any]:
    """Return the ARM resource (recorded)."""
    return {
        "id": f"{endpoint_id(call, endpoint)}/deployments/{deployment.name}",
        "name": deployment.name,
        "type": f"{PROVIDER}/workspaces/onlineEndpoints/deployments",
        "properties": _properties(call, endpoint, deployment),
        "systemData": system_data(deployment.created, deployment.modified, kinds=False),
        "tags": deployment.tags,
        "location": endpoint.region,
        "kind": "Managed",
        "sku": {"name": "Default", "tier": "Standard", "capacity": deployment.capacity},
    }


def _properties(call: Call, endpoint: OnlineEndpoint, deployment: OnlineDeployment) -> dict[str, Any]:
    """Return the inner properties; defaults of requests and probes appear with success (recorded)."""
    sent = deployment.settings
    state = deployment.plan.state(call.world.clock.now())
    ready = state == "Succeeded"
    operation = operation_url(call, endpoint.region, "mfeOperationsStatus", deployment.operation_id, signed=False)
    properties = {
        "description": sent.get("description"),
        "properties": {**(sent.get("properties") or {}), "AzureAsyncOperationUri": operation},
        "codeConfiguration": sent.get("codeConfiguration"),
        "environmentId": sent.get("environmentId"),
        "environmentVariables": sent.get("environmentVariables") or {},
        "scaleSettings": sent.get("scaleSettings") or {"scaleType": "Default"},
        "requestSettings": request_settings(sent, ready),
        "modelMountPath": sent.get("modelMountPath"),
        "appInsightsEnabled": sent.get("appInsightsEnabled") or False,
        "livenessProbe": probe(sent.get("livenessProbe"), ready),
        "readinessProbe": probe(sent.get("readinessProbe"), ready),
        "provisioningState": state,
        "instanceType": sent.get("instanceType"),
        "model": sent.get("model"),
        "privateNetworkConnection": sent.get("privateNetworkConnection") or False,
        "egressPublicNetworkAccess": sent.get("egressPublicNetworkAccess") or "Enabled",
        "endpointComputeType": "Managed",
    }
    if sent.get("dataCollector"):
        properties["dataCollector"] = sent["dataCollector"]
    return properties


def _endpoint(call: Call) -> OnlineEndpoint:
    return get_endpoint(call.workspace, call.params["endpoint"])


def _named(call: Call) -> OnlineDeployment:
    return get_deployment(call.workspace, call.params["endpoint"], call.params["deployment"])


def get_one(call: Call) -> Reply:
    """Return a deployment."""
    return json_reply(200, render(call, _endpoint(call), _named(call)))


def list_all(call: Call) -> Reply:
    """Return the deployments of an endpoint."""
    endpoint = _endpoint(call)
    found = list(endpoint.deployments.values())
    return page(call, found, lambda deployment: render(call, endpoint, deployment))


def put_one(call: Call) -> Reply:
    """Create or update a deployment: 201 and state Updating in both cases (recorded)."""
    deployment, operation = put_deployment(
        call.world, call.workspace, call.params["endpoint"], call.params["deployment"], call.json
    )
    endpoint = _endpoint(call)
    return accepted_with_resource(call, endpoint.region, operation, render(call, endpoint, deployment))


def patch_one(call: Call) -> Reply:
    """Change the number of instances and the tags."""
    operation = patch_deployment(
        call.world, call.workspace, call.params["endpoint"], call.params["deployment"], call.json
    )
    return accepted_action(call, call.workspace.region, operation.id)


def delete_one(call: Call) -> Reply:
    """Start to delete a deployment; 204 for one that is not there (recorded)."""
    operation = delete_deployment(call.world, call.workspace, call.params["endpoint"], call.params["deployment"])
    if operation is None:
        return empty_reply(204)
    return accepted_delete(call, call.workspace.region, operation)


def get_logs(call: Call) -> Reply:
    """Return status, events and the last lines of a container's log as one string (recorded)."""
    container = call.json.get("containerType") or CONTAINERS[0]
    if container not in CONTAINERS:
        raise Invalid(
            f"containerType is '{container}'; expected one of {', '.join(CONTAINERS)}.",
            inner=("BadArgument",),
        )
    return json_reply(200, {"content": _named(call).log.text(container, call.json.get("tail"))})


ROUTES = (
    Route("OnlineDeployments_List", "GET", DEPLOYMENTS, list_all, Evidence.RECORDED),
    Route("OnlineDeployments_Get", "GET", DEPLOYMENT, get_one, Evidence.RECORDED, "the 404 is quoted"),
    Route(
        "OnlineDeployments_CreateOrUpdate",
        "PUT",
        DEPLOYMENT,
        put_one,
        Evidence.RECORDED,
        "refusals are inferred; scoring scripts and custom containers are not run",
    ),
    Route(
        "OnlineDeployments_Update",
        "PATCH",
        DEPLOYMENT,
        patch_one,
        Evidence.RECORDED,
        "the first answer is inferred",
    ),
    Route(
        "OnlineDeployments_Delete",
        "DELETE",
        DEPLOYMENT,
        delete_one,
        Evidence.RECORDED,
        "the 400 of a deployment with live traffic is inferred",
    ),
    Route("OnlineDeployments_GetLogs", "POST", DEPLOYMENT + "/getLogs", get_logs, Evidence.RECORDED),
)
