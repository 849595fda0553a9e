"""What a run creates, and the two tags by which it is known again on Azure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Literal

__all__ = ["EXPIRES_TAG", "KINDS", "RUN_TAG", "CreatedResource", "ResourceKind", "read_expiry", "run_tags", "spelled"]

ResourceKind = Literal["compute", "job", "model", "endpoint", "deployment"]

KINDS: tuple[ResourceKind, ...] = ("compute", "job", "model", "endpoint", "deployment")

RUN_TAG, EXPIRES_TAG = "harness-run", "harness-expires"
"""The tags of everything that a run creates: which run it was, and from when on anybody may remove what bills."""


@dataclass(slots=True)
class CreatedResource:
    """Something that the run asked Azure to create. bills: it costs money for as long as it is there."""

    kind: ResourceKind
    name: str
    deleted: bool = False
    bills: bool = False


def run_tags(run: str, expires: datetime) -> dict[str, str]:
    """Return the tags of what a run creates."""
    return {RUN_TAG: run, EXPIRES_TAG: spelled(expires)}


def read_expiry(tags: Mapping[str, str]) -> datetime | None:
    """Return from when on a resource may be removed; None when its tag is missing or no time. A time has UTC's zone."""
    try:
        said = datetime.fromisoformat(tags[EXPIRES_TAG].strip().replace("Z", "+00:00"))
    except (KeyError, ValueError, AttributeError):
        return None
    return said if said.tzinfo is not None else said.replace(tzinfo=timezone.utc)


def spelled(instant: datetime) -> str:
    """Return an instant as tags and ledgers have it, such as 2024-05-10T12:00:00Z."""
    return instant.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
