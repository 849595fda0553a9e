"""Asset containers: the name under which versions of an asset stand, in a workspace or a registry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fakes.emulator.services.arm import system_data
from fakes.world.assets import AssetContainer, missing_asset


def render(container_id: str, type_name: str, found: AssetContainer | None, now: datetime) -> dict[str, Any]:
    """Return the resource of a container, which need not have versions (recorded); NotFound when there is none."""
    if found is None:
        raise missing_asset(container_id)
    sent, versions = found.properties, found.newest_first()
    newest = versions[0].properties if versions else {}
    return {
        "id": container_id,
        "name": found.name,
        "type": type_name,
        "properties": {
            "description": sent.get("description", newest.get("description")),
            "tags": sent.get("tags") or {},
            "properties": sent.get("properties") or {},
            "isArchived": found.archived,
            "latestVersion": versions[0].version if versions else None,
            "nextVersion": found.next_version(now),
            "provisioningState": "Succeeded",
            **({"dataType": sent.get("dataType") or newest.get("dataType")} if found.kind == "data" else {}),
        },
        "systemData": system_data(found.created, max((asset.modified for asset in versions), default=found.modified)),
    }
