"""The documents in which services explain a refusal; how they travel is the business of who carries them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fakes.world.errors import ServiceError
from fakes.world.instants import timestamp

if TYPE_CHECKING:
    from datetime import datetime

    from fakes.world.runs import Run
    from fakes.world.world import World

_ARMS_OWN = frozenset(("MissingApiVersionParameter", "InvalidApiVersionParameter", "ResourceNotFound"))
"""Codes with which ARM itself refuses, before Azure ML is asked: code and message are all there is (documented)."""


def inner_chain(codes: tuple[str, ...]) -> dict[str, Any] | None:
    """Return the nested form of inner error codes, outermost first."""
    chain: dict[str, Any] | None = None
    for code in reversed(codes):
        chain = {"code": code, "innerError": chain}
    return chain


def arm_error(world: World, error: ServiceError, region: str) -> dict[str, Any]:
    """Return a refusal as ARM and the management front end explain it (recorded)."""
    if error.status == 401 or error.code in _ARMS_OWN:
        return {"error": {"code": error.code, "message": error.message}}
    info: list[dict[str, Any]] = [
        {"type": "ComponentName", "info": {"value": "managementfrontend"}},
        {
            "type": "Correlation",
            "info": {"value": {"operation": world.ids.hex(32), "request": world.ids.hex(16)}},
        },
        {"type": "Environment", "info": {"value": region}},
        {"type": "Location", "info": {"value": region}},
        {"type": "Time", "info": {"value": timestamp(world.clock.now())}},
    ]
    if error.inner:
        info.append({"type": "InnerError", "info": {"value": inner_chain(error.inner)}})
    details = [
        {"code": code, "message": message, "details": [], "additionalInfo": []} for code, message in error.details
    ]
    return {"error": {"code": error.code, "message": error.message, "details": details, "additionalInfo": info}}


def dataplane_error(world: World, error: ServiceError, region: str, component: str) -> dict[str, Any]:
    """Return a refusal as a component of the data plane explains it (recorded)."""
    root = _root_error(error.code, error.message, error.format, error.parameters, inner_chain(error.inner))
    body = _in_envelope(world, root, region, world.clock.now(), component)
    return {**body, "statusCode": error.status}


def run_error(world: World, region: str, run: Run, now: datetime) -> dict[str, Any] | None:
    """Return the root error of a failed run (the shape is that of the SDK's model; values inferred)."""
    if run.error is None or run.status(now) != "Failed":
        return None
    root = _root_error(run.error.code, run.error.message, run.error.message, {}, None)
    return _in_envelope(world, root, region, run.plan.ends, "RunHistory")


def _root_error(
    code: str, message: str, template: str | None, parameters: Mapping[str, str] | None, inner: dict[str, Any] | None
) -> dict[str, Any]:
    return {
        "code": code,
        "severity": None,
        "message": message,
        "messageFormat": template,
        "messageParameters": parameters,
        "referenceCode": None,
        "detailsUri": None,
        "target": None,
        "details": [],
        "innerError": inner,
        "debugInfo": None,
        "additionalInfo": None,
    }


def _in_envelope(world: World, root: dict[str, Any], region: str, at: datetime, component: str) -> dict[str, Any]:
    return {
        "error": root,
        "correlation": {"operation": world.ids.hex(32), "request": world.ids.hex(16)},
        "environment": region,
        "location": region,
        "time": timestamp(at),
        "componentName": component,
    }
