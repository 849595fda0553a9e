"""Which headers are kept: of a request those that change its answer, of a response those that a client reads."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["SECRET_HEADERS", "TELLING", "kept_of_request", "kept_of_response"]

TELLING = (
    "azureml-model-deployment",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "range",
    "x-ms-blob-type",
    "x-ms-copy-source",
    "x-ms-delete-snapshots",
    "x-ms-range",
)
"""Headers of a request by which the same request to the same address gets another answer: they are part of its key."""

_SHOWN = (*TELLING, "accept", "content-type", "x-ms-version")

SECRET_HEADERS = (
    "aml-user-token",
    "api-key",
    "authorization",
    "cookie",
    "ocp-apim-subscription-key",
    "proxy-authorization",
    "set-cookie",
    "x-api-key",
    "x-azureml-token",
    "x-functions-key",
    "x-ms-authorization-auxiliary",
    "x-ms-encryption-key",
    "x-ms-encryption-key-sha256",
)
"""Never kept; what they hold is struck out wherever else it stands."""

_NOISE = re.compile(
    r"""(?:.*request-?id|.*correlation-?id|.*activity-?id|.*-ratelimit-.*|traceparent|tracestate|request-context
    |x-ms-operation-identifier|x-request-time|x-ms-run-.*|azureml-served-by-.*|x-azure-ref.*|x-msedge-ref|via|x-cache.*
    |x-served-by|date|age|expires|pragma|cache-control|vary|connection|keep-alive|server|server-timing|x-powered-by
    |x-aspnet.*|strict-transport-security|x-content-type-options|x-frame-options|content-security-policy|alt-svc|nel
    |report-to|p3p|retry-after-ms|transfer-encoding|content-encoding|x-ms-request-server-encrypted|x-ms-content-crc64)""",
    re.VERBOSE,
)
"""Headers of a response that are of one exchange, one server or one transport, and of no client."""


def kept_of_request(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of a request that are kept, by lower-case name."""
    lowered = {name.lower(): str(value) for name, value in headers.items()}
    return {name: lowered[name] for name in sorted(_SHOWN) if name in lowered}


def kept_of_response(headers: Mapping[str, str], body: bytes) -> dict[str, str]:
    """Return the headers of a response that are kept; a length is, where it is not that of the body: after HEAD."""
    kept = {}
    for name, value in headers.items():
        lowered = name.lower()
        if lowered in SECRET_HEADERS or _NOISE.fullmatch(lowered):
            continue
        if lowered == "content-length" and (body or value == "0"):
            continue
        kept[name] = str(value)
    return kept
