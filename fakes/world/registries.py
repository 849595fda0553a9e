"""Registries: assets shared between workspaces, filled from the catalogue of an era."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fakes.catalogue import Catalogue, RegistryComponent, RegistryEnvironment, RegistryModel
from fakes.world.assets import AssetStore, AssetVersion
from fakes.world.ids import Ids

PRIMARY_REGION = "eastus"
REGIONS = ("eastus", "eastus2", "northcentralus", "southcentralus", "swedencentral", "westeurope", "westus", "westus3")
"""Where the public registries can be used from; the set is inferred."""


@dataclass(slots=True)
class Registry:
    """A registry. Its subscription and group are Azure's own for the public ones."""

    name: str
    registry_id: str
    subscription_id: str
    resource_group: str
    primary_region: str
    regions: tuple[str, ...]
    storage_account: str
    assets: AssetStore = field(default_factory=AssetStore)
    components: dict[tuple[str, str], RegistryComponent] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def asset_id(self, kind: str, name: str, version: str) -> str:
        """Return the `azureml://registries/...` id of an asset."""
        return f"azureml://registries/{self.name}/{kind}/{name}/versions/{version}"


def create_registry(
    name: str, ids: Ids, *, subscription_id: str, resource_group: str, region: str, regions: tuple[str, ...]
) -> Registry:
    """Return a new, empty registry of a user's own."""
    return Registry(
        name=name,
        registry_id=ids.guid(),
        subscription_id=subscription_id,
        resource_group=resource_group,
        primary_region=region,
        regions=regions,
        storage_account="reg" + ids.hex(12),
    )


def open_registry(catalogue: Catalogue, name: str, ids: Ids) -> Registry:
    """Return the public registry `name` as it stood in the catalogue's era."""
    registry = Registry(
        name=name,
        registry_id=ids.guid(),
        subscription_id=ids.guid(),
        resource_group=f"rg-{name}",
        primary_region=PRIMARY_REGION,
        regions=REGIONS,
        storage_account="reg" + ids.hex(12),
    )
    for model in catalogue.models:
        if model.registry == name:
            _add(registry, "models", model.name, model.version, model, _model_properties(registry, model))
    for component in catalogue.components:
        if component.registry == name:
            registry.components[component.name, component.version] = component
            _add(registry, "components", component.name, component.version, component, _component_shell(component))
    for environment in catalogue.environments:
        if environment.registry == name:
            properties = environment_properties(environment)
            _add(registry, "environments", environment.name, environment.version, environment, properties)
    return registry


def _add(
    registry: Registry,
    kind: str,
    name: str,
    version: str,
    entry: RegistryModel | RegistryComponent | RegistryEnvironment,
    properties: dict[str, Any],
) -> None:
    registry.assets.put(kind, name, version, properties, entry.created)


def _model_properties(registry: Registry, model: RegistryModel) -> dict[str, Any]:
    return {
        "description": model.description,
        "tags": dict(model.tags),
        "properties": dict(model.properties),
        "isArchived": model.archived,
        "isAnonymous": False,
        "flavors": dict(model.flavors),
        "modelType": model.model_type,
        "modelUri": (
            f"https://{registry.storage_account}.blob.core.windows.net/"
            f"{registry.name}-{model.name.lower().replace('_', '-')}-{model.version}/mlflow_model_folder"
        ),
        "jobName": None,
    }


def _component_shell(component: RegistryComponent) -> dict[str, Any]:
    return {
        "description": component.description,
        "tags": {},
        "properties": {},
        "isArchived": False,
        "isAnonymous": False,
    }


def environment_properties(environment: RegistryEnvironment) -> dict[str, Any]:
    """Return the properties of a curated environment."""
    return {
        "description": None,
        "tags": {},
        "properties": {},
        "isArchived": False,
        "isAnonymous": False,
        "environmentType": "Curated",
        "image": environment.image,
        "condaFile": "",
        "osType": "Linux",
    }


def component_of(registry: Registry, asset: AssetVersion) -> RegistryComponent | None:
    """Return the catalogue's interface of a component version, None for one that a user published."""
    return registry.components.get((asset.name, asset.version))
