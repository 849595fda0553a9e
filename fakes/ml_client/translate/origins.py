"""Who made a resource, and when, as entities tell it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from azure.ai.ml.entities import SystemData

from fakes.world.identity import USER


def creation_context(
    created: datetime, modified: datetime | None = None, *, modifier: bool = True, kinds: bool = True
) -> Any:
    """Return the creation context of an entity. kinds: whether it says that these were users (recorded)."""
    told: dict[str, Any] = {"created_by": USER, "created_at": created}
    if kinds:
        told["created_by_type"] = "User"
    if modified is not None:
        told["last_modified_at"] = modified
        if modifier and kinds:
            told |= {"last_modified_by": USER, "last_modified_by_type": "User"}
    return SystemData(**told)
