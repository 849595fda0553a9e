"""Versioned assets of a workspace or a registry: models, data, environments, components and codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fakes.world.errors import Invalid, NotFound

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
class AssetStore:
    """All assets of one scope, in order of creation."""

    _versions: dict[str, dict[str, dict[str, AssetVersion]]] = field(
        default_factory=lambda: {kind: {} for kind in KINDS}
    )

    def put(
        self, kind: str, name: str, version: str, properties: dict[str, Any], now: datetime
    ) -> tuple[AssetVersion, bool]:
        """Create a version or update an existing one; the flag tells whether it is new.

        Invalid when an existing version would point to other content: versions are immutable.
        """
        existing = self._versions[kind].get(name, {}).get(version)
        if existing is None:
            asset = AssetVersion(kind, name, version, properties, now, now)
            self._versions[kind].setdefault(name, {})[version] = asset
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
        """Return a version, or None."""
        return self._versions[kind].get(name, {}).get(version)

    def get(self, kind: str, name: str, version: str) -> AssetVersion:
        """Return a version; NotFound when there is none."""
        asset = self.find(kind, name, version)
        if asset is None:
            raise missing_asset(f"{kind}/{name}/versions/{version}")
        return asset

    def versions(self, kind: str, name: str) -> list[AssetVersion]:
        """Return every version of `name`, newest created first; empty for an unknown name (recorded 2024-04)."""
        found = reversed(self._versions[kind].get(name, {}).values())  # of one instant, the last to come is the newest
        return sorted(found, key=lambda asset: asset.created, reverse=True)

    def latest(self, kind: str, name: str) -> AssetVersion | None:
        """Return the newest created version, which need not have the highest number (recorded 2022-08)."""
        found = self.versions(kind, name)
        return found[0] if found else None

    def names(self, kind: str) -> list[str]:
        """Return the names that have versions, in order of creation."""
        return list(self._versions[kind])

    def every(self, kind: str) -> list[AssetVersion]:
        """Return every version of every name of a kind."""
        return [asset for versions in self._versions[kind].values() for asset in versions.values()]

    def codes_with_hash(self, wanted: str) -> list[AssetVersion]:
        """Return the codes of this content, whatever their name (recorded 2026-03)."""
        return [
            code
            for code in self.every("codes")
            if (code.properties.get("properties") or {}).get("hash_sha256") == wanted
        ]

    def archive(self, kind: str, name: str, *, archived: bool) -> None:
        """Archive or restore every version of a name."""
        for asset in self.versions(kind, name):
            asset.properties["isArchived"] = archived

    def delete(self, kind: str, name: str, version: str | None = None) -> None:
        """Delete a version, or a name with all its versions; deleting what is not there changes nothing."""
        if version is None:
            self._versions[kind].pop(name, None)
            return
        self._versions[kind].get(name, {}).pop(version, None)


def in_view(assets: list[AssetVersion], view: str) -> list[AssetVersion]:
    """Filter by `listViewType`: ActiveOnly (default), ArchivedOnly or All."""
    if view == "All":
        return assets
    return [asset for asset in assets if asset.archived == (view == "ArchivedOnly")]


def missing_asset(asset_id: str) -> NotFound:
    """Return the refusal of an asset that does not exist (recorded for registry models)."""
    return NotFound(f"Could not find asset with ID: {asset_id}", code="UserError", inner=("NotFoundError",))


def next_version(versions: Sequence[AssetVersion], now: datetime) -> str:
    """Return a timestamp for components, else one more than the highest number (recorded 2024-07, 2025-11)."""
    if versions[0].kind == "components":
        return f"{now:%Y-%m-%d-%H-%M-%S}-{now.microsecond * 10:07d}"
    numbers = [int(asset.version) for asset in versions if asset.version.isdigit()]
    return str(max(numbers, default=0) + 1)
