"""What came of an operation, in a form in which two doubles can be compared: a result or a refusal, without chance."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Outcome", "observe"]

_SHOWN: Mapping[str, tuple[str, ...]] = {
    "AmlCompute": ("name", "provisioning_state", "size", "tier", "min_instances", "max_instances", "location"),
    "Command": ("name", "status", "display_name", "experiment_name", "description", "tags", "type"),
    "ManagedOnlineDeployment": (
        "name",
        "endpoint_name",
        "provisioning_state",
        "instance_type",
        "instance_count",
        "tags",
        "model",
        "liveness_probe.initial_delay",
        "request_settings.request_timeout_ms",
    ),
    "ManagedOnlineEndpoint": (
        "name",
        "provisioning_state",
        "auth_mode",
        "description",
        "tags",
        "traffic",
        "mirror_traffic",
        "scoring_uri",
        "location",
    ),
    "Model": ("name", "version", "type", "stage", "description", "tags", "path", "job_name"),
}
"""What is compared of an entity: what a user reads off it, and what neither chance nor the clock decides."""

_CHANCE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=LocalUpload/)[0-9a-f]{32,64}")
"""Identifiers that the service makes up, and the SDK's digest of what was uploaded, which is a name and no promise."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result by its summary, or a refusal by its class, status and code."""

    result: Any = None
    refused: str = ""
    status: int | None = None
    code: str | None = None

    @property
    def is_missing(self) -> bool:
        """Whether it was a 404."""
        return self.status == 404


def observe(action: Callable[[], Any]) -> Outcome:
    """Do something and tell what came of it."""
    try:
        return Outcome(_summary(action()))
    except AssertionError:
        raise
    except Exception as error:
        code = getattr(getattr(error, "error", None), "code", None)
        return Outcome(refused=type(error).__name__, status=getattr(error, "status_code", None), code=code)


def _summary(value: Any) -> Any:
    if isinstance(value, str):
        return _CHANCE.sub("*", str(getattr(value, "value", value)))
    if value is None or isinstance(value, bool | int | float | Outcome):
        return value
    if isinstance(value, Mapping):
        return {key: _summary(inner) for key, inner in value.items()}
    shown = _SHOWN.get(type(value).__name__)
    if shown is not None:
        return {name: _summary(_read(value, name)) for name in shown}
    if isinstance(value, Iterable):
        return [_summary(inner) for inner in value]
    raise AssertionError(f"nothing is known of how to compare a {type(value).__name__}")


def _read(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = getattr(value, name, None)
    return value
