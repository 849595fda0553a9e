"""The step model: the foundation model, newest by label or a version of it, from the registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from azure.ai.ml.exceptions import ValidationException
from azure.core.exceptions import AzureError, ResourceNotFoundError

from harness.errors import ParameterError, nearest
from harness.lifecycle.refusals import reason
from harness.spec.document import ModelSection

__all__ = ["FoundationModel", "find_asset", "find_model"]

_LISTED = 2_000
"""How many assets are looked through for a similar name; the largest registry has some thousand models."""


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
    """Return an asset by version, or by the label latest; ParameterError with what there is when it is not."""
    try:
        return operations.get(name, label="latest") if version is None else operations.get(name, version)
    except (ResourceNotFoundError, ValidationException) as error:  # by version, by label (SDK source)
        versions = _listed(operations, "version", name) if version else []
        raise ParameterError(
            f"the registry has no {kind} {name}" + (f" version {version}" if version else ""),
            where=kind,
            got=reason(error),
            expected=f"one of the versions {', '.join(versions)}" if versions else "",
            nearest=() if versions else nearest(name, _listed(operations, "name")),
            remedy=f"Correct the name or the version of the {kind} in the spec.",
        ) from error


def _listed(operations: Any, attribute: str, *name: str) -> list[str]:
    """Return the names of all assets, or the versions of one, newest first; [] when they cannot be listed."""
    try:
        return [str(getattr(asset, attribute)) for asset in islice(operations.list(*name), _LISTED)]
    except AzureError:
        return []
