"""Faults as another process writes them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from fakes.emulator.services import FAMILIES, blob
from fakes.emulator.serving.reading import nearest, only, text, whole
from fakes.world.errors import Invalid
from fakes.world.faults import COMPUTE, DEPLOYMENT, JOB, ConnectionFault, Failure, Fault, HttpFault, Stuck, When

_OUTCOMES = (JOB, DEPLOYMENT, COMPUTE)
_WHEN = ("before", "after")
_KEYS: Mapping[str, tuple[str, ...]] = {
    "http": ("status", "code", "message"),
    "connection": ("kind",),
    "failure": ("message", "code", "step"),
    "stuck": ("state",),
}


def read_fault(sent: Mapping[str, Any]) -> tuple[str, Fault, int, When]:
    """Return operation, fault, at which of its calls, and when; Invalid says what of it cannot be.

    `{"operation": "OnlineEndpoints_Get", "fault": "http", "status": 503, "nth": 2, "when": "before"}`. Outcomes of
    resources (job, deployment, compute) meet a failure or get stuck, operations meet the other two.
    """
    kind = text(sent, "fault", _KEYS)
    only(sent, ("operation", "fault", "nth", "when", *_KEYS[kind]))
    operation = _operation(sent, _OUTCOMES if kind in ("failure", "stuck") else _operations())
    when: When = "after" if text({"when": "before", **sent}, "when", _WHEN) == "after" else "before"
    given = {name: sent[name] for name in _KEYS[kind] if sent.get(name) is not None}
    return operation, _made(kind, given), whole(sent, "nth", 1, least=1), when


def _made(kind: str, given: dict[str, Any]) -> Fault:
    words = {name: text(given, name) for name in given if name not in ("status", "kind")}
    if kind == "http":
        status = whole(given, "status", 0, least=400)
        if status > 599:
            raise Invalid(f"status is {status}; a status of an error, 400 to 599, is expected")
        return HttpFault(status, **words)
    if kind == "connection":
        broken = text({"kind": "reset", **given}, "kind", ("reset", "timeout", "truncated"))
        return ConnectionFault("timeout" if broken == "timeout" else "truncated" if broken == "truncated" else "reset")
    if kind == "failure":
        return Failure(**{"message": "This failure was injected.", **words})
    return Stuck(**words)


def _operation(sent: Mapping[str, Any], known: tuple[str, ...]) -> str:
    operation = text(sent, "operation")
    if operation not in known:
        expected = f"expected one of {', '.join(known)}" if len(known) < 10 else "docs/coverage.md lists all"
        what = f"there is no operation '{operation}' to meet a {sent['fault']} fault"
        raise Invalid(f"{what}; {expected}{nearest(operation, known)}")
    return operation


@lru_cache(maxsize=1)
def _operations() -> tuple[str, ...]:
    routes = [route for family in FAMILIES for route in (*family.routes.routes, *_named_by_query(family.name))]
    return tuple(dict.fromkeys(route.operation for route in routes))


def _named_by_query(family: str) -> tuple[Any, ...]:
    return blob.OPERATIONS if family == "blob" else ()
