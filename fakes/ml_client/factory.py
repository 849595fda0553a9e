"""What stands where code has the class `MLClient`."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from azure.ai.ml.exceptions import ErrorTarget

from fakes.ml_client.client import FakeMLClient
from fakes.ml_client.line import Line
from fakes.ml_client.refusals import invalid


class ClientFactory:
    """Stands in for the class `MLClient` itself: called, and asked `from_config`, it makes clients of one world."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def __call__(
        self,
        credential: Any,
        subscription_id: str | None = None,
        resource_group_name: str | None = None,
        workspace_name: str | None = None,
        registry_name: str | None = None,
        *,
        show_progress: bool = True,
        enable_telemetry: bool = True,
    ) -> FakeMLClient:
        """Return a client. Nothing is shown and nothing is told to anybody, whatever is asked for."""
        del show_progress, enable_telemetry
        if credential is None:
            raise ValueError("credential can not be None")
        return FakeMLClient(
            self._line,
            subscription_id=subscription_id,
            resource_group_name=resource_group_name,
            workspace_name=workspace_name,
            registry_name=registry_name,
            credential=credential,
        )

    def from_config(
        self,
        credential: Any,
        *,
        path: os.PathLike[str] | str | None = None,
        file_name: str | None = None,
        show_progress: bool = True,
        enable_telemetry: bool = True,
    ) -> FakeMLClient:
        """Return a client of the workspace that a config.json names, here or in a folder above."""
        found = _find_config(Path(path or "."), [file_name] if file_name else ["config.json", "project.json"])
        ids = _read_config(found)
        return self(credential, *ids, show_progress=show_progress, enable_telemetry=enable_telemetry)


def _find_config(start: Path, names: Sequence[str]) -> Path:
    """Return the first file of these names in a folder, in `.azureml` or `aml_config` of it, or above."""
    if start.is_file():
        return start
    resolved = start.resolve()
    for below in (".azureml", "aml_config", ""):
        for name in names:
            for folder in (resolved, *resolved.parents):
                if (folder / below / name).is_file():
                    return folder / below / name
    raise invalid(
        f"We could not find config.json in: {start} or in its parent directories. Please provide the full path to "
        "the config file or ensure that config.json exists in the parent directories.",
        ErrorTarget.GENERAL,
    )


def _read_config(path: Path) -> tuple[str, str, str]:
    config = json.loads(path.read_text(encoding="utf-8"))
    scope = config.get("Scope")
    if scope:
        parts = scope.split("/")
        return parts[2], parts[4], parts[8]
    names = ("subscription_id", "resource_group", "workspace_name")
    if not all(name in config for name in names):
        raise invalid(
            f"The config file found in: {path} does not seem to contain the required parameters. "
            "Please make sure it contains your subscription_id, resource_group and workspace_name.",
            ErrorTarget.GENERAL,
        )
    return config["subscription_id"], config["resource_group"], config["workspace_name"]
