"""Registries as an era's catalogue fills them."""

from __future__ import annotations

import pytest
from fine_tuning import catalogue

from fakes.world.ids import Ids
from fakes.world.registries import REGIONS, Registry, component_of, open_registry

MODEL = "Phi-3-mini-4k-instruct"


def _open(era: str = "2024-04", name: str = "azureml") -> Registry:
    return open_registry(catalogue(era), name, Ids(0))


@pytest.mark.parametrize(("era", "version"), [("2024-04", "5"), ("2024-12", "14"), ("2025-03", "15")])
def test_the_latest_model_is_the_era_s(era: str, version: str) -> None:
    """Each era has the versions that had been published by then."""
    latest = _open(era).assets.latest("models", MODEL)

    assert latest is not None
    assert latest.version == version


def test_a_retired_model_is_archived() -> None:
    """In 2026-07 the model is still there and archived."""
    found = _open("2026-07").assets.latest("models", MODEL)

    assert found is not None
    assert found.archived


def test_assets_are_as_old_as_on_azure() -> None:
    """A model's date of creation is that of the catalogue, so `latest` is decided by it."""
    created = {entry.version: entry.created for entry in catalogue().models if entry.name == MODEL}

    assert {asset.version: asset.created for asset in _open().assets.versions("models", MODEL)} == created


def test_a_registry_holds_only_its_own() -> None:
    """The components of `azureml-meta` carry its name in their ids."""
    meta = _open(name="azureml-meta")
    asset = meta.assets.latest("components", "chat_completion_pipeline")

    assert asset is not None
    assert component_of(meta, asset).registry == "azureml-meta"  # type: ignore[union-attr]


def test_ids_of_assets() -> None:
    """An asset's id names registry, kind, name and version (recorded)."""
    expected = "azureml://registries/azureml/models/m/versions/1"

    assert _open().asset_id("models", "m", "1") == expected


def test_a_published_component_has_no_interface_here() -> None:
    """A component that a user publishes is not described by the catalogue."""
    registry = _open()
    asset, _ = registry.assets.put("components", "mine", "1", {}, catalogue().opened)

    assert component_of(registry, asset) is None


def test_public_registries_serve_many_regions() -> None:
    """The first region is the primary one, and the workspace's is among them."""
    registry = _open()

    assert (registry.primary_region, registry.regions) == ("eastus", REGIONS)
    assert "eastus2" in REGIONS
