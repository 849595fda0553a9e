"""Registries: their discovery and their data plane."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Handler, Route
from fakes.emulator.services import asset_containers
from fakes.emulator.services.arm import GROUP, PROVIDER, page, system_data
from fakes.emulator.services.lro import accepted_registry_asset
from fakes.emulator.services.specs import component_spec
from fakes.emulator.services.upload_references import blob_reference, signed_reference, temporary_reference
from fakes.emulator.wire import json_reply
from fakes.world.assets import AssetContainer, AssetVersion, in_view, missing_asset
from fakes.world.errors import Conflict, NotServed
from fakes.world.promotion import import_asset, put_shared
from fakes.world.registries import Registry, component_of

if TYPE_CHECKING:
    from fakes.emulator.call import Call

REGISTRY = f"{GROUP}/registries/<registry>"
DATA_PLANE = "/mferp/managementfrontend" + REGISTRY
_COMMON = ("description", "tags", "properties", "isArchived", "isAnonymous")
_BLOB = re.compile(r"https://(?P<account>[a-z0-9]+)\.blob\.core\.windows\.net(?::443)?/(?P<container>[^/]+).*")
KINDS = ("models", "components", "environments", "data", "codes")


def discover(call: Call) -> Reply:
    """Tell where a registry's data plane is (recorded 2024-04)."""
    registry = call.world.registry(call.params["registry"])
    regions = {region: {"uri": f"https://{region}.api.azureml.ms"} for region in registry.regions}
    return json_reply(
        200,
        {
            "registryId": registry.registry_id,
            "registryName": registry.name,
            "tenantId": call.world.identity.application.tenant_id,
            "primaryRegion": registry.primary_region,
            "regions": list(registry.regions),
            "subscriptionId": registry.subscription_id,
            "resourceGroup": registry.resource_group,
            "workspaceName": None,
            "primaryRegionResourceProviderUri": f"https://cert-{registry.primary_region}.experiments.azureml.net/",
            "registryFqdns": regions,
            "intellectualPropertyPublisher": None,
        },
    )


def render(registry: Registry, asset: AssetVersion) -> dict[str, Any]:
    """Return an asset as the data plane shows it: a model under its own name, others under their version."""
    is_model = asset.kind == "models"
    return {
        "id": registry.asset_id(asset.kind, asset.name, asset.version),
        "name": asset.name if is_model else asset.version,
        "type": "models" if is_model else f"{PROVIDER}/registries/{asset.kind}/versions",
        "properties": _properties(registry, asset),
        "systemData": system_data(asset.created, asset.modified),
    }


def _properties(registry: Registry, asset: AssetVersion) -> dict[str, Any]:
    """Return the properties; what they have in common with those of a workspace comes first, in its order."""
    known = dict(asset.properties)
    if asset.kind == "components" and (component := component_of(registry, asset)):
        known["componentSpec"] = component_spec(component)
    common = {name: known[name] for name in _COMMON if name in known}
    return common | known


def _find(call: Call, kind: str) -> tuple[Registry, AssetVersion]:
    registry = call.world.registry(call.params["registry"])
    name, version = call.params["name"], call.params["version"]
    asset = registry.assets.find(kind, name, version)
    if asset is None:
        raise missing_asset(registry.asset_id(kind, name, version))
    return registry, asset


def _get(kind: str) -> Handler:
    def get(call: Call) -> Reply:
        registry, asset = _find(call, kind)
        return json_reply(200, render(registry, asset))

    return get


def _list(kind: str) -> Handler:
    def list_versions(call: Call) -> Reply:
        registry = call.world.registry(call.params["registry"])
        # archived versions are listed too unless a view is asked for: whether Azure hides them is not known
        found = in_view(registry.assets.versions(kind, call.params["name"]), call.query("listViewType", "All"))
        return page(call, found, lambda asset: render(registry, asset))

    return list_versions


def _container(call: Call, registry: Registry, kind: str, found: AssetContainer | None) -> dict[str, Any]:
    name = found.name if found else call.params["name"]
    container_id = f"azureml://registries/{registry.name}/{kind}/{name}"
    return asset_containers.render(container_id, f"{PROVIDER}/registries/{kind}", found, call.world.clock.now())


def _get_container(kind: str) -> Handler:
    def get(call: Call) -> Reply:
        registry = call.world.registry(call.params["registry"])
        return json_reply(200, _container(call, registry, kind, registry.assets.container(kind, call.params["name"])))

    return get


def _list_containers(kind: str) -> Handler:
    def list_names(call: Call) -> Reply:
        registry = call.world.registry(call.params["registry"])
        found = registry.assets.containers(kind)
        return page(call, found, lambda container: _container(call, registry, kind, container))

    return list_names


def _put(kind: str) -> Handler:
    def put(call: Call) -> Reply:
        registry = call.world.registry(call.params["registry"])
        name, version = call.params["name"], call.params["version"]
        operation = put_shared(call.world, registry, kind, name, version, call.properties)
        return accepted_registry_asset(registry.primary_region, operation)

    return put


def get_upload_reference(call: Call) -> Reply:
    """Return a container with a SAS for a new asset; 409 for one that exists (SDK source: the upload is skipped)."""
    registry = call.world.registry(call.params["registry"])
    kind, name, version = _asset_of(str(call.json.get("assetId", "")))
    if kind and registry.assets.find(kind, name, version) is not None:
        raise Conflict(f"Asset {registry.asset_id(kind, name, version)} already exists.", code="UserError")
    reference = blob_reference(call, registry, f"{registry.name.lower()}-{call.world.ids.guid()}")
    return json_reply(200, temporary_reference(reference, call.world.ids.guid()))


def get_download_reference(call: Call) -> Reply:
    """Return the container of an asset with a SAS; refuses what the catalogue describes and nobody stored."""
    registry = call.world.registry(call.params["registry"])
    found = _BLOB.fullmatch(str(call.json.get("blobUri") or ""))
    if found is None or found["account"] != registry.storage_account:
        raise missing_asset(str(call.json.get("assetId") or ""))
    if not call.world.blobs.has_container(registry.storage_account, found["container"]):
        raise NotServed(f"The local Azure ML knows {call.params['name']} by name; it holds no files of it.")
    reference = signed_reference(call, registry, found["container"])
    return json_reply(200, {"blobReferenceForConsumption": {**reference, "blobUri": found[0]}})


def import_one(call: Call) -> Reply:
    """Promote a workspace's model to the registry."""
    registry = call.world.registry(call.params["registry"])
    sent = call.properties
    source = str(sent.get("sourceAssetId", ""))
    operation = import_asset(call.world, registry, source, sent.get("destinationName"), sent.get("destinationVersion"))
    return accepted_registry_asset(registry.primary_region, operation)


def _asset_of(asset_id: str) -> tuple[str, str, str]:
    parts = asset_id.removeprefix("azureml://registries/").split("/")
    return (parts[1], parts[2], parts[4]) if len(parts) == 5 else ("", "", "")


def _routes(kind: str) -> tuple[Route, ...]:
    title = kind.capitalize()
    read = Evidence.RECORDED if kind in ("models", "components", "codes") else Evidence.INFERRED
    listed = Evidence.RECORDED if kind == "models" else Evidence.SDK_SOURCE
    name, version = f"{DATA_PLANE}/{kind}/<name>", f"{DATA_PLANE}/{kind}/<name>/versions/<version>"
    return (
        Route(f"Registry{title}Versions_Get", "GET", version, _get(kind), read),
        Route(f"Registry{title}Versions_List", "GET", f"{name}/versions", _list(kind), listed),
        Route(f"Registry{title}Versions_CreateOrUpdate", "PUT", version, _put(kind), Evidence.RECORDED),
        Route(f"Registry{title}Containers_Get", "GET", name, _get_container(kind), Evidence.INFERRED),
        Route(
            f"Registry{title}Containers_List", "GET", f"{DATA_PLANE}/{kind}", _list_containers(kind), Evidence.INFERRED
        ),
    )


ROUTES = (
    *(route for kind in KINDS for route in _routes(kind)),
    Route(
        "RegistryTempDataRefs_CreateOrGet",
        "PUT",
        DATA_PLANE + "/tempdatarefs/<name>/versions/<version>",
        get_upload_reference,
        Evidence.RECORDED,
        "the 409 is read off the SDK",
    ),
    Route(
        "RegistryDataReferences_GetBlobReferenceSas",
        "POST",
        DATA_PLANE + "/datarefs/<name>/versions/<version>",
        get_download_reference,
        Evidence.SDK_SOURCE,
        "models of the catalogue have no files: 501",
    ),
    Route("Registry_Import", "POST", DATA_PLANE + "/import", import_one, Evidence.RECORDED),
)

DISCOVERY_ROUTES = (
    Route(
        "Registry_Discover",
        "GET",
        "/registrymanagement/v1.0/registries/<registry>/discovery",
        discover,
        Evidence.RECORDED,
    ),
)
