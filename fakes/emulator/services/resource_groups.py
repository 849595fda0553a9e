"""What the SDK asks of Azure Resource Manager itself: resource groups, and the template that makes a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Route
from fakes.emulator.services.arm import base_url
from fakes.emulator.wire import json_reply
from fakes.world.errors import Invalid
from fakes.world.instants import timestamp
from fakes.world.workspace_settings import describe_workspace, require_kind

if TYPE_CHECKING:
    from fakes.emulator.call import Call
    from fakes.world.operations import Operation

RESOURCE_GROUP = "/subscriptions/<subscription>/resourcegroups/<group>"
DEPLOYMENT = RESOURCE_GROUP + "/providers/Microsoft.Resources/deployments/<deployment>"


def get_group(call: Call) -> Reply:
    """Return a resource group: every group that is asked for exists."""
    subscription, group = call.params["subscription"], call.params["group"]
    return json_reply(
        200,
        {
            "id": f"/subscriptions/{subscription}/resourceGroups/{group}",
            "name": group,
            "type": "Microsoft.Resources/resourceGroups",
            "location": call.world.home.region,
            "properties": {"provisioningState": "Succeeded"},
        },
    )


def put_deployment(call: Call) -> Reply:
    """Deploy the SDK's workspace template: of its resources the workspace is made, with its storage."""
    parameters = {name: given.get("value") for name, given in (call.properties.get("parameters") or {}).items()}
    name, region = parameters.get("workspaceName"), parameters.get("location")
    if not name or not region:
        raise Invalid(
            "The local Azure ML deploys templates that make a workspace: the parameters workspaceName and location "
            f"are expected; got {', '.join(parameters) or 'none'}.",
            code="InvalidTemplate",
        )
    require_kind(parameters.get("kind"))
    workspace = call.world.create_workspace(
        call.params["subscription"], call.params["group"], str(name), str(region).replace(" ", "").lower()
    )
    describe_workspace(workspace, _properties(parameters), parameters.get("tagValues"))
    seconds = call.world.pace.of("workspace.create")
    operation = call.world.operations.start(_id(call), call.world.clock.now(), seconds, running="Running")
    reply = json_reply(201, _resource(call, operation))
    reply.headers["Azure-AsyncOperation"] = (
        f"{base_url(call)}{call.request.path}/operationStatuses/{operation.id.rsplit('/', 1)[-1]}"
        f"?api-version={call.api_version}"
    )
    return reply


def _properties(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the properties of the workspace that a template's parameters stand for (SDK source)."""
    return {
        "description": parameters.get("description") or "",
        "friendlyName": parameters.get("friendlyName"),
        "hbiWorkspace": str(parameters.get("confidential_data")).lower() == "true",
        "imageBuildCompute": parameters.get("imageBuildCompute") or None,
        "publicNetworkAccess": parameters.get("publicNetworkAccess"),
        "systemDatastoresAuthMode": parameters.get("systemDatastoresAuthMode") or None,
    }


def get_deployment(call: Call) -> Reply:
    """Return a deployment of a template."""
    return json_reply(200, _resource(call, call.world.operations.get(_id(call))))


def get_deployment_status(call: Call) -> Reply:
    """Answer a poll of a deployment."""
    operation = call.world.operations.get(_id(call))
    return json_reply(200, {"status": operation.status(call.world.clock.now())})


def list_deployment_operations(_call: Call) -> Reply:
    """Return no single operations: they are shown to people only."""
    return json_reply(200, {"value": []})


def _id(call: Call) -> str:
    return f"deployments/{call.params['group'].lower()}/{call.params['deployment']}"


def _resource(call: Call, operation: Operation) -> dict[str, Any]:
    now = call.world.clock.now()
    subscription, group, name = (call.params[key] for key in ("subscription", "group", "deployment"))
    return {
        "id": f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Resources/deployments/{name}",
        "name": name,
        "type": "Microsoft.Resources/deployments",
        "properties": {
            "provisioningState": operation.status(now),
            "timestamp": timestamp(operation.plan.started),
            "duration": f"PT{(min(now, operation.plan.ends) - operation.plan.started).total_seconds():.0f}S",
            "mode": "Incremental",
        },
    }


ROUTES = (
    Route("ResourceGroups_Get", "GET", RESOURCE_GROUP, get_group, Evidence.DOCUMENTED, "every group exists"),
    Route(
        "Deployments_CreateOrUpdate",
        "PUT",
        DEPLOYMENT,
        put_deployment,
        Evidence.SDK_SOURCE,
        "only the SDK's workspace template; of its resources the workspace and its storage are made",
    ),
    Route("Deployments_Get", "GET", DEPLOYMENT, get_deployment, Evidence.DOCUMENTED),
    Route(
        "Deployments_GetStatus",
        "GET",
        DEPLOYMENT + "/operationStatuses/<operation>",
        get_deployment_status,
        Evidence.DOCUMENTED,
    ),
    Route(
        "DeploymentOperations_List",
        "GET",
        RESOURCE_GROUP + "/deployments/<deployment>/operations",
        list_deployment_operations,
        Evidence.INFERRED,
        "empty",
    ),
)
