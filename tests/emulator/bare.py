"""Bare requests to a local Azure ML, to see the answers that the SDK hides."""

from __future__ import annotations

from typing import Any

import requests

from fakes.emulator import Emulator

ARM = "https://management.azure.com"
PROVIDER = "Microsoft.MachineLearningServices"


def workspace_id(azure: Emulator) -> str:
    """Return the ARM id of the first workspace."""
    group = f"/subscriptions/{azure.subscription_id}/resourceGroups/{azure.resource_group}"
    return f"{group}/providers/{PROVIDER}/workspaces/{azure.workspace_name}"


def location_id(azure: Emulator) -> str:
    """Return the ARM id of the workspace's location."""
    return f"/subscriptions/{azure.subscription_id}/providers/{PROVIDER}/locations/eastus2"


def history(azure: Emulator, path: str) -> str:
    """Return a URL of run history, below the workspace: `/runs/{id}`."""
    return f"https://eastus2.api.azureml.ms/history/v1.0{workspace_id(azure)}{path}"


def bearer(azure: Emulator, scope: str = f"{ARM}/.default") -> dict[str, str]:
    """Return the header that carries a token of the emulator's credential."""
    return {"Authorization": f"Bearer {azure.credential.get_token(scope).token}"}


def ask(
    azure: Emulator,
    method: str,
    path: str,
    body: Any = None,
    *,
    version: str | None = "2024-10-01",
    headers: dict[str, str] | None = None,
) -> requests.Response:
    """Ask for a URL, or for what is below the workspace: `/computes/gpu`."""
    url = path if path.startswith("https://") else f"{ARM}{workspace_id(azure)}{path}"
    return requests.request(
        method,
        url,
        params={"api-version": version} if version else None,
        headers=bearer(azure) if headers is None else headers,
        json=body,
        timeout=5,
    )
