"""Registries as ARM resources: found and created there, used through their data plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Route
from fakes.emulator.services.arm import PROVIDER
from fakes.emulator.services.lro import operation_url
from fakes.emulator.services.registries import REGISTRY
from fakes.emulator.wire import json_reply
from fakes.world.errors import Invalid
from fakes.world.registries import Registry, create_registry

if TYPE_CHECKING:
    from fakes.emulator.call import Call


def get_one(call: Call) -> Reply:
    """Return a registry's ARM resource (recorded 2022-09)."""
    return json_reply(200, _render(call, call.world.registry(call.params["registry"])))


def put_one(call: Call) -> Reply:
    """Create a registry, or change its regions and tags: 202 and a status URL of its own (SDK source)."""
    world, name = call.world, call.params["registry"]
    region = str(call.json.get("location") or "").replace(" ", "").lower()
    if not region:
        raise Invalid("The 'location' property is required.", code="LocationRequired")
    details = call.properties.get("regionDetails") or [{"location": region}]
    regions = tuple(str(detail["location"]).replace(" ", "").lower() for detail in details)
    registry = world.registries.get(name.lower())
    if registry is None:
        registry = create_registry(
            name,
            world.ids,
            subscription_id=call.params["subscription"],
            resource_group=call.params["group"],
            region=region,
            regions=regions,
        )
        world.registries[name.lower()] = registry
    registry.regions, registry.tags = regions, dict(call.json.get("tags") or {})
    now, seconds = world.clock.now(), world.pace.of("registry.create")
    operation = world.operations.start(world.ids.guid(), now, seconds, running="InProgress")
    reply = json_reply(202, _render(call, registry))
    url = operation_url(call, region, "registryOperationsStatus", operation.id, signed=False)
    reply.headers["Azure-AsyncOperation"] = url + "&type=async"
    return reply


def _render(call: Call, registry: Registry) -> dict[str, Any]:
    group = f"/subscriptions/{registry.subscription_id}/resourceGroups/{registry.resource_group}"
    region, arm_id = registry.primary_region, f"{group}/providers/{PROVIDER}/registries/{registry.name}"
    api = f"https://{region}.api.azureml.ms"
    return {
        "tags": registry.tags,
        "location": region,
        "identity": {"type": "SystemAssigned", "tenantId": call.world.identity.application.tenant_id},
        "id": arm_id,
        "name": registry.name,
        "type": f"{PROVIDER}/registries",
        "properties": {
            "regionDetails": [
                {"location": name, "storageAccountDetails": [], "acrDetails": []} for name in registry.regions
            ],
            "intellectualPropertyPublisher": None,
            "publicNetworkAccess": "Enabled",
            "discoveryUrl": f"{api}/registrymanagement/v1.0/registries/{registry.name}/discovery",
            "managedResourceGroup": {"resourceId": group},
            "managedResourceGroupTags": {},
            "mlFlowRegistryUri": f"{api.replace('https', 'azureml')}/mlflow/v1.0{arm_id}",
        },
        "systemData": None,
    }


ROUTES = (
    Route("Registries_Get", "GET", REGISTRY, get_one, Evidence.RECORDED, "storage details empty"),
    Route("Registries_CreateOrUpdate", "PUT", REGISTRY, put_one, Evidence.SDK_SOURCE, "the 202 body is inferred"),
)
