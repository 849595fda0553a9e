"""Versioned assets of a workspace or a registry: models, data, environments, components and codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from fakes.world.errors import Invalid, NotFound

Found = TypeVar("Found", "AssetVersion", "AssetContainer")

DEFAULT_VERSION = "azureml_default"
"""The version that the SDK asks for where a component is named without one (SDK source; the newest, inferred)."""

KINDS = ("models", "data", "environments", "components", "codes")

_FIXED = {
    "models": ("modelUri", "modelType"),
    "data": ("dataUri", "dataType"),
    "environments": (),
    "components": (),
    "codes": (),
}
"""Properties of an existing version that a PUT may not change (documented for data, inferred for models)."""


@dataclass(slots=True)
class AssetVersion:
    """One version of an asset; `properties` are those of its ARM resource."""

    kind: str
    name: str
    version: str
    properties: dict[str, Any]
    created: datetime
    modified: datetime

    @property
    def archived(self) -> bool:
        """Whether lists of active versions leave it out."""
        return bool(self.properties.get("isArchived"))

    @property
    def tags(self) -> Mapping[str, str]:
        """The version's tags."""
        return self.properties.get("tags") or {}


@dataclass(slots=True)
class AssetContainer:
    """A name of an asset, which may be there before its first version (recorded); `properties` were sent for it."""

    kind: str
    name: str
    created: datetime
    modified: datetime
    properties: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, AssetVersion] = field(default_factory=dict)

    def newest_first(self) -> list[AssetVersion]:
        """Return the versions, newest created first."""
        found = reversed(self.versions.values())  # of one instant, the last to come is the newest
        return sorted(found, key=lambda asset: asset.created, reverse=True)

    @property
    def archived(self) -> bool:
        """Whether lists of active names leave it out: every version is archived, or the empty name itself."""
        if not self.versions:
            return bool(self.properties.get("isArchived"))
        return all(asset.archived for asset in self.versions.values())

    def next_version(self, now: datetime) -> str:
        """Return a timestamp for components, else one more than the highest number (recorded 2024-07, 2025-11)."""
        if self.kind == "components":
            return f"{now:%Y-%m-%d-%H-%M-%S}-{now.microsecond * 10:07d}"
        numbers = [int(version) for version in self.versions if version.isdigit()]
        return str(max(numbers, default=0) + 1)


@dataclass(slots=True)
class AssetStore:
    """All assets of one scope, in order of creation."""

    _containers: dict[str, dict[str, AssetContainer]] = field(default_factory=lambda: {kind: {} for kind in KINDS})

    def put(
        self, kind: str, name: str, version: str, properties: dict[str, Any], now: datetime
    ) -> tuple[AssetVersion, bool]:
        """Create a version or update an existing one; the flag tells whether it is new.

        Invalid when an existing version would point to other content: versions are immutable.
        """
        existing = self.find(kind, name, version)
        if existing is None:
            asset = AssetVersion(kind, name, version, properties, now, now)
            container = self._containers[kind].setdefault(name, AssetContainer(kind, name, now, now))
            container.versions[version] = asset
            return asset, True
        for fixed in _FIXED[kind]:
            if properties.get(fixed) != existing.properties.get(fixed):
                raise Invalid(
                    f"A {kind.removesuffix('s')} version with this name and version already exists. If you are trying "
                    f"to create a new version, use a different name or version. {name}:{version} has {fixed} "
                    f"{existing.properties.get(fixed)!r}, which cannot be changed; only tags, description, and "
                    "isArchived can be updated.",
                    inner=("BadArgument", "VersionIsImmutable"),
                )
        existing.properties = {**existing.properties, **properties}
        existing.modified = now
        return existing, False

    def find(self, kind: str, name: str, version: str) -> AssetVersion | None:
        """Return a version, or None; the newest of a component for the version that stands for its default one."""
        if kind == "components" and version == DEFAULT_VERSION:
            return self.latest(kind, name)
        container = self.container(kind, name)
        return container.versions.get(version) if container else None

    def container(self, kind: str, name: str) -> AssetContainer | None:
        """Return what stands under a name, or None."""
        return self._containers[kind].get(name)

    def put_container(
        self, kind: str, name: str, properties: dict[str, Any], now: datetime
    ) -> tuple[AssetContainer, bool]:
        """Create a name without versions, or describe an existing one; the flag tells whether it is new.

        The versions are archived and restored with their name (inferred).
        """
        found = self._containers[kind].get(name)
        container = self._containers[kind].setdefault(name, AssetContainer(kind, name, now, now))
        container.properties, container.modified = {**container.properties, **properties}, now
        for asset in container.versions.values():
            asset.properties["isArchived"] = bool(properties.get("isArchived"))
        return container, found is None

    def get(self, kind: str, name: str, version: str) -> AssetVersion:
        """Return a version; NotFound when there is none."""
        asset = self.find(kind, name, version)
        if asset is None:
            raise missing_asset(f"{kind}/{name}/versions/{version}")
        return asset

    def versions(self, kind: str, name: str) -> list[AssetVersion]:
        """Return every version of `name`, newest created first; empty for an unknown name (recorded 2024-04)."""
        container = self.container(kind, name)
        return container.newest_first() if container else []

    def latest(self, kind: str, name: str) -> AssetVersion | None:
        """Return the newest created version, which need not have the highest number (recorded 2022-08)."""
        found = self.versions(kind, name)
        return found[0] if found else None

    def containers(self, kind: str) -> list[AssetContainer]:
        """Return every name of a kind, in order of creation."""
        return list(self._containers[kind].values())

    def every(self, kind: str) -> list[AssetVersion]:
        """Return every version of every name of a kind."""
        return [asset for container in self.containers(kind) for asset in container.versions.values()]

    def codes_with_hash(self, wanted: str) -> list[AssetVersion]:
        """Return the codes of this content, whatever their name (recorded 2026-03)."""
        return [
            code
            for code in self.every("codes")
            if (code.properties.get("properties") or {}).get("hash_sha256") == wanted
        ]

    def delete(self, kind: str, name: str, version: str | None = None) -> None:
        """Delete a version, or a name with all its versions; deleting what is not there changes nothing."""
        if version is None:
            self._containers[kind].pop(name, None)
        elif name in self._containers[kind]:
            self._containers[kind][name].versions.pop(version, None)


def in_view(assets: list[Found], view: str) -> list[Found]:
    """Filter by `listViewType`: ActiveOnly (default), ArchivedOnly or All."""
    if view == "All":
        return assets
    return [asset for asset in assets if asset.archived == (view == "ArchivedOnly")]


def missing_asset(asset_id: str) -> NotFound:
    """Return the refusal of an asset that does not exist (recorded for registry models)."""
    return NotFound(f"Could not find asset with ID: {asset_id}", code="UserError", inner=("NotFoundError",))
