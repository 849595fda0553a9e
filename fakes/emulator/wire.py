"""JSON bodies, error replies and the headers that every answer of Azure carries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import format_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from fakes.emulator.exchange import Reply
from fakes.world.error_bodies import arm_error, dataplane_error
from fakes.world.errors import EmptyNotFound, ServiceError

if TYPE_CHECKING:
    from fakes.world.world import World

JSON = "application/json; charset=utf-8"
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

ARM_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-cache",
    "Pragma": "no-cache",
    "Expires": "-1",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Cache": "CONFIG_NOCACHE",
}
"""Sent with every ARM answer (recorded)."""


def json_reply(status: int, value: Any, **headers: str) -> Reply:
    """Return `value` as JSON. Header names are given with underscores for hyphens."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, _ENCODER.encode(value).encode(), {"Content-Type": JSON, **named})


def empty_reply(status: int, **headers: str) -> Reply:
    """Return a reply without a body."""
    return Reply(status, b"", {name.replace("_", "-"): text for name, text in headers.items()})


def error_reply(world: World, error: ServiceError, *, envelope: str, region: str, component: str = "") -> Reply:
    """Return `error` in the envelope of the service that raised it."""
    if isinstance(error, EmptyNotFound):
        return Reply(404, b"", {"x-ms-response-type": "standard"})
    if envelope == "dataplane":
        body = dataplane_error(world, error, region, component)
    else:
        body = arm_error(world, error, region)
    headers = {"x-ms-response-type": "error"}
    if error.status in (401, 429):
        headers["Connection"] = "close"
    if error.status == 401 and error.code == "InvalidAuthenticationToken":
        headers["WWW-Authenticate"] = (
            'Bearer authorization_uri="https://login.microsoftonline.com/", error="invalid_token", '
            f'error_description="{error.message}"'
        )
    reply = json_reply(error.status, body)
    reply.headers.update(headers)
    return reply


_COMPONENTS = (("/registrymanagement/", "feedmanagement"), ("/content/", "project"))


def component_of(path: str) -> str:
    """Return which component of the data plane answers for a path (two are recorded, 2023-03 and 2025-05)."""
    return next((name for start, name in _COMPONENTS if path.startswith(start)), "managementfrontend")


@lru_cache(maxsize=512)
def http_date(moment: datetime) -> str:
    """Return an instant as HTTP writes it, such as `Thu, 05 Jan 2023 10:40:29 GMT`."""
    return format_datetime(moment.astimezone(timezone.utc), usegmt=True)


@lru_cache(maxsize=4096)
def compact_stamp(instant: datetime) -> str:
    """Return an instant as it stands in routing ids: yyyymmddThhmmssZ."""
    return instant.strftime("%Y%m%dT%H%M%SZ")


_OWN_BUCKET = {"x-ms-ratelimit-remaining-subscription-resource-requests": "24"}


@lru_cache(maxsize=256)
def rate_limit_headers(operation: str, method: str) -> Mapping[str, str]:
    """Return the remaining-quota headers of ARM (recorded 2026-03); creating a deployment has a bucket of its own."""
    if operation == "OnlineDeployments_CreateOrUpdate":
        return _OWN_BUCKET
    bucket = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}.get(method, "writes")
    left, overall = {"reads": ("249", "3749"), "writes": ("199", "2999"), "deletes": ("799", "11999")}[bucket]
    return {
        f"x-ms-ratelimit-remaining-subscription-{bucket}": left,
        f"x-ms-ratelimit-remaining-subscription-global-{bucket}": overall,
    }


def operation_identifier(world: World, region: str, guid: str) -> str:
    """Return the value of `x-ms-operation-identifier`, which names caller, region and request (recorded 2026-03)."""
    application = world.identity.application
    return f"tenantId={application.tenant_id},objectId={application.object_id}/{region}/{guid}"


def service_headers(world: World) -> dict[str, str]:
    """Return the headers that Azure ML itself adds (recorded 2025); the time it took is not invented."""
    return {
        "Request-Context": f"appId=cid-v1:{world.identity.application.client_id}",
        "azureml-served-by-cluster": "vienna-local-01",
        "x-request-time": "0.000",
    }
