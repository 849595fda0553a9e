"""Asset containers: the name under which versions of an asset stand, in a workspace or a registry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fakes.emulator.services.arm import system_data
from fakes.world.assets import AssetVersion, missing_asset, next_version


def container(container_id: str, type_name: str, versions: Sequence[AssetVersion], now: datetime) -> dict[str, Any]:
    """Return the resource of a container from its versions, newest first; NotFound when there are none."""
    if not versions:
        raise missing_asset(container_id)
    newest = versions[0]
    return {
        "id": container_id,
        "name": newest.name,
        "type": type_name,
        "properties": {
            "description": newest.properties.get("description"),
            "tags": {},
            "properties": {},
            "isArchived": all(asset.archived for asset in versions),
            "latestVersion": newest.version,
            "nextVersion": next_version(versions, now),
            "provisioningState": "Succeeded",
            **({"dataType": newest.properties.get("dataType")} if newest.kind == "data" else {}),
        },
        "systemData": system_data(versions[-1].created, newest.modified),
    }
