"""What goes into a registry: assets published there, and models promoted from a workspace with their files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from fakes.world.asset_rules import parse_uri, published
from fakes.world.assets import AssetVersion, missing_asset
from fakes.world.operations import Operation

if TYPE_CHECKING:
    from fakes.world.datastores import Datastore
    from fakes.world.registries import Registry
    from fakes.world.world import Workspace, World


def put_shared(
    world: World, registry: Registry, kind: str, name: str, version: str, sent: Mapping[str, Any]
) -> Operation:
    """Start to publish a version of an asset in a registry."""
    registry.assets.put(kind, name, version, published(world, kind, dict(sent)), world.clock.now())
    operation = _start(world)
    operation.result = {"assetId": registry.asset_id(kind, name, version)}
    return operation


def import_asset(
    world: World, registry: Registry, source: str, name: str | None = None, version: str | None = None
) -> Operation:
    """Start to promote the asset with the id `source`, which names its workspace by guid."""
    parts = source.removeprefix("azureml://").split("/")
    if len(parts) < 8:
        raise missing_asset(source)
    workspace = world.workspace_by_id(parts[3])
    asset = workspace.assets.get(parts[4], parts[5], parts[7])
    promote(world, workspace, asset, registry, name or asset.name, version or asset.version, source)
    return _start(world)


def _start(world: World) -> Operation:
    return world.operations.start(world.ids.guid(), world.clock.now(), world.pace.of("registry.asset"))


def promote(
    world: World, workspace: Workspace, asset: AssetVersion, registry: Registry, name: str, version: str, source: str
) -> AssetVersion:
    """Copy a model with its files to a registry, where it remembers its origin (recorded: `originAssetId`).

    source: the id that the client gave, which names the workspace by its guid.
    """
    properties = {**asset.properties, "originAssetId": source, "jobName": None}
    if asset.kind == "models":
        container = f"{registry.name.lower()}-{world.ids.guid()}"
        folder = _copy_files(world, workspace, str(properties["modelUri"]), registry, container)
        host = f"https://{registry.storage_account}.blob.core.windows.net"
        properties["modelUri"] = f"{host}/{container}/{folder}"
    promoted, _ = registry.assets.put(asset.kind, name, version, properties, world.clock.now())
    return promoted


def _copy_files(world: World, workspace: Workspace, uri: str, registry: Registry, container: str) -> str:
    """Copy what is at a datastore URI into a container of the registry; returns the name of file or folder there."""
    datastore, path = parse_uri(workspace, uri)
    store, blobs = workspace.datastores[datastore], world.blobs
    path = path.rstrip("/")
    parent, _, last = path.rpartition("/")
    blobs.create_container(registry.storage_account, container)
    for name in _names(world, store, path):
        with blobs.open(blobs.existing(store.account, store.container, name)) as stream:
            target = name.removeprefix(f"{parent}/") if parent else name
            blobs.put(registry.storage_account, container, target, stream)
    return last


def _names(world: World, store: Datastore, path: str) -> Iterator[str]:
    if world.blobs.get(store.account, store.container, path):
        yield path
    marker: str | None = ""
    while marker is not None:
        page = world.blobs.list(store.account, store.container, prefix=f"{path}/", marker=marker or None)
        yield from [blob.name for blob in page.blobs]
        marker = page.next_marker
