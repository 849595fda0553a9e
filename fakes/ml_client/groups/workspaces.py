"""`workspaces`, `datastores` and `registries` of a client."""

from __future__ import annotations

from typing import Any

import azure.ai.ml
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.core.polling import LROPoller

from fakes.ml_client.polling import SELDOM_S
from fakes.ml_client.refusals import invalid, not_done_here
from fakes.ml_client.scope import Group, nothing
from fakes.ml_client.translate.workspaces import as_datastore, as_registry, as_workspace
from fakes.world.datastores import Datastore
from fakes.world.errors import Invalid, NotFound
from fakes.world.operations import Operation
from fakes.world.world import Workspace


class WorkspaceGroup(Group):
    """`client.workspaces`."""

    sdk_name = "workspaces"

    def get(self, name: str | None = None) -> Any:
        """Return a workspace of the client's group, by default its own."""
        scope = self._scope
        return scope.ask("Workspaces_Get", "GET", lambda: as_workspace(scope.world, scope.workspace(name)))

    def list(self, *, scope: str = "resource_group", filtered_kinds: Any = None) -> Any:
        """Return the workspaces of the client's group, or of its subscription."""
        if filtered_kinds not in (None, "default", ["default"]):
            raise not_done_here("filtered_kinds other than 'default'")
        whole = scope == "subscription"
        name = "Workspaces_ListBySubscription" if whole else "Workspaces_ListByResourceGroup"
        return self._scope.paged(
            name,
            lambda: [found for found in self._scope.world.workspaces() if self._mine(found, whole)],
            lambda workspace: as_workspace(self._scope.world, workspace),
        )

    def begin_create(self, workspace: Any, update_dependent_resources: bool = False) -> LROPoller[Any]:
        """Start to create a workspace, or change the one of its name."""
        try:
            existing = self.get(workspace.name)
        except HttpResponseError:
            existing = None
        if existing is not None:
            workspace.tags = {**(existing.tags or {}), **(workspace.tags or {})}
            return self.begin_update(workspace, update_dependent_resources=update_dependent_resources)
        scope = self._scope
        operation = scope.ask("Deployments_CreateOrUpdate", "PUT", lambda: self._create(workspace))
        return scope.poller(operation, lambda: self.get(workspace.name), poll="Deployments_GetStatus", every=SELDOM_S)

    def begin_update(self, workspace: Any, *, update_dependent_resources: bool = False) -> LROPoller[Any]:
        """Change the tags and the description of a workspace."""
        scope, name = self._scope, workspace.name
        existing = self.get(name)
        for resource in ("container_registry", "application_insights"):
            wanted = getattr(workspace, resource)
            if wanted not in (None, getattr(existing, resource)) and not update_dependent_resources:
                message = f"Updating {resource} of a workspace needs update_dependent_resources=True."
                raise invalid(message, "Workspace")

        told = (workspace.tags, workspace.description, workspace.display_name)
        scope.ask("Workspaces_Update", "PATCH", lambda: scope.workspace(name).describe(*told))
        return scope.poller(None, lambda: self.get(name))

    def begin_delete(
        self, name: str, *, delete_dependent_resources: bool, permanently_delete: bool = False
    ) -> LROPoller[None]:
        """Delete a workspace with everything in it."""
        del delete_dependent_resources, permanently_delete  # nothing is kept, and nothing outlives it
        scope = self._scope
        workspace = scope.ask("Workspaces_Get", "GET", lambda: scope.workspace(name))
        scope.ask("Workspaces_Delete", "DELETE", lambda: scope.world.delete_workspace(workspace))
        return scope.poller(None, nothing)

    def _create(self, workspace: Any) -> Operation:
        if not workspace.location:
            raise Invalid("The 'location' property is required.", code="LocationRequired")
        scope, world = self._scope, self._scope.world
        made = world.create_workspace(
            scope.subscription_id,
            workspace.resource_group or scope.resource_group,
            workspace.name,
            workspace.location.replace(" ", "").lower(),
        )
        tags = {"createdByToolkit": f"sdk-v2-{azure.ai.ml.__version__}", **(workspace.tags or {})}
        # the SDK fills in both names
        made.describe(tags, workspace.description or workspace.name, workspace.display_name or workspace.name)
        seconds = world.pace.of("workspace.create")
        return world.operations.start(world.ids.guid(), world.clock.now(), seconds, running="Running")

    def _mine(self, workspace: Workspace, whole_subscription: bool) -> bool:
        scope = self._scope
        in_group = workspace.resource_group.lower() == scope.resource_group.lower()
        return workspace.subscription_id.lower() == scope.subscription_id.lower() and (whole_subscription or in_group)


class DatastoreGroup(Group):
    """`client.datastores`: the two blob datastores that a workspace is born with."""

    sdk_name = "datastores"

    def get(self, name: str, *, include_secrets: bool = False) -> Any:
        """Return a datastore."""
        return self._shown("Datastores_Get", lambda workspace: _named(workspace, name), include_secrets)

    def get_default(self, *, include_secrets: bool = False) -> Any:
        """Return the default datastore."""
        return self._shown("Datastores_List", _default, include_secrets)

    def list(self, *, include_secrets: bool = False) -> Any:
        """Return the datastores."""
        scope = self._scope
        return scope.paged(
            "Datastores_List",
            lambda: list(scope.workspace().datastores.values()),
            lambda found: as_datastore(scope.world, scope.workspace(), found, secrets=include_secrets),
        )

    def _shown(self, operation: str, find: Any, secrets: bool) -> Any:
        scope = self._scope
        shown = scope.send(operation, "GET", lambda home: as_datastore(scope.world, home, find(home), secrets=secrets))
        if secrets:
            scope.send("Datastores_ListSecrets", "POST", find)
        return shown


class RegistryGroup(Group):
    """`client.registries`."""

    sdk_name = "registries"

    def get(self, name: str | None = None) -> Any:
        """Return a registry, by default the client's own."""
        scope = self._scope
        wanted = name or scope.registry_name
        if not wanted:
            raise ResourceNotFoundError("The client has no registry, and none is named.")
        return scope.ask("Registries_Get", "GET", lambda: as_registry(scope.world, scope.world.registry(wanted)))


def _named(workspace: Workspace, name: str) -> Datastore:
    found = workspace.datastores.get(name)
    if found is None:
        raise NotFound(f"Could not find datastore: {name}", code="UserError", inner=("NotFoundError",))
    return found


def _default(workspace: Workspace) -> Datastore:
    return next(found for found in workspace.datastores.values() if found.is_default)
