"""`compute` of a client."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from azure.core.polling import LROPoller

from fakes.ml_client.polling import SELDOM_S
from fakes.ml_client.refusals import not_done_here
from fakes.ml_client.scope import Group, nothing
from fakes.ml_client.translate.computes import as_compute, as_size, compute_body, usages
from fakes.world.compute import Compute, delete_compute, get_compute, put_compute
from fakes.world.world import Workspace

_POLL = "ComputeOperationsStatus_Get"


class ComputeGroup(Group):
    """`client.compute`: clusters; other kinds of compute are not made here."""

    sdk_name = "compute"

    def get(self, name: str) -> Any:
        """Return a cluster; ResourceNotFoundError, without a body, when there is none."""
        return self._scope.send("Compute_Get", "GET", lambda workspace: self._named(workspace, name))

    def list(self, *, compute_type: str | None = None) -> Any:
        """Return the computes of the workspace, or those of one type."""
        wanted = compute_type and compute_type.lower()

        def found() -> Sequence[Compute]:
            every = self._scope.workspace().computes.values()
            return [compute for compute in every if wanted in (None, compute.compute_type.lower())]

        return self._scope.paged(
            "Compute_List", found, lambda compute: as_compute(self._scope.world, self._scope.workspace(), compute)
        )

    def list_sizes(self, *, location: str | None = None, compute_type: str | None = None) -> Sequence[Any]:
        """Return the VM sizes of a region, by default the workspace's."""
        if not location:
            self._scope.region()
        wanted = compute_type and compute_type.lower()
        sizes = self._scope.ask("VirtualMachineSizes_List", "GET", lambda: self._scope.world.catalogue.vm_sizes)
        return [
            as_size(size) for size in sizes if wanted is None or wanted in (kind.lower() for kind in size.compute_types)
        ]

    def list_usage(self, *, location: str | None = None) -> Any:
        """Return the core quota of every family of VMs."""
        if not location:
            self._scope.region()
        world, subscription = self._scope.world, self._scope.subscription_id
        return iter(self._scope.ask("Usages_List", "GET", lambda: usages(world, subscription)))

    def begin_create_or_update(self, compute: Any) -> LROPoller[Any]:
        """Start to create a cluster or to change it."""
        if str(compute.type).lower() != "amlcompute":
            raise not_done_here(f"a compute of type {compute.type}: it makes clusters (AmlCompute) only")
        if not compute.location:
            compute.location = self._scope.region()
        return self._put(compute)

    def begin_attach(self, compute: Any) -> LROPoller[Any]:
        """Start to attach a compute, which is the same request."""
        return self.begin_create_or_update(compute)

    def begin_update(self, compute: Any) -> LROPoller[Any]:
        """Start to change a cluster."""
        return self._put(compute)

    def begin_delete(self, name: str, *, action: str = "Delete") -> LROPoller[None]:
        """Start to delete a cluster."""
        if action not in ("Delete", "Detach"):
            raise ValueError(f"action is {action!r}; expected 'Delete' or 'Detach'")
        scope = self._scope
        operation = scope.send(
            "Compute_Delete", "DELETE", lambda workspace: delete_compute(scope.world, workspace, name)
        )
        return scope.poller(operation, nothing, poll=_POLL, every=SELDOM_S)

    def _put(self, compute: Any) -> LROPoller[Any]:
        scope, name, body, tags = self._scope, compute.name, compute_body(compute), dict(compute.tags or {})
        _, operation = scope.send(
            "Compute_CreateOrUpdate",
            "PUT",
            lambda home: put_compute(scope.world, home, name, compute.location or home.region, body, tags),
        )
        return scope.poller(operation, lambda: self.get(name), poll=_POLL, every=SELDOM_S)

    def _named(self, workspace: Workspace, name: str) -> Any:
        return as_compute(self._scope.world, workspace, get_compute(workspace, name))
