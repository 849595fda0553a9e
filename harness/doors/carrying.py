"""Between the libraries' own requests and responses and plain values: one pair of functions for each door."""

from __future__ import annotations

import io
from collections.abc import Mapping
from http.client import responses as reasons
from typing import Any
from urllib.parse import urlencode

import requests
from azure.core.exceptions import (
    IncompleteReadError,
    ServiceRequestError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from azure.core.pipeline.transport import RequestsTransportResponse
from azure.core.rest import HttpRequest as RestRequest
from azure.core.rest._requests_basic import RestRequestsTransportResponse
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from harness.doors.messages import Answer, Body, BrokenConnectionError, ChunkReader, Reply

__all__ = ["azure_body", "azure_response", "carry_azure", "carry_plain", "plain_body", "plain_response"]

_BLOCK = 64 * 1024


def carry_azure(answer: Answer, request: Any, *, stream: bool) -> Any:
    """Have a request of azure-core answered, in its old or its new form."""
    if "://" not in str(request.url):  # an endpoint that is still being created has no scoring URI
        raise ServiceResponseError(f"Invalid URL {str(request.url)!r}: No scheme supplied.")
    try:
        reply = answer(request.method, request.url, request.headers, azure_body(request))
    except BrokenConnectionError as error:
        if error.reply is None:
            raise _azure_error(error) from error
        if not stream:
            raise IncompleteReadError(str(error), error=error) from error
        reply = _cut_short(error.reply)
    return azure_response(reply, request, stream=stream)


def carry_plain(answer: Answer, request: requests.PreparedRequest) -> requests.Response:
    """Have a request of `requests` answered."""
    try:
        reply = answer(request.method or "GET", request.url or "", request.headers, plain_body(request))
    except BrokenConnectionError as error:
        if error.reply is None:
            if error.kind == "timeout":
                raise requests.exceptions.ReadTimeout(str(error), request=request) from error
            raise requests.exceptions.ConnectionError(str(error), request=request) from error
        reply = _cut_short(error.reply)
    return plain_response(reply, request)


def azure_body(request: Any) -> Body:
    """Return the body of a request of azure-core; the new form has no public name for a form's fields."""
    if isinstance(request, RestRequest):
        return _body(request._data if request._data is not None else request.content)
    return _body(request.data)


def plain_body(request: requests.PreparedRequest) -> Body:
    """Return the body of a request of `requests`."""
    return _body(request.body)


def azure_response(reply: Reply, request: Any, *, stream: bool) -> Any:
    """Return a reply as azure-core's own transport would return it."""
    answer = _to_requests(reply, request.url, stream=stream)
    if not isinstance(request, RestRequest):
        return RequestsTransportResponse(request, answer, _BLOCK)
    response = RestRequestsTransportResponse(  # type: ignore[no-untyped-call]
        request=request, internal_response=answer, block_size=_BLOCK
    )
    if not stream:
        response._content = answer.content  # what `read()` would do, chunk by chunk, with what is here already
    return response


def plain_response(reply: Reply, request: requests.PreparedRequest) -> requests.Response:
    """Return a reply as an adapter of `requests` would return it."""
    answer = _to_requests(reply, request.url or "", stream=True)
    answer.request = request
    return answer


def _body(content: Any) -> Body:
    if content is None:
        return b""
    if isinstance(content, bytes):
        return content
    if isinstance(content, str):
        return content.encode()
    if isinstance(content, Mapping):
        return urlencode(content, doseq=True).encode()
    body: Body = content
    return body


def _to_requests(reply: Reply, url: str, *, stream: bool) -> requests.Response:
    answer = requests.Response()
    answer.status_code = reply.status
    answer.reason = reasons.get(reply.status, "")
    answer.url = url
    answer.headers = CaseInsensitiveDict(reply.headers)
    answer.headers.setdefault("Content-Length", str(reply.content_length()))
    if not stream:
        answer._content = reply.whole()
        answer._content_consumed = True  # type: ignore[attr-defined]
        return answer
    body = io.BytesIO(reply.body) if isinstance(reply.body, bytes) else ChunkReader(reply.body)
    enforce = reply.content_length() > 0  # the answer to a HEAD promises a length and brings no body
    answer.raw = HTTPResponse(
        body=body,
        headers=dict(answer.headers),
        status=reply.status,
        preload_content=False,
        request_method=None,
        enforce_content_length=enforce,
    )
    return answer


def _cut_short(reply: Reply) -> Reply:
    """Keep half of the body while the headers promise all of it."""
    whole = reply.whole()
    headers = {**reply.headers, "Content-Length": str(len(whole))}
    return Reply(reply.status, iter([whole[: len(whole) // 2]]), headers, len(whole) // 2)


def _azure_error(error: BrokenConnectionError) -> Exception:
    if error.kind == "timeout":
        return ServiceResponseTimeoutError(str(error), error=error)
    if error.kind == "reset":
        return ServiceResponseError(str(error), error=error)
    return ServiceRequestError(str(error), error=error)
