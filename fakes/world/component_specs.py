"""What the service makes of a component's spec: one order of members, scalars as strings, a curated image pinned."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fakes.world.world import World

_FIRST = ("name", "version", "display_name", "is_deterministic", "type", "description", "tags", "inputs", "outputs")
_LAST = ("code", "environment", "resources", "command", "$schema")
_CURATED = re.compile(r"azureml:(?P<name>AzureML-[^:@/]+)(?::(?P<version>[^:@/]+)|@latest)")


def component_spec(spec: dict[str, Any]) -> dict[str, Any]:
    """Return a spec as the service rewrites it: scalars as strings, `optional` on every input (recorded)."""
    kept = {key: value for key, value in spec.items() if key != "_source"}
    wire: dict[str, Any] = _texts(kept)
    for given in (wire.get("inputs") or {}).values():
        if isinstance(given, dict):
            given.setdefault("optional", "False")
    if wire.get("type") == "command":
        wire.setdefault("resources", {"instance_count": "1"})
    return ordered(wire)


def pin_environment(world: World, spec: dict[str, Any]) -> None:
    """Replace the short name of a curated environment by its id in the registry `azureml` (recorded 2023-10)."""
    found = _CURATED.fullmatch(str(spec.get("environment") or ""))
    if found is None:
        return
    registry, name = world.registry("azureml"), found["name"]
    latest = registry.assets.latest("environments", name)
    version = found["version"] or (latest.version if latest else None)
    if version and registry.assets.find("environments", name, version):
        spec["environment"] = registry.asset_id("environments", name, version)


def ordered(wire: dict[str, Any]) -> dict[str, Any]:
    """Return the members in the service's order (recorded); those that are not in recordings stand in the middle."""
    between = [key for key in wire if key not in _FIRST and key not in _LAST]
    return {key: wire[key] for key in (*_FIRST, *between, *_LAST) if key in wire}


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_texts(inner) for inner in value]
    return value if value is None or isinstance(value, str) else str(value)
