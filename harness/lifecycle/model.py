"""Step 2, model: the foundation model, newest by label or a version of it, from the registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from azure.core.exceptions import AzureError

from harness.errors import ParameterError, nearest
from harness.lifecycle.refusals import reason
from harness.spec.document import ModelSection

__all__ = ["FoundationModel", "find_asset", "find_model"]

_NAMES_READ = 2_000
"""How many names of a registry are looked through for a similar one; the largest has some thousand models."""


@dataclass(frozen=True, slots=True)
class FoundationModel:
    """A registry model; its id is the job's input, its tags say how and where it may be fine-tuned."""

    name: str
    version: str
    id: str
    tags: Mapping[str, str]

    @property
    def facts(self) -> Mapping[str, str]:
        """What to tell about it."""
        return {"name": self.name, "version": self.version, "id": self.id}


def find_model(registry: Any, section: ModelSection) -> FoundationModel:
    """Return the model that the spec names; ParameterError with similar names when there is none."""
    found = find_asset(registry.models, "model", section.name, section.version)
    return FoundationModel(found.name, str(found.version), found.id, dict(found.tags or {}))


def find_asset(operations: Any, kind: str, name: str, version: str | None) -> Any:
    """Return an asset by version, or by the label latest; ParameterError when there is none."""
    try:
        if version is None:
            return operations.get(name, label="latest")
        return operations.get(name, version)
    except AzureError as error:
        if getattr(error, "status_code", 404) != 404:
            raise
        raise ParameterError(
            f"the registry has no {kind} {name}" + (f" version {version}" if version else ""),
            got=reason(error),
            nearest=_similar(operations, name),
            remedy=f"Correct the name or the version of the {kind} in the spec.",
        ) from error


def _similar(operations: Any, name: str) -> tuple[str, ...]:
    try:
        return nearest(name, {asset.name for asset in islice(operations.list(), _NAMES_READ)})
    except AzureError:
        return ()
