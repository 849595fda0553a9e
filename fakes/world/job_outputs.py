"""The outputs that a job declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class JobOutput:
    """A declared output, the `uri` that a client wants for it and, once it is written, where it lies on a datastore."""

    kind: str
    mode: str | None = None
    asset_name: str | None = None
    asset_version: str | None = None
    uri: str | None = None
    datastore: str = ""
    path: str = ""


def declared(outputs: Mapping[str, Any]) -> dict[str, JobOutput]:
    """Return the outputs of a job as they were sent."""
    return {
        name: JobOutput(
            kind=str(given.get("jobOutputType") or "uri_folder"),
            mode=given.get("mode"),
            asset_name=given.get("assetName"),
            asset_version=given.get("assetVersion"),
            uri=given.get("uri"),
        )
        for name, given in outputs.items()
    }


def named_of_node(outputs: Mapping[str, Any]) -> dict[str, JobOutput]:
    """Return the outputs of a pipeline's node that become assets; members are in snake case (SDK source)."""
    return {
        name: JobOutput(
            kind=str(given.get("job_output_type") or "uri_folder"),
            mode=given.get("mode"),
            asset_name=given["name"],
            asset_version=given.get("version"),
            uri=given.get("uri"),
        )
        for name, given in outputs.items()
        if isinstance(given, Mapping) and given.get("name")
    }
