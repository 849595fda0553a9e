"""Blob storage over HTTP: what the SDK uploads, downloads and lists, as `azure-storage-blob` speaks it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Route
from fakes.emulator.services import blob_containers as containers
from fakes.emulator.services import blob_read as read
from fakes.emulator.services import blob_write as write
from fakes.emulator.services import blob_xml
from fakes.emulator.services.blob_access import authorise
from fakes.emulator.services.blob_headers import UnsatisfiableRangeError
from fakes.world.errors import NotServed, ServiceError, Unauthenticated
from fakes.world.storage_keys import SAS_VERSION

if TYPE_CHECKING:
    from fakes.emulator.call import Call

_BLOB = "/<container>/<path:blob>"
_CONTAINER = "/<container>"
_ITSELF = f"{_CONTAINER}?restype=container"
_NAMES = "names of metadata come back in lower case"


def refusal(call: Call, error: ServiceError) -> Reply:
    """Return `error` as the blob service writes it: XML, and only a header on HEAD (recorded)."""
    request_id = call.world.ids.guid()
    reply = blob_xml.error_reply(error, request_id, call.world.clock.now())
    if call.request.method == "HEAD":
        reply = Reply(error.status, b"", {"x-ms-error-code": error.code, "Vary": "Origin"})
    if isinstance(error, UnsatisfiableRangeError):
        reply.headers["Content-Range"] = f"bytes */{error.size}"
    if isinstance(error, Unauthenticated):
        tenant = call.world.identity.application.tenant_id
        reply.headers["WWW-Authenticate"] = (
            f"Bearer authorization_uri=https://login.microsoftonline.com/{tenant}/oauth2/authorize "
            "resource_id=https://storage.azure.com"
        )
    reply.headers["x-ms-request-id"] = request_id
    return reply


def _answer(call: Call) -> Reply:
    """Answer a request to an account: authorisation, the operation, the headers of every answer."""
    try:
        authorise(call)
        reply = _HANDLERS[call.route.method, call.route.path](call)
    except ServiceError as error:
        reply = refusal(call, error)
    asked = call.request.headers
    reply.headers["Server"] = "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0"
    reply.headers["x-ms-version"] = asked.get("x-ms-version") or call.query("sv", SAS_VERSION)
    if "x-ms-client-request-id" in asked:
        reply.headers["x-ms-client-request-id"] = asked["x-ms-client-request-id"]
    return reply


def operation_of(call: Call) -> Route:
    """Return the operation that the query of a request names; NotServed when nobody serves it."""
    request = call.request
    found = _BY_QUERY.get(
        (request.method, call.route.path, request.query.get("restype", ""), request.query.get("comp", ""))
    )
    if found is None:
        raise NotServed(
            f"The local Azure ML does not serve {request.method} {request.path} on blob hosts "
            f"(query: {dict(request.query)}). docs/coverage.md lists what it serves."
        )
    return found


OPERATIONS: tuple[Route, ...] = (
    Route("Blob_GetProperties", "HEAD", _BLOB, read.head_blob, Evidence.RECORDED),
    Route("Blob_Download", "GET", _BLOB, read.get_blob, Evidence.RECORDED, "400 for a malformed range"),
    Route("BlockBlob_Upload", "PUT", _BLOB, write.put_blob, Evidence.RECORDED, _NAMES),
    Route("Blob_Delete", "DELETE", _BLOB, write.delete_blob, Evidence.DOCUMENTED, "soft delete is off"),
    Route("Blob_SetMetadata", "PUT", f"{_BLOB}?comp=metadata", write.set_metadata, Evidence.RECORDED, _NAMES),
    Route("Blob_GetMetadata", "GET", f"{_BLOB}?comp=metadata", read.get_metadata, Evidence.DOCUMENTED),
    Route("Blob_SetHttpHeaders", "PUT", f"{_BLOB}?comp=properties", write.set_properties, Evidence.DOCUMENTED),
    Route("BlockBlob_StageBlock", "PUT", f"{_BLOB}?comp=block", write.put_block, Evidence.DOCUMENTED),
    Route(
        "BlockBlob_CommitBlockList",
        "PUT",
        f"{_BLOB}?comp=blocklist",
        write.put_block_list,
        Evidence.DOCUMENTED,
    ),
    Route("BlockBlob_GetBlockList", "GET", f"{_BLOB}?comp=blocklist", read.get_block_list, Evidence.DOCUMENTED),
    Route("AppendBlob_AppendBlock", "PUT", f"{_BLOB}?comp=appendblock", write.append_block, Evidence.DOCUMENTED),
    Route(
        "Container_ListBlobs",
        "GET",
        f"{_CONTAINER}?restype=container&comp=list",
        containers.list_blobs,
        Evidence.RECORDED,
        "the marker is the next name, not Azure's opaque text",
    ),
    Route("Container_GetProperties", "HEAD", _ITSELF, containers.get_container, Evidence.DOCUMENTED),
    Route("Container_GetProperties", "GET", _ITSELF, containers.get_container, Evidence.DOCUMENTED),
    Route("Container_Create", "PUT", _ITSELF, containers.create_container, Evidence.DOCUMENTED),
    Route("Container_Delete", "DELETE", _ITSELF, containers.delete_container, Evidence.DOCUMENTED, "at once"),
    Route("Service_ListContainers", "GET", "/?comp=list", containers.list_containers, Evidence.DOCUMENTED),
)
"""What is served. Operations of one path differ in its query, which their paths show."""


def _by_query(route: Route) -> tuple[str, str, str, str]:
    path, _, query = route.path.partition("?")
    values = dict(parse_qsl(query))
    return route.method, path, values.get("restype", ""), values.get("comp", "")


_HANDLERS = {(route.method, route.path): route.handler for route in OPERATIONS}
_BY_QUERY = {_by_query(route): replace(route, handler=_answer) for route in OPERATIONS}

ROUTES = tuple(replace(route, path=route.path.partition("?")[0], handler=_answer) for route in OPERATIONS)
"""The same by path alone; `operation_of` tells them apart."""
