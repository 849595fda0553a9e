"""The five shapes of long-running operations, and the URLs that are polled."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Route
from fakes.emulator.services.arm import LOCATION, PROVIDER, base_url, location_of
from fakes.emulator.wire import empty_reply, json_reply
from fakes.world.instants import timestamp

if TYPE_CHECKING:
    from fakes.emulator.call import Call
    from fakes.world.operations import Operation

_NEVER = "0001-01-01T00:00:00+00:00"
_EPOCH = datetime(1, 1, 1, tzinfo=timezone.utc)


def operation_url(call: Call, region: str, collection: str, operation_id: str, *, signed: bool = True) -> str:
    """Return a poll URL. ARM signs those in headers; copies inside bodies are unsigned (recorded 2026-03)."""
    subscription = call.params["subscription"]
    path = f"/subscriptions/{subscription}/providers/{PROVIDER}/locations/{region}/{collection}/{operation_id}"
    url = f"{base_url(call)}{path}?api-version={call.api_version}"
    return url + _signature(url, call.world.clock.now()) if signed else url


def accepted_with_resource(call: Call, region: str, operation: Operation, body: dict[str, Any]) -> Reply:
    """PUT of an endpoint or deployment: 201 with the resource; poll `Azure-AsyncOperation` (recorded)."""
    reply = json_reply(201, body)
    reply.headers["Azure-AsyncOperation"] = operation_url(call, region, "mfeOperationsStatus", operation.id)
    reply.headers["Location"] = location_of(call)
    reply.headers["x-ms-async-operation-timeout"] = "PT30M"
    return reply


def accepted_delete(call: Call, region: str, operation: Operation) -> Reply:
    """DELETE of an endpoint or deployment: 202 `null`, status URL and result URL (recorded)."""
    reply = json_reply(202, None)
    reply.headers["Azure-AsyncOperation"] = operation_url(call, region, "mfeOperationsStatus", operation.id)
    reply.headers["Location"] = operation_url(call, region, "mfeOperationResults", operation.id)
    reply.headers["x-ms-async-operation-timeout"] = "PT30M"
    return reply


def accepted_action(call: Call, region: str, operation_id: str, timeout: str = "PT30M") -> Reply:
    """regenerateKeys, PATCH and cancel: 202 `null` with the result URL only (recorded)."""
    reply = json_reply(202, None)
    reply.headers["Location"] = operation_url(call, region, "mfeOperationResults", operation_id)
    reply.headers["x-ms-async-operation-timeout"] = timeout
    return reply


def accepted_compute(call: Call, region: str, operation: Operation, status: int, body: Any = None) -> Reply:
    """PUT (201) and DELETE (202) of a compute: its own unsigned status URL (recorded)."""
    url = operation_url(call, region, "computeOperationsStatus", operation.id, signed=False) + "&service=new"
    reply = json_reply(status, body) if body is not None else empty_reply(status)
    reply.headers["Azure-AsyncOperation"] = url
    return reply


def accepted_registry_asset(region: str, operation: Operation) -> Reply:
    """PUT of a registry asset: 202 `null`, polled at the asset store (recorded)."""
    reply = json_reply(202, None)
    reply.headers["Location"] = f"https://{region}.api.azureml.ms/assetstore/v1.0/operations/{operation.id}"
    reply.headers["x-ms-async-operation-timeout"] = "PT1H"
    return reply


def _status_body(call: Call, operation: Operation, collection: str) -> dict[str, Any]:
    now = call.world.clock.now()
    subscription, location = call.params["subscription"], call.params["location"]
    status = operation.status(now)
    body: dict[str, Any] = {
        "id": f"/subscriptions/{subscription}/providers/{PROVIDER}/locations/{location}/{collection}/{operation.id}",
        "name": operation.id,
        "startTime": timestamp(operation.plan.started),
        "endTime": timestamp(operation.plan.ends) if operation.done(now) else _NEVER,
        "percentComplete": 0.0,
        "status": status,
    }
    if status == "Failed" and operation.error is not None:
        body["error"] = {"code": operation.error.code or None, "message": operation.error.message}
    return body


def get_status(call: Call) -> Reply:
    """Answer a poll of an endpoint's or deployment's operation."""
    operation = call.world.operations.get(call.params["operation"])
    return json_reply(200, _status_body(call, operation, "mfeOperationsStatus"))


def get_result(call: Call) -> Reply:
    """Answer a poll of a result URL: 202 while it runs; a cancel has no body of its own (recorded)."""
    operation = call.world.operations.get(call.params["operation"])
    done = operation.done(call.world.clock.now())
    if operation.id.startswith("jc:"):
        if done:
            return empty_reply(200)
        reply = json_reply(202, {})
        reply.headers["Location"] = call.request.url
        return reply
    reply = json_reply(200 if done else 202, _status_body(call, operation, "mfeOperationResults"))
    if not done:
        reply.headers["Location"] = call.request.url
    return reply


def get_compute_status(call: Call) -> Reply:
    """Answer a poll of a compute's or a registry's own operation."""
    operation = call.world.operations.get(call.params["operation"])
    status = operation.status(call.world.clock.now())
    if status == operation.running:
        return json_reply(200, {"status": status})
    body: dict[str, Any] = {"status": status, "percentComplete": 100.0}
    if operation.error is not None:
        body["error"] = {"code": operation.error.code, "message": operation.error.message}
    return json_reply(200, body)


def get_asset_operation(call: Call) -> Reply:
    """Answer a poll at the asset store: 202 empty, then 200 with the asset id or 204 (recorded)."""
    operation = call.world.operations.get(call.params["operation"])
    if not operation.done(call.world.clock.now()):
        return empty_reply(202)
    if operation.error is not None:
        raise operation.error
    return json_reply(200, operation.result) if operation.result else empty_reply(204)


def _signature(url: str, now: datetime) -> str:
    """Return ARM's signature parameters in their real sizes; a client must send them back untouched."""
    digest = hashlib.sha512(url.encode()).digest()
    certificate = base64.urlsafe_b64encode(digest * 34).decode().rstrip("=")[:2860]
    signature = base64.urlsafe_b64encode(digest * 5).decode().rstrip("=")[:342]
    checksum = base64.urlsafe_b64encode(digest).decode()[:43]
    ticks = int((now - _EPOCH).total_seconds() * 10_000_000)
    return f"&t={ticks}&c={certificate}&s={signature}&h={checksum}"


ROUTES = (
    Route(
        "OperationsStatus_Get",
        "GET",
        LOCATION + "/mfeOperationsStatus/<operation>",
        get_status,
        Evidence.RECORDED,
        "the body of a failed operation is inferred from messages that users quote",
    ),
    Route(
        "OperationResults_Get",
        "GET",
        LOCATION + "/mfeOperationResults/<operation>",
        get_result,
        Evidence.RECORDED,
    ),
    Route(
        "ComputeOperationsStatus_Get",
        "GET",
        LOCATION + "/computeOperationsStatus/<operation>",
        get_compute_status,
        Evidence.RECORDED,
        "the failed form is inferred",
    ),
    Route(
        "RegistryOperationsStatus_Get",
        "GET",
        LOCATION + "/registryOperationsStatus/<operation>",
        get_compute_status,
        Evidence.RECORDED,
    ),
)

ASSET_STORE_ROUTES = (
    Route(
        "AssetStore_GetOperation",
        "GET",
        "/assetstore/v1.0/operations/<operation>",
        get_asset_operation,
        Evidence.RECORDED,
    ),
)
