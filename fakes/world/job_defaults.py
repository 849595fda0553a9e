"""What the service fills into a job that does not say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_RESOURCES = {"instanceCount": 1, "instanceType": None, "shmSize": "2g"}
"""What a command runs on (documented)."""


def filled_inputs(sent: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the inputs of a job; data that was sent without a mode is mounted, as the SDK documents (inferred)."""
    inputs: Mapping[str, Mapping[str, Any]] = sent.get("inputs") or {}
    return {
        name: dict(given) if given.get("jobInputType") == "literal" else {"mode": "ReadOnlyMount", **given}
        for name, given in inputs.items()
    }


def filled_command(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return where and how a command runs (SDK source; defaults documented)."""
    return {
        "queueSettings": sent.get("queueSettings") or {"jobTier": "Null"},
        "resources": {**_RESOURCES, **(sent.get("resources") or {})},
        "distribution": sent.get("distribution"),
        "limits": sent.get("limits"),
        "environmentVariables": sent.get("environmentVariables") or {},
        "parameters": {},
    }
