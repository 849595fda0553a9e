"""The id of a model, as Azure ML spells it in a workspace, in a registry or in short."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Asset", "asset_of"]

_ASSET = re.compile(r"(?:^azureml:|/models/)(?P<name>[^/:]+)(?:/versions/|:)(?P<version>[^/:]+)$")


class Asset(NamedTuple):
    """A version of a model, without where it is."""

    name: str
    version: str


def asset_of(model: str) -> Asset | None:
    """Return name and version of an asset id; None for what is none."""
    found = _ASSET.search(model)
    return Asset(found["name"], found["version"]) if found else None
