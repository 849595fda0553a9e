"""A model that is shared through a registry."""

from __future__ import annotations

import pytest
from fine_tuning import new_world, upload

from fakes.world.asset_rules import put_asset
from fakes.world.assets import AssetVersion
from fakes.world.errors import Invalid
from fakes.world.promotion import promote
from fakes.world.world import World

SOURCE = "azureml://locations/eastus2/workspaces/guid/models/m/versions/1"


@pytest.fixture
def world() -> World:
    """A world with a model of two files in its workspace."""
    world = new_world()
    for name in ("models/m/MLmodel", "models/m/data/weights", "models/mm/other"):
        upload(world, world.home, name, name.encode())
    return world


def _promote(world: World, path: str = "models/m") -> AssetVersion:
    uri = f"azureml://datastores/workspaceblobstore/paths/{path}"
    asset, _ = put_asset(world, world.home, "models", "m", "1", {"modelUri": uri, "jobName": "job"})
    return promote(world, world.home, asset, world.registry("azureml"), "shared", "7", SOURCE)


def _files(world: World, asset: AssetVersion) -> dict[str, bytes]:
    account = world.registry("azureml").storage_account
    container = asset.properties["modelUri"].split("/")[3]
    found = world.blobs.list(account, container).blobs
    return {blob.name: world.blobs.open(blob).read() for blob in found}


def test_the_registry_has_files_of_its_own(world: World) -> None:
    """The files are copied to the registry's storage, under the name of the folder, and no others."""
    expected = {"m/MLmodel": b"models/m/MLmodel", "m/data/weights": b"models/m/data/weights"}

    assert _files(world, _promote(world)) == expected


def test_a_single_file_is_copied_too(world: World) -> None:
    """A model may be one file."""
    asset = _promote(world, "models/mm/other")

    assert _files(world, asset) == {"other": b"models/mm/other"}
    assert asset.properties["modelUri"].endswith("/other")


def test_it_remembers_its_origin_and_forgets_the_job(world: World) -> None:
    """The registry's model names where it came from, and no job (recorded)."""
    properties = _promote(world).properties

    assert (properties["originAssetId"], properties["jobName"]) == (SOURCE, None)


def test_a_shared_version_is_not_overwritten(world: World) -> None:
    """Sharing under a name and version that exist is refused: versions are immutable."""
    _promote(world)

    with pytest.raises(Invalid, match="already exists"):
        _promote(world)


def test_the_workspace_keeps_its_model(world: World) -> None:
    """Sharing changes nothing in the workspace."""
    _promote(world)

    model = world.home.assets.get("models", "m", "1")
    assert model.properties["jobName"] == "job"
    assert model.properties["modelUri"].endswith("/datastores/workspaceblobstore/paths/models/m")
