"""What a contract test is about: one Azure ML and its clients, whoever is behind them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from functools import cached_property
from typing import Any

from harness.lifecycle.clients import Clients


class Subject:
    """An Azure ML with a workspace and the public registries. `azure` is the double: emulator or fake."""

    def __init__(self, azure: Any, clients: Clients | None = None) -> None:
        self.azure = azure
        self.clock = azure.clock
        self.faults = azure.faults
        self._clients = clients or Clients()

    @cached_property
    def workspace(self) -> Any:
        """A client of the first workspace."""
        return self.client(self.azure.workspace_name)

    @cached_property
    def registry(self) -> Any:
        """A client of the registry `azureml`."""
        return self.registry_called("azureml")

    def client(self, workspace: str, group: str | None = None) -> Any:
        """Return a client of a workspace of the subscription."""
        azure = self.azure
        return self._clients.ml(self._credential, azure.subscription_id, group or azure.resource_group, workspace)

    def registry_called(self, name: str) -> Any:
        """Return a client of a registry."""
        return self._clients.ml(self._credential, registry_name=name)

    def sign_in_again(self) -> None:
        """Let the next clients be new ones: azure-core renews tokens by the real clock, and here days pass at once."""
        for made in ("workspace", "registry"):
            self.__dict__.pop(made, None)

    def neighbour(self, region: str = "eastus2") -> Any:
        """Create a second workspace in the same group, and return a client of it."""
        self.azure.world.create_workspace(self.azure.subscription_id, self.azure.resource_group, "other", region)
        return self.client("other")

    def paused(self) -> AbstractContextManager[Any]:
        """Let nobody but this thread be answered: the SDK's pollers, which would move the clock, wait."""
        return self.azure.world.lock  # type: ignore[no-any-return]

    def now(self) -> datetime:
        """Return the virtual instant."""
        return self.clock.now()  # type: ignore[no-any-return]

    @property
    def _credential(self) -> Any:
        return self._clients.credential or self.azure.credential
