"""The promoted model's version: the verdict in its tags, and its copy in a registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from azure.core.exceptions import AzureError, ResourceNotFoundError

from harness.errors import StepFailed, UsageError
from harness.gate.evidence.assets import asset_of
from harness.gate.rollout.records import Began
from harness.lifecycle.refusals import reason

__all__ = ["MODEL_TAG", "Registry", "model_name", "tags_of", "write_tags"]

MODEL_TAG = "gate.model_digest"
"""Says in a registry which model it is a copy of: Azure ML hands out no hash of a model's files."""


def model_name(asset_id: str) -> str:
    """Return the name in a model's id, whether Azure's or `azureml:name:version`; "" when it holds none."""
    asset = asset_of(asset_id)
    return asset.name if asset is not None else ""


def tags_of(began: Began) -> dict[str, str]:
    """Return what a promoted version says of itself."""
    return {
        "gate.verdict": began.verdict,
        "gate.evidence_sha256": began.evidence_sha256,
        "gate.policy_sha256": began.policy_sha256,
        "gate.expires": began.expires,
        MODEL_TAG: began.digest,
    }


def write_tags(client: Any, name: str, version: str, tags: Mapping[str, str]) -> None:
    """Add tags to a version, whose other tags stay, and read them back; StepFailed when they are not there."""
    try:
        model = client.models.get(name, version)
        if not tags.items() <= (model.tags or {}).items():
            model.tags = {**(model.tags or {}), **tags}
            client.models.create_or_update(model)
            model = client.models.get(name, version)
    except AzureError as error:
        raise _failed(f"the tags of model {name} version {version} cannot be written", name, error) from error
    missing = {tag for tag, value in tags.items() if (model.tags or {}).get(tag) != value}
    if missing:
        raise StepFailed(
            "tags that were written are not there",
            where=f"model {name} version {version}",
            got=f"no {', '.join(sorted(missing))}",
            expected="the tags that were sent",
            remedy="Look who else changes the model's tags, and run again.",
        )


@dataclass(frozen=True, slots=True)
class Registry:
    """A registry to share to. client: of the workspace; opened: returns a client of the registry."""

    name: str
    client: Any
    opened: Callable[[str], Any]

    def holds(self, began: Began) -> bool:
        """Return whether the model is there already; UsageError when something else is there under its name."""
        try:
            found = self.opened(self.name).models.get(began.model, began.version)
        except ResourceNotFoundError:
            return False
        except AzureError as error:
            raise _failed(f"registry {self.name} cannot be read", self.name, error) from error
        digest = (found.tags or {}).get(MODEL_TAG, "")
        if digest != began.digest:
            raise UsageError(
                f"registry {self.name} holds another model {began.model} version {began.version}",
                where=f"registry {self.name}",
                got=f"tag {MODEL_TAG} {digest or 'missing'}",
                expected=began.digest,
                remedy="Register the candidate under a version that is free there; a version is never written twice.",
            )
        return True

    def share(self, began: Began) -> str:
        """Copy the version to the registry unless it is there, and return what was done."""
        if self.holds(began):
            return f"registry {self.name} has it already"
        try:
            self.client.models.share(
                began.model,
                began.version,
                share_with_name=began.model,
                share_with_version=began.version,
                registry_name=self.name,
            )
        except AzureError as error:
            raise _failed(f"sharing to registry {self.name} failed", self.name, error) from error
        write_tags(self.opened(self.name), began.model, began.version, tags_of(began))
        return f"shared to registry {self.name} as {began.model} version {began.version}"


def _failed(what: str, where: str, error: AzureError) -> StepFailed:
    return StepFailed(
        what, where=where, got=reason(error), remedy="Correct what Azure names, and run again with --resume."
    )
