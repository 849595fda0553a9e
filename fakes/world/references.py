"""How a deployment names an asset: the ARM id of one in a workspace, or the id of one in a registry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.world.assets import AssetVersion, missing_asset
from fakes.world.registries import Registry

if TYPE_CHECKING:
    from fakes.world.world import Workspace, World

_ARM = re.compile(
    r"(?:azureml:)?/subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)"
    r"/providers/Microsoft\.MachineLearningServices/workspaces/(?P<workspace>[^/]+)"
    r"/(?P<kind>[a-z]+)/(?P<name>[^/]+)/versions/(?P<version>[^/]+)",
    re.IGNORECASE,
)
_REGISTRY = re.compile(
    r"azureml://registries/(?P<registry>[^/]+)/(?P<kind>[a-z]+)/(?P<name>[^/]+)"
    r"/(?P<by>versions|labels)/(?P<version>[^/]+)"
)


@dataclass(frozen=True, slots=True)
class Referenced:
    """An asset and where it lives."""

    asset: AssetVersion
    home: Workspace | Registry


def find_asset(world: World, kind: str, reference: str) -> Referenced:
    """Return the asset that `reference` names; NotFound otherwise, in the words of registries (recorded).

    kind: "models", "environments" or "codes". A registry's asset may be named by the label `latest`.
    """
    home: Workspace | Registry
    asset: AssetVersion | None = None
    if (found := _ARM.fullmatch(reference)) and found["kind"].lower() == kind:
        home = world.workspace(found["subscription"], found["group"], found["workspace"])
        asset = home.assets.find(kind, found["name"], found["version"])
    elif (found := _REGISTRY.fullmatch(reference)) and found["kind"] == kind:
        home = world.registry(found["registry"])
        if found["by"] == "versions":
            asset = home.assets.find(kind, found["name"], found["version"])
        elif found["version"] == "latest":
            asset = home.assets.latest(kind, found["name"])
    if asset is None:
        raise missing_asset(reference)
    return Referenced(asset, home)
