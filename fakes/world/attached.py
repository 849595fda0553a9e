"""The resources that a workspace is made with: storage, secrets, telemetry and images."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakes.world.world import Workspace


def attached_resources(workspace: Workspace) -> dict[str, str]:
    """Return their ARM ids, by the names that the workspace's own properties have for them (recorded)."""
    group = f"/subscriptions/{workspace.subscription_id}/resourceGroups/{workspace.resource_group}/providers"
    suffix = workspace.storage_account[2:]
    return {
        "storageAccount": f"{group}/Microsoft.Storage/storageAccounts/{workspace.storage_account}",
        "keyVault": f"{group}/Microsoft.Keyvault/vaults/kv{suffix}",
        "applicationInsights": f"{group}/Microsoft.insights/components/ai{suffix}",
        "containerRegistry": f"{group}/Microsoft.ContainerRegistry/registries/cr{suffix}",
    }
