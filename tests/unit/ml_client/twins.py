"""The same steps on the double and, through the real SDK, on the emulator: what came out, ready to be compared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any
from unittest.mock import patch

from azure.ai.ml import MLClient
from azure.ai.ml.constants._endpoint import EndpointInvokeFields
from azure.ai.ml.entities._builders import BaseNode
from azure.core.exceptions import AzureError

from fakes.emulator import Emulator
from fakes.ml_client import FakeAzure
from harness.lifecycle.watching import sdk_muted

_MADE_UP = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<guid>"),
    (re.compile(r"\b(st|reg|kv|cr|ai)[0-9a-f]{12}\b"), r"\1<hex>"),
    (re.compile(r"[0-9a-f]{64}"), "<digest>"),
    (re.compile(r"[0-9a-f]{32}"), "<hex>"),
    (re.compile(r"[0-9a-f]{26}"), "<hex>"),
    (re.compile(r'"(operation|request)": "[0-9a-f]{16,32}"'), r'"\1": "<hex>"'),
)
_ORIGIN = ("created_at", "created_by_type", "last_modified_at")
_GIT = ("mlflow.source.git", "azureml.git")
"""What the SDK adds to a job's properties: the state of the folder that it was sent from."""
_UNTOLD = frozenset(("base_path", "print_as_yaml", "kwargs", "created_on"))
"""What entities have of the machine they are on, or hold of the way that they came, or only in younger SDKs."""


@dataclass(frozen=True)
class Twin:
    """One of the two: an Azure, and clients of its workspace and of its registry."""

    azure: Any
    workspace: Any
    registry: Any


Scenario = Callable[[Twin], Any]


def on_both(scenario: Scenario, **options: Any) -> tuple[Any, Any]:
    """Return what a scenario comes to on the double and on the emulator."""
    return on_double(scenario, **options), on_emulator(scenario, **options)


def agreed(scenario: Scenario, **options: Any) -> Any:
    """Return what a scenario comes to on both, which is the same, and no exception."""
    double, emulator = on_both(scenario, **options)
    disagreements = list(differences(double, emulator))
    assert not disagreements, "\n".join(disagreements)
    assert not (isinstance(double, dict) and "raised" in double)
    return double


def differences(double: Any, emulator: Any, where: str = "") -> Iterator[str]:
    """Yield where two outcomes differ, the double's value first."""
    if isinstance(double, dict) and isinstance(emulator, dict):
        pairs = [(key, double.get(key, "absent"), emulator.get(key, "absent")) for key in sorted({*double, *emulator})]
    elif isinstance(double, list) and isinstance(emulator, list) and len(double) == len(emulator):
        pairs = [(str(index), *pair) for index, pair in enumerate(zip(double, emulator, strict=True))]
    else:
        pairs = []
        if double != emulator:
            yield f"{where}: {double!r} <> {emulator!r}"
    for key, one, other in pairs:
        yield from differences(one, other, f"{where}/{key}")


def on_double(scenario: Scenario, **options: Any) -> Any:
    """Return what a scenario comes to on the double."""
    with FakeAzure(**options) as azure, sdk_muted():
        return outcome(scenario, Twin(azure, azure.workspace_client(), azure.registry_client()))


def on_emulator(scenario: Scenario, **options: Any) -> Any:
    """Return what a scenario comes to on the emulator, with the headers of a fresh process.

    The SDK keeps the headers of one `invoke`, the deployment's name among them, for the next ones (SDK source).
    """
    fresh = patch.object(EndpointInvokeFields, "DEFAULT_HEADER", {"Content-Type": "application/json"})
    with Emulator(**options) as azure, sdk_muted(), fresh:
        ids = (azure.subscription_id, azure.resource_group, azure.workspace_name)
        workspace = MLClient(azure.credential, *ids, show_progress=False)
        registry = MLClient(azure.credential, registry_name="azureml", show_progress=False)
        return outcome(scenario, Twin(azure, workspace, registry))


def outcome(scenario: Scenario, twin: Twin) -> Any:
    """Return what a scenario returns, or class, status, code and message of what it raises."""
    try:
        return told(scenario(twin))
    except Exception as error:
        return told_error(error)


def told_error(error: Exception) -> dict[str, Any]:
    """Return what code can learn from an exception."""
    facts: dict[str, Any] = {"raised": type(error).__name__}
    if isinstance(error, AzureError):
        facts["status"] = getattr(error, "status_code", None)
        said = getattr(error, "error", None)
        facts["code"] = getattr(said, "code", None)
        facts["message"] = masked(getattr(said, "message", None) or "")
    return facts


def told(value: Any, depth: int = 0) -> Any:
    """Return a value as plain data: entities by their public attributes, made-up ids masked."""
    if isinstance(value, Enum):
        return masked(str(value.value))
    if isinstance(value, str | Path):
        return masked(str(value))
    if isinstance(value, bool | int | float | None):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if type(value).__name__ == "SystemData":  # of two classes, by the way that it came
        return {name: told(getattr(value, name)) for name in _ORIGIN}
    if isinstance(value, Mapping) and not isinstance(value, BaseNode):
        kept = {str(key): each for key, each in value.items() if not str(key).startswith((*_GIT, "_source"))}
        return {masked(key): told(each, depth + 1) for key, each in kept.items()}
    if isinstance(value, list | tuple | set):
        return [told(each, depth + 1) for each in value]
    return {"is": _class_of(value), **told_attributes(value, depth)}


def told_attributes(entity: Any, depth: int = 0) -> dict[str, Any]:
    """Return the public attributes of an entity."""
    if depth > 6:
        return {}
    facts = {}
    for name in sorted(set(dir(entity)) - _UNTOLD):
        if name.startswith("_"):
            continue
        try:
            value = getattr(entity, name)
        except Exception as error:
            value = type(error).__name__
        if not callable(value):
            facts[name] = told(value, depth + 1)
    return facts


def _class_of(value: Any) -> str:
    """Return the SDK's name of a class: the double may have a class of its own below it."""
    return next(kind.__name__ for kind in type(value).__mro__ if not kind.__module__.startswith("fakes"))


def masked(text: str) -> str:
    """Return a text without what a world makes up."""
    for pattern, stands_for in _MADE_UP:
        text = pattern.sub(stands_for, text)
    return text
