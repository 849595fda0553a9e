"""The seams through which a process's Azure traffic reaches the emulator, and its waits reach the virtual clock.

Two doors carry requests: azure-core's `RequestsTransport`, through which every Azure client goes, and `requests`'
`HTTPAdapter` for everybody else (MLflow, a user's own scoring call). Waits reach the clock through the transport's
`sleep` (polling and retries) and through the `time` that a few modules look up in their own names: `jobs.stream`, the
endpoint helpers, the making of a workspace and a download that is repeated. `time.sleep` itself is never touched.
"""

from __future__ import annotations

import contextlib
import io
import threading
import time
from collections.abc import Iterator, Mapping
from http.client import responses as reasons
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import requests
from azure.ai.ml._arm_deployments import arm_deployment_executor
from azure.ai.ml._utils import _endpoint_utils
from azure.ai.ml.operations import _component_operations, _job_ops_helper, _workspace_operations_base
from azure.core.exceptions import (
    IncompleteReadError,
    ServiceRequestError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from azure.core.pipeline.transport import HttpTransport, RequestsTransport, RequestsTransportResponse
from azure.core.rest import HttpRequest as RestRequest
from azure.core.rest._requests_basic import RestRequestsTransportResponse
from azure.storage.blob import _download
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse

from fakes.emulator.app import App, BrokenConnectionError, EmulatorClosedError
from fakes.emulator.exchange import Body, ChunkReader, Reply, Request

if TYPE_CHECKING:
    from fakes.world.clock import VirtualClock

_BLOCK = 64 * 1024
_WAITING = (
    _job_ops_helper,
    _component_operations,
    _endpoint_utils,
    arm_deployment_executor,
    _workspace_operations_base,
    _download,
)
"""Modules that sleep, or say how long they waited, by the `time` in their own namespace."""


class VirtualTime:
    """Stands where a module of the SDK looks up `time`: it tells and passes virtual time."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock

    def time(self) -> float:
        """Return the virtual instant as seconds since the epoch."""
        return self._clock.now().timestamp()

    def sleep(self, seconds: float) -> None:
        """Let virtual time pass."""
        self._clock.sleep(seconds)

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


@contextlib.contextmanager
def intercepted(app: App, clock: VirtualClock) -> Iterator[None]:
    """Answer the process's Azure traffic from `app` and let its Azure clients wait on `clock`, inside the block."""
    virtual = VirtualTime(clock)
    with contextlib.ExitStack() as stack:
        replace = _Replacement(stack)
        replace(RequestsTransport, "send", lambda _self, request, **options: _send_azure(app, request, **options))
        replace(HttpTransport, "sleep", lambda _self, duration: _sleep(app, clock, duration))
        replace(HTTPAdapter, "send", lambda _self, request, **options: _send_plain(app, request, **options))
        for module in _WAITING:
            replace(module, "time", virtual)
        try:
            yield
        finally:
            _stop_pollers(app)


def _sleep(app: App, clock: VirtualClock, seconds: float) -> None:
    if app.closed:
        raise EmulatorClosedError("the emulator has been closed while a client waited")
    clock.sleep(seconds)


def _stop_pollers(app: App) -> None:
    """Stop the SDK's polling threads that nobody waited for, while the doors are still ours."""
    app.closed = True
    for thread in threading.enumerate():
        if thread.name.startswith("LROPoller") and thread is not threading.current_thread():
            thread.join(timeout=5)


class _Replacement:
    """Replaces attributes and puts back what was there, also when an outer emulator had replaced it before."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self._stack = stack

    def __call__(self, owner: Any, name: str, value: Any) -> None:
        own = vars(owner)
        if name in own:
            self._stack.callback(setattr, owner, name, own[name])
        else:
            self._stack.callback(delattr, owner, name)
        setattr(owner, name, value)


def _send_azure(app: App, request: Any, *, stream: bool = False, **_options: Any) -> Any:
    """Carry a request of azure-core, in its old or its new form."""
    if "://" not in str(request.url):  # an endpoint that is still being created has no scoring URI
        raise ServiceResponseError(f"Invalid URL {str(request.url)!r}: No scheme supplied.")
    rest = isinstance(request, RestRequest)
    content = request._data if rest else request.data  # the new form has no public name for a form's fields
    if content is None and rest:
        content = request.content
    try:
        reply = app.answer(Request.from_parts(request.method, request.url, request.headers, _body(content)))
    except BrokenConnectionError as error:
        if error.reply is None:
            raise _azure_error(error) from error
        if not stream:
            raise IncompleteReadError(str(error), error=error) from error
        reply = _cut_short(error.reply)
    answer = _to_requests(reply, request.url, stream=stream)
    if not rest:
        return RequestsTransportResponse(request, answer, _BLOCK)
    response = RestRequestsTransportResponse(  # type: ignore[no-untyped-call]
        request=request, internal_response=answer, block_size=_BLOCK
    )
    if not stream:
        response._content = answer.content  # what `read()` would do, chunk by chunk, with what is here already
    return response


def _send_plain(app: App, request: requests.PreparedRequest, **_options: Any) -> Any:
    """Carry a request of `requests`."""
    try:
        reply = app.answer(
            Request.from_parts(request.method or "GET", request.url or "", request.headers, _body(request.body))
        )
    except BrokenConnectionError as error:
        if error.reply is None:
            if error.kind == "timeout":
                raise requests.exceptions.ReadTimeout(str(error), request=request) from error
            raise requests.exceptions.ConnectionError(str(error), request=request) from error
        reply = _cut_short(error.reply)
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
