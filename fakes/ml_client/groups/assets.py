"""What the groups of versioned assets share: models, data, environments and components."""

from __future__ import annotations

from typing import Any, ClassVar

from azure.ai.ml.constants import ListViewType
from azure.ai.ml.exceptions import ErrorTarget, ValidationErrorType
from azure.core.exceptions import ResourceNotFoundError

from fakes.ml_client.polling import OFTEN_S
from fakes.ml_client.refusals import invalid
from fakes.ml_client.scope import Group, Scope, nothing
from fakes.ml_client.translate.assets import as_container, container_id, existing, version_properties
from fakes.world.asset_rules import put_asset
from fakes.world.assets import AssetContainer, AssetVersion, Found, in_view, missing_asset
from fakes.world.promotion import put_shared
from fakes.world.registries import Registry
from fakes.world.world import Workspace


class AssetGroup(Group):
    """Reads, writes, lists and archives one kind of asset, in a workspace or a registry."""

    kind: ClassVar[str]
    entity: ClassVar[type[Any]]
    target: ClassVar[str]

    def list(self, name: str | None = None, *, list_view_type: Any = ListViewType.ACTIVE_ONLY) -> Any:
        """Return the names of assets, or the versions of one, newest first."""
        return self._list(name, list_view_type)

    def archive(self, name: str, version: str | None = None, label: str | None = None) -> None:
        """Leave a version, or all of a name, out of lists."""
        self._archive(name, version, label, archived=True)

    def restore(self, name: str, version: str | None = None, label: str | None = None) -> None:
        """Take what was archived back into lists."""
        self._archive(name, version, label, archived=False)

    def _render(self, home: Workspace | Registry, asset: AssetVersion) -> Any:
        """Return the entity of a version."""
        raise NotImplementedError

    def _operation(self, what: str) -> str:
        prefix = "Registry" if self._scope.registry_name else ""
        return f"{prefix}{self.kind.capitalize()}{what}"

    def _read(self, name: str, version: str) -> Any:
        def read() -> Any:
            home = self._scope.home()
            return self._render(home, existing(home, self.kind, name, version))

        return self._scope.ask(self._operation("Versions_Get"), "GET", read)

    def _get(self, name: str, version: str | None, label: str | None) -> Any:
        if version and label:
            raise invalid("Cannot specify both version and label.", self.target)
        if label:
            newest = self._labelled(name, label)
            return self._read(name, newest.version) if self._scope.registry_name else newest
        if not version:
            raise invalid("Must provide either version or label", self.target, ValidationErrorType.MISSING_FIELD)
        return self._read(name, version)

    def _labelled(self, name: str, label: str) -> Any:
        """Return the asset with a label; there is one label, latest."""
        where = "registry" if self._scope.registry_name else "workspace"
        if label != "latest":
            raise _no_such(f"Asset {name} with version label {label} does not exist in {where}.")

        def newest() -> Any:
            home = self._scope.home()
            found = _in_view(self._scope, home.assets.versions(self.kind, name), "ActiveOnly")
            return self._render(home, found[0]) if found else None

        asset = self._scope.ask(self._operation("Versions_List"), "GET", newest)
        if asset is None:
            home_name = self._scope.registry_name or self._scope.workspace_name
            raise _no_such(f"Asset {name} does not exist in {where} {home_name}.")
        return asset

    def _list(self, name: str | None, view: Any) -> Any:
        shown = _word(view)

        def versions() -> list[AssetVersion]:
            return _in_view(self._scope, self._scope.home().assets.versions(self.kind, name or ""), shown)

        def names() -> list[AssetContainer]:
            return _in_view(self._scope, self._scope.home().assets.containers(self.kind), shown)

        if name:
            return self._scope.paged(
                self._operation("Versions_List"),
                versions,
                lambda asset: self._render(self._scope.home(), asset),
            )
        return self._scope.paged(
            self._operation("Containers_List"),
            names,
            lambda found: as_container(self.entity, self._scope.home(), found),
        )

    def _archive(self, name: str, version: str | None, label: str | None, *, archived: bool) -> None:
        if version and label:
            raise invalid("Cannot specify both version and label.", ErrorTarget.ASSET)
        if label:
            version = self._labelled(name, label).version
        if version:
            asset = self._scope.ask(
                self._operation("Versions_Get"),
                "GET",
                lambda: existing(self._scope.home(), self.kind, name, str(version)),
            )
            self._put(name, version, dict(version_properties(asset, archived=archived)))
            return

        self._scope.ask(self._operation("Containers_Get"), "GET", lambda: self._known(name))
        sent = {"isArchived": archived}
        self._scope.ask(
            self._operation("Containers_CreateOrUpdate"),
            "PUT",
            lambda: self._scope.home().assets.put_container(self.kind, name, sent, self._scope.world.clock.now()),
        )

    def _known(self, name: str) -> AssetContainer:
        home = self._scope.home()
        found = home.assets.container(self.kind, name)
        if found is None:
            raise missing_asset(container_id(home, self.kind, name))
        return found

    def _next_version(self, name: str) -> str:
        """Return the version that a new asset of this name gets: the service counts, the SDK asks."""
        try:
            return self._scope.ask(
                self._operation("Containers_Get"),
                "GET",
                lambda: self._known(name).next_version(self._scope.world.clock.now()),
            )
        except ResourceNotFoundError:
            return "1"

    def _put(self, name: str, version: str, sent: dict[str, Any]) -> Any:
        """Send a version and return it as it is shown afterwards."""
        scope = self._scope
        operation = self._operation("Versions_CreateOrUpdate")
        if not scope.registry_name:
            return scope.send(operation, "PUT", lambda workspace: self._stored(workspace, name, version, sent))
        begun = scope.ask(
            operation, "PUT", lambda: put_shared(scope.world, scope.registry(), self.kind, name, version, sent)
        )
        scope.poller(begun, nothing, poll="AssetStore_GetOperation", every=OFTEN_S).result()
        return self._read(name, version)

    def _stored(self, workspace: Workspace, name: str, version: str, sent: dict[str, Any]) -> Any:
        asset, _ = put_asset(self._scope.world, workspace, self.kind, name, version, dict(sent))
        return self._render(workspace, asset)


def _in_view(scope: Scope, found: list[Found], view: str) -> list[Found]:
    """Filter by view; whether a registry hides archived ones is not known, and it lists them all."""
    return found if scope.registry_name else in_view(found, view)


def _word(view: Any) -> str:
    return str(getattr(view, "value", view))


def _no_such(message: str) -> Any:
    return invalid(message, ErrorTarget.ASSET, ValidationErrorType.RESOURCE_NOT_FOUND)
