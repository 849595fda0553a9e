"""How clients find a world's first workspace: the variables and the config.json that they look for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakes.world.world import World


def environment_of(world: World) -> Mapping[str, str]:
    """Return the variables that `DefaultAzureCredential` and this harness read."""
    application, home = world.identity.application, world.home
    return {
        "AZURE_TENANT_ID": application.tenant_id,
        "AZURE_CLIENT_ID": application.client_id,
        "AZURE_CLIENT_SECRET": application.client_secret,
        "AZURE_SUBSCRIPTION_ID": home.subscription_id,
        "AZURE_RESOURCE_GROUP": home.resource_group,
        "AZUREML_WORKSPACE_NAME": home.name,
    }


def write_config(world: World, folder: Path | str) -> Path:
    """Write the `config.json` that `MLClient.from_config` looks for, and return its path."""
    path, home = Path(folder) / "config.json", world.home
    values = {
        "subscription_id": home.subscription_id,
        "resource_group": home.resource_group,
        "workspace_name": home.name,
    }
    path.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    return path
