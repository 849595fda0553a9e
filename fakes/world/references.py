"""How jobs and deployments name an asset: by its ARM id in a workspace, its id in a registry, or in short."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.world.assets import AssetVersion, missing_asset
from fakes.world.errors import NotFound
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

_SHORT = re.compile(r"azureml:(?P<name>[^:/@]+):(?P<version>[^:/@]+)")
_CURATED = re.compile(r"azureml:(?P<name>[^:/@]+)@(?P<version>latest)")
CURATED = "AzureML-"
"""How the names of the environments begin that every workspace has without creating them (documented)."""


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


def require_named(world: World, workspace: Workspace, kind: str, reference: object) -> None:
    """Refuse an asset that does not exist, where `reference` names one; the text is that of components (recorded)."""
    text = str(reference or "")
    name, version, found = "", "", True
    if (own := _ARM.fullmatch(text)) and own["kind"].lower() == kind:
        name, version = own["name"], own["version"]
        home = world.workspace(own["subscription"], own["group"], own["workspace"])
        found = home.assets.find(kind, name, version) is not None
    elif (short := _SHORT.fullmatch(text)) and kind != "codes":
        name, version = short["name"], short["version"]
        found = workspace.assets.find(kind, name, version) is not None
    elif (shared := _REGISTRY.fullmatch(text)) and shared["by"] == "versions" and shared["kind"] == kind:
        name, version = shared["name"], shared["version"]
        found = world.registry(shared["registry"]).assets.find(kind, name, version) is not None
    if not found:
        raise _missing(text, kind, name, version)


def require_environment(world: World, workspace: Workspace, reference: object) -> None:
    """Refuse an environment that does not exist.

    The catalogue holds a selection of the curated environments, each in one version: a curated environment is refused
    where its name is known and the version is none that it can have had.
    """
    text = str(reference or "")
    found = _ARM.fullmatch(text) or _SHORT.fullmatch(text) or _REGISTRY.fullmatch(text) or _CURATED.fullmatch(text)
    if found is None:
        return
    name, version = found["name"], found["version"]
    shared = found.groupdict().get("registry")
    public = world.registry(shared or "azureml")
    if shared not in (None, "azureml") or not (shared or name.startswith(CURATED)):
        require_named(world, workspace, "environments", text)
        return
    newest = public.assets.latest("environments", name)
    if newest is None or version == "latest":
        return
    if not version.isdigit() or int(version) > int(newest.version):
        raise _missing(text, "environments", name, version)


def _missing(reference: str, kind: str, name: str, version: str) -> NotFound:
    what = kind.removesuffix("s")
    return NotFound(f"key: {reference}, Message: Not found {what} {name} (version: {version}).")
