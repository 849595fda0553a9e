"""The floor: a transport that answers from canned bytes, so that only the SDK's own work is left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from azure.core.pipeline.transport import HttpTransport, RequestsTransport, RequestsTransportResponse
from azure.core.rest import HttpRequest
from azure.core.rest._requests_basic import RestRequestsTransportResponse
from requests.structures import CaseInsensitiveDict

Canned = tuple[int, Mapping[str, str], bytes]


class RecordingTransport(RequestsTransport):  # type: ignore[misc]  # azure-core types it as Any
    """Sends as usual and keeps what came back, by method and path."""

    def __init__(self) -> None:
        super().__init__()
        self.canned: dict[tuple[str, str], Canned] = {}

    def send(self, request: Any, **options: Any) -> Any:
        """Send a request and remember the reply."""
        response = super().send(request, **options)
        content = response.content if isinstance(request, HttpRequest) else response.body()
        key = request.method, urlsplit(request.url).path
        self.canned[key] = response.status_code, dict(response.headers), content
        return response


class NullTransport(HttpTransport[Any, Any]):
    """Answers from canned bytes with the response classes of the SDK's own transport, and does nothing else."""

    def __init__(self, canned: Mapping[tuple[str, str], Canned]) -> None:
        self._canned = canned

    def open(self) -> None:
        """Nothing is opened."""

    def close(self) -> None:
        """Nothing is open."""

    def __exit__(self, *_failure: object) -> None:
        """Nothing is open."""

    def send(self, request: Any, **_options: Any) -> Any:
        """Return the canned reply to a method and path."""
        status, headers, content = self._canned[request.method, urlsplit(request.url).path]
        answer = requests.Response()
        answer.status_code = status
        answer.url = request.url
        answer.headers = CaseInsensitiveDict(headers)
        answer._content = content
        answer._content_consumed = True  # type: ignore[attr-defined]
        if not isinstance(request, HttpRequest):
            return RequestsTransportResponse(request, answer, 4096)
        response = RestRequestsTransportResponse(  # type: ignore[no-untyped-call]
            request=request, internal_response=answer, block_size=4096
        )
        response.read()
        return response
