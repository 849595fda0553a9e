"""Where the operations of a client take place: a workspace, or a registry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from azure.core.paging import ItemPaged
from azure.core.polling import LROPoller

from fakes.ml_client.line import Line
from fakes.ml_client.not_doubled import why_missing
from fakes.ml_client.polling import OFTEN_S, OperationPolling, WorldPoller
from fakes.world.operations import Operation
from fakes.world.registries import Registry
from fakes.world.world import Workspace, World

T = TypeVar("T")
Item = TypeVar("Item")

PAGE = 30
"""Items of a page, as many as the service sends."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The ids that a client was given, and its line to the world. registry_name: None for a client of a workspace."""

    line: Line
    subscription_id: str
    resource_group: str
    workspace_name: str | None
    registry_name: str | None
    credential: Any

    @property
    def world(self) -> World:
        """The world at the other end of the line."""
        return self.line.world

    def workspace(self, name: str | None = None) -> Workspace:
        """Return the workspace, or another one of its group; NotFound when there is none."""
        return self.world.workspace(self.subscription_id, self.resource_group, name or self.workspace_name or "None")

    def registry(self) -> Registry:
        """Return the registry; Forbidden when there is none."""
        return self.world.registry(self.registry_name or "")

    def home(self) -> Workspace | Registry:
        """Return what the client's assets live in."""
        return self.registry() if self.registry_name else self.workspace()

    def send(self, operation: str, method: str, action: Callable[[Workspace], T]) -> T:
        """Let `action` happen to the workspace, as one exchange."""
        return self.line.send(operation, method, lambda: action(self.workspace()))

    def ask(self, operation: str, method: str, action: Callable[[], T]) -> T:
        """Let `action` happen, as one exchange."""
        return self.line.send(operation, method, action)

    def region(self) -> str:
        """Ask for the workspace's region, as the SDK does before many a request."""
        return self.send("Workspaces_Get", "GET", lambda workspace: workspace.region)

    def paged(self, operation: str, find: Callable[[], Sequence[Item]], render: Callable[[Item], T]) -> ItemPaged[T]:
        """Return the items that `find` finds, asked for page by page while they are read."""

        def page(token: str | None) -> tuple[int, list[T], int]:
            start = int(token or 0)

            def cut() -> tuple[int, list[T], int]:
                found = find()
                return start, [render(item) for item in found[start : start + PAGE]], len(found)

            return self.ask(operation, "GET", cut)

        def extract(cut: tuple[int, list[T], int]) -> tuple[str | None, Any]:
            start, items, total = cut
            return (str(start + PAGE) if start + PAGE < total else None), iter(items)

        return ItemPaged(page, extract)

    def poller(
        self,
        operation: Operation | None,
        result: Callable[[], T],
        *,
        poll: str = "OperationsStatus_Get",
        every: float = OFTEN_S,
    ) -> LROPoller[T]:
        """Return a poller of an operation; None for one that has nothing to wait for."""
        return WorldPoller(OperationPolling(self.line, operation, poll, every, result))


class Group:
    """Base of the operation groups of a client; `sdk_name` is its attribute there. What is not doubled says so."""

    sdk_name: ClassVar[str]

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(why_missing(f"{self.sdk_name}.{name}"))


def nothing() -> None:
    """Return the result of an operation that has none."""
