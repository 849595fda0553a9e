"""Models, data and environments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from azure.ai.ml.entities import BuildContext, Data, Environment, Model

from fakes.ml_client.translate.origins import creation_context
from fakes.world.assets import AssetContainer, AssetVersion, missing_asset
from fakes.world.registries import Registry
from fakes.world.world import Workspace


def asset_id(home: Workspace | Registry, kind: str, name: str, version: str) -> str:
    """Return the id of an asset, in the form of the place that it lives in."""
    if isinstance(home, Registry):
        return home.asset_id(kind, name, version)
    return f"{home.arm_id}/{kind}/{name}/versions/{version}"


def container_id(home: Workspace | Registry, kind: str, name: str) -> str:
    """Return the id of a name, which stands for all its versions."""
    if isinstance(home, Registry):
        return f"azureml://registries/{home.name}/{kind}/{name}"
    return f"{home.arm_id}/{kind}/{name}"


def short_name(workspace: Workspace, reference: str | None) -> str | None:
    """Return `name:version` for the id of an asset of this workspace, and any other reference as it is."""
    parts = str(reference or "").removeprefix(workspace.arm_id + "/").split("/")
    if len(parts) == 4 and parts[2] == "versions":
        return f"{parts[1]}:{parts[3]}"
    return reference


def identity(home: Workspace | Registry, asset: AssetVersion) -> dict[str, Any]:
    """Return what every asset entity is told of itself."""
    known = asset.properties
    return {
        "id": asset_id(home, asset.kind, asset.name, asset.version),
        "name": asset.name,
        "version": asset.version,
        "description": known.get("description"),
        "tags": dict(known.get("tags") or {}),
        "properties": dict(known.get("properties") or {}),
        "creation_context": creation_context(asset.created, asset.modified, modifier=asset.kind != "data"),
    }


def as_model(home: Workspace | Registry, asset: AssetVersion) -> Any:
    """Return a model."""
    known = asset.properties
    return Model(
        **identity(home, asset),
        path=known.get("modelUri"),
        type=known.get("modelType"),
        flavors={name: flavor.get("data") for name, flavor in (known.get("flavors") or {}).items()},
        stage=known.get("stage"),
        job_name=known.get("jobName"),
    )


def model_properties(model: Any, uri: str) -> dict[str, Any]:
    """Return what is sent of a model whose files are at `uri`."""
    sent: dict[str, Any] = {
        "description": model.description,
        "tags": dict(model.tags or {}),
        "properties": dict(model.properties or {}),
        "isAnonymous": False,
        "isArchived": False,
        "modelType": model.type,
        "modelUri": uri,
    }
    if model.flavors:
        sent["flavors"] = {name: {"data": data} for name, data in model.flavors.items()}
    return sent


def as_data(home: Workspace | Registry, asset: AssetVersion) -> Any:
    """Return a data asset."""
    known = asset.properties
    return Data(**identity(home, asset), path=known.get("dataUri"), type=known.get("dataType"))


def data_properties(data: Any, uri: str) -> dict[str, Any]:
    """Return what is sent of a data asset whose files are at `uri`."""
    return {
        "description": data.description,
        "tags": dict(data.tags or {}),
        "properties": dict(data.properties or {}),
        "isAnonymous": False,
        "isArchived": False,
        "dataType": data.type,
        "dataUri": uri,
    }


def as_environment(home: Workspace | Registry, asset: AssetVersion) -> Any:
    """Return an environment; one of a workspace has a label among its properties (recorded)."""
    known, told = asset.properties, identity(home, asset)
    if isinstance(home, Workspace):
        told["properties"] = told["properties"] or {"azureml.labels": ""}
    build = known.get("build")
    conda = known.get("condaFile")
    return Environment(
        **told,
        image=known.get("image"),
        build=BuildContext(path=build.get("contextUri"), dockerfile_path=build.get("dockerfilePath"))
        if build
        else None,
        conda_file=yaml.safe_load(conda) if conda else None,
        os_type=known.get("osType") or "Linux",
        inference_config=known.get("inferenceConfig"),
    )


def environment_sent(environment: Any, context_uri: str | None) -> dict[str, Any]:
    """Return what is sent of an environment whose build context, if it has one, is at `context_uri`."""
    sent: dict[str, Any] = {"isAnonymous": False, "isArchived": False}
    if environment.conda_file:
        sent["condaFile"] = yaml.safe_dump(dict(environment.conda_file), sort_keys=True)
    if environment.build:
        sent["build"] = {"contextUri": context_uri, "dockerfilePath": environment.build.dockerfile_path}
    named = {
        "image": environment.image,
        "osType": environment.os_type,
        "tags": dict(environment.tags or {}),
        "inferenceConfig": environment.inference_config,
        "description": environment.description,
        "properties": dict(environment.properties or {}),
    }
    return sent | {name: value for name, value in named.items() if value}


def as_container(entity: type[Any], home: Workspace | Registry, found: AssetContainer) -> Any:
    """Return a name with its newest version, as lists of names show it; the SDK keeps nothing else of it."""
    versions, sent = found.newest_first(), found.properties
    modified = max((asset.modified for asset in versions), default=found.modified)
    told: dict[str, Any] = {"name": found.name, "creation_context": creation_context(found.created, modified)}
    if found.kind != "data":
        told["id"] = container_id(home, found.kind, found.name)
    else:
        told["type"] = sent.get("dataType") or (versions[0].properties.get("dataType") if versions else None)
    container = entity(**told)
    container.latest_version = versions[0].version if versions else None
    return container


def existing(home: Workspace | Registry, kind: str, name: str, version: str) -> AssetVersion:
    """Return a version of an asset; NotFound names its id (recorded)."""
    asset = home.assets.find(kind, name, version)
    if asset is None:
        raise missing_asset(asset_id(home, kind, name, version))
    return asset


def version_properties(asset: AssetVersion, *, archived: bool) -> Mapping[str, Any]:
    """Return what is sent to archive or restore a version: all of it again."""
    return {**asset.properties, "isArchived": archived}
