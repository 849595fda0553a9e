"""What a workspace keeps of what was sent for it, and which kinds of workspaces there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fakes.world.errors import NotServed

if TYPE_CHECKING:
    from fakes.world.world import Workspace

KIND = "Default"
KEPT = (
    "hbiWorkspace",
    "imageBuildCompute",
    "publicNetworkAccess",
    "systemDatastoresAuthMode",
    "allowRoleAssignmentOnRG",
    "v1LegacyMode",
    "enableDataIsolation",
)
"""Properties that come back as they were sent; they change nothing here."""


def require_kind(kind: object) -> None:
    """Refuse to make a hub, a project or a feature store, which a workspace of the plain kind cannot stand for."""
    if str(kind or KIND).lower() != KIND.lower():
        raise NotServed(f"The local Azure ML makes no workspaces of kind {kind!r}; it makes {KIND!r}.")


def describe_workspace(workspace: Workspace, properties: Mapping[str, Any], tags: Mapping[str, str] | None) -> None:
    """Keep the words that describe a workspace and its settings; what is not sent stays as it was."""
    workspace.describe(tags, properties.get("description"), properties.get("friendlyName"))
    workspace.settings.update({name: properties[name] for name in KEPT if properties.get(name) is not None})
