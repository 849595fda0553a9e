"""How programs find a world: the names of its first workspace, the variables and the config.json they look for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakes.world.clock import VirtualClock
    from fakes.world.faults import Faults
    from fakes.world.quotas import Quotas
    from fakes.world.world import World


class Surroundings:
    """What is the same of every way to reach a world in this process."""

    def __init__(self, world: World) -> None:
        self.world = world

    @property
    def clock(self) -> VirtualClock:
        """Virtual time: `now()`, `slept`, `advance(seconds)`."""
        return self.world.clock

    @property
    def faults(self) -> Faults:
        """What is to go wrong, and when."""
        return self.world.faults

    @property
    def quotas(self) -> Quotas:
        """How many cores may be used: `set(family, limit)`."""
        return self.world.quotas

    @property
    def subscription_id(self) -> str:
        """The subscription of the first workspace."""
        return self.world.home.subscription_id

    @property
    def resource_group(self) -> str:
        """The resource group of the first workspace."""
        return self.world.home.resource_group

    @property
    def workspace_name(self) -> str:
        """The name of the first workspace."""
        return self.world.home.name

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that `DefaultAzureCredential` and this harness read, for the first workspace."""
        application = self.world.identity.application
        return {
            "AZURE_TENANT_ID": application.tenant_id,
            "AZURE_CLIENT_ID": application.client_id,
            "AZURE_CLIENT_SECRET": application.client_secret,
            "AZURE_SUBSCRIPTION_ID": self.subscription_id,
            "AZURE_RESOURCE_GROUP": self.resource_group,
            "AZUREML_WORKSPACE_NAME": self.workspace_name,
        }

    @property
    def workspace_ids(self) -> Mapping[str, str]:
        """What tells the first workspace, as a config.json and the harness's spec name it."""
        return {
            "subscription_id": self.subscription_id,
            "resource_group": self.resource_group,
            "workspace_name": self.workspace_name,
        }

    def write_config(self, folder: Path | str) -> Path:
        """Write the `config.json` that `MLClient.from_config` looks for, and return its path."""
        path = Path(folder) / "config.json"
        path.write_text(json.dumps(self.workspace_ids, indent=2) + "\n", encoding="utf-8")
        return path
