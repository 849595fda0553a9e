"""Overhearing: requests pass the doors as before, and what was asked and answered is told."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import requests
from azure.core.exceptions import IncompleteReadError
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest as RestRequest
from requests.adapters import HTTPAdapter

from harness.doors.carrying import azure_body, azure_response, plain_body, plain_response
from harness.doors.messages import Body, Reply
from harness.doors.seams import replaced

__all__ = ["Listen", "overheard"]

Listen = Callable[[str, str, Mapping[str, str], bytes, Reply], None]
"""Is told an exchange: method, URL, headers, body, reply."""

_ENCODED = ("content-encoding", "transfer-encoding")
"""Headers that do not describe a body that has been decoded."""


@contextlib.contextmanager
def overheard(listen: Listen) -> Iterator[None]:
    """Tell every exchange of the process inside the block, each once: azure-core's transport uses the other door too.

    An exchange that ends in a broken connection is none, and is not told. Bodies are read whole, answers included.
    """
    within = threading.local()
    before_azure, before_plain = RequestsTransport.send, HTTPAdapter.send

    def send_azure(transport: Any, request: Any, *, stream: bool = False, **options: Any) -> Any:
        content = _read(azure_body(request), lambda data: _put_back(request, data))
        within.azure = True
        try:
            response = before_azure(transport, request, stream=stream, **options)
            reply = _reply(getattr(response, "_internal_response", None) or response.internal_response)
        except requests.exceptions.RequestException as error:  # while the answer was read
            raise IncompleteReadError(str(error), error=error) from error
        finally:
            within.azure = False
        listen(request.method, request.url, request.headers, content, reply)
        return azure_response(reply, request, stream=True) if stream else response

    def send_plain(adapter: Any, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        if getattr(within, "azure", False):
            return before_plain(adapter, request, **options)
        content = _read(plain_body(request), lambda data: setattr(request, "body", data))
        reply = _reply(before_plain(adapter, request, **options))
        listen(request.method or "GET", request.url or "", request.headers, content, reply)
        return plain_response(reply, request)

    with replaced(RequestsTransport, "send", send_azure), replaced(HTTPAdapter, "send", send_plain):
        yield


def _read(body: Body, put_back: Callable[[bytes], None]) -> bytes:
    """Return a body whole, and leave it to be read once more by who sends it."""
    if isinstance(body, bytes):
        return body
    stream: Any = body
    if hasattr(stream, "read") and stream.seekable():
        start = stream.tell()
        content: bytes = stream.read()
        stream.seek(start)
        return content
    content = stream.read() if hasattr(stream, "read") else b"".join(stream)
    put_back(content)
    return content


def _put_back(request: Any, content: bytes) -> None:
    if isinstance(request, RestRequest):
        request._data, request._content = None, content
    else:
        request.data = content


def _reply(answer: requests.Response) -> Reply:
    content = answer.content
    headers = {name: value for name, value in answer.headers.items() if name.lower() not in _ENCODED}
    if content and "Content-Length" in answer.headers:
        headers = {name: value for name, value in headers.items() if name.lower() != "content-length"}
        headers["Content-Length"] = str(len(content))
    return Reply(answer.status_code, content, headers)
