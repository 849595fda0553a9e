"""Registries as ARM resources: found and created there, used through their data plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Route
from fakes.emulator.services.arm import GROUP, PROVIDER, page
from fakes.emulator.services.lro import operation_url
from fakes.emulator.services.registries import REGISTRY
from fakes.emulator.wire import empty_reply, json_reply
from fakes.world.errors import Invalid
from fakes.world.ids import guid_of
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
    return _accepted(call, json_reply(202, _render(call, registry)), region)


def _render(call: Call, registry: Registry) -> dict[str, Any]:
    group = f"/subscriptions/{registry.subscription_id}/resourceGroups/{registry.resource_group}"
    region, arm_id = registry.primary_region, f"{group}/providers/{PROVIDER}/registries/{registry.name}"
    api = f"https://{region}.api.azureml.ms"
    managed = (
        f"/subscriptions/{registry.subscription_id}/resourceGroups/azureml-rg-{registry.name}_{registry.registry_id}"
    )
    return {
        "tags": registry.tags,
        "location": region,
        "identity": {
            "type": "SystemAssigned",
            "principalId": guid_of("principal", registry.registry_id),
            "tenantId": call.world.identity.application.tenant_id,
        },
        "id": arm_id,
        "name": registry.name,
        "type": f"{PROVIDER}/registries",
        "properties": {
            "regionDetails": [_region(registry, managed, name) for name in registry.regions],
            "intellectualPropertyPublisher": None,
            "publicNetworkAccess": "Enabled",
            "discoveryUrl": f"{api}/registrymanagement/v1.0/registries/{registry.name}/discovery",
            "managedResourceGroup": {"resourceId": managed},
            "managedResourceGroupTags": {},
            "mlFlowRegistryUri": f"{api.replace('https', 'azureml')}/mlflow/v1.0{arm_id}",
        },
        "systemData": None,
    }


def _region(registry: Registry, managed: str, region: str) -> dict[str, Any]:
    """Return what the service made in a region: a storage account and a container registry (recorded 2022-09)."""
    stem = registry.name[:5].lower()
    storage = registry.storage_account
    if region != registry.primary_region:
        storage = stem + guid_of("storage", registry.registry_id, region).replace("-", "")[:19]
    images = stem + guid_of("images", registry.registry_id, region).replace("-", "")[:19]
    made_storage = {
        "storageAccountName": storage,
        "storageAccountType": "standard_lrs",
        "storageAccountHnsEnabled": False,
        "armResourceId": {"resourceId": f"{managed}/providers/Microsoft.Storage/storageAccounts/{storage}"},
    }
    made_images = {
        "acrAccountName": images,
        "acrAccountSku": "Premium",
        "armResourceId": {"resourceId": f"{managed}/providers/Microsoft.ContainerRegistry/registries/{images}"},
    }
    return {
        "location": region,
        "storageAccountDetails": [_made("StorageAccount", made_storage)],
        "acrDetails": [_made("AcrAccount", made_images)],
    }


def _made(what: str, made: dict[str, Any]) -> dict[str, Any]:
    others = (f"existing{what}", f"new{what}", f"userCreated{what}")
    return {**dict.fromkeys(others), f"systemCreated{what}": made}


def list_all(call: Call) -> Reply:
    """Return the registries of a group, or of the subscription."""
    group = call.params.get("group")
    found = [
        registry
        for registry in call.world.registries.values()
        if registry.subscription_id.lower() == call.params["subscription"].lower()
        and (group is None or registry.resource_group.lower() == group.lower())
    ]
    return page(call, found, lambda registry: _render(call, registry))


def delete_one(call: Call) -> Reply:
    """Delete a registry at once; the operation that says so is that of its creation (inferred)."""
    registry = call.world.registries.pop(call.params["registry"].lower(), None)
    if registry is None:
        return empty_reply(204)
    return _accepted(call, empty_reply(202), registry.primary_region)


def _accepted(call: Call, reply: Reply, region: str) -> Reply:
    world = call.world
    now, seconds = world.clock.now(), world.pace.of("registry.create")
    operation = world.operations.start(world.ids.guid(), now, seconds, running="InProgress")
    url = operation_url(call, region, "registryOperationsStatus", operation.id, signed=False)
    reply.headers["Azure-AsyncOperation"] = url + "&type=async"
    return reply


_GROUPED = f"{GROUP}/registries"
_ALL = f"/subscriptions/<subscription>/providers/{PROVIDER}/registries"

ROUTES = (
    Route("Registries_Get", "GET", REGISTRY, get_one, Evidence.RECORDED, "one storage account and one ACR a region"),
    Route("Registries_List", "GET", _GROUPED, list_all, Evidence.DOCUMENTED),
    Route("Registries_ListBySubscription", "GET", _ALL, list_all, Evidence.DOCUMENTED),
    Route("Registries_Delete", "DELETE", REGISTRY, delete_one, Evidence.INFERRED, "gone at once"),
    Route("Registries_CreateOrUpdate", "PUT", REGISTRY, put_one, Evidence.SDK_SOURCE, "the 202 body is inferred"),
)
