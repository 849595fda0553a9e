"""Azure's refusals as the exceptions that the SDK raises for them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from azure.ai.ml.exceptions import ErrorCategory, MlException, ValidationErrorType, ValidationException
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    IncompleteReadError,
    ResourceExistsError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from azure.mgmt.core.exceptions import ARMErrorFormat

_OF_STATUS: Mapping[int, type[HttpResponseError]] = {
    401: ClientAuthenticationError,
    404: ResourceNotFoundError,
    409: ResourceExistsError,
}
"""What the SDK's clients map a status to; every other one stays HttpResponseError (SDK source)."""


_REASONS: Mapping[int, str] = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    413: "Request Entity Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
}


@dataclass(slots=True)
class Answer:
    """Stands where azure-core keeps the HTTP response of an error: its status, its reason and its text."""

    status_code: int
    body: Any
    reason: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    request: Any = None

    def __post_init__(self) -> None:
        self.reason = self.reason or _REASONS.get(self.status_code, "")

    def text(self, encoding: str | None = None) -> str:  # noqa: ARG002
        """Return the body as it would have been read."""
        if self.body is None:
            return ""
        return (
            self.body
            if isinstance(self.body, str)
            else json.dumps(self.body, ensure_ascii=False, separators=(",", ":"))
        )

    def json(self) -> Any:
        """Return the body, parsed."""
        return json.loads(self.text())


def http_error(answer: Answer) -> HttpResponseError:
    """Return the exception that an ARM client of the SDK raises for an answer."""
    mapped = _OF_STATUS.get(answer.status_code)
    if mapped is not None:
        return mapped(response=answer)
    return HttpResponseError(response=answer, error_format=ARMErrorFormat)


def while_polling(error: Exception) -> Exception:
    """Return what an error becomes in a poller, which maps no status to a class of its own (SDK source)."""
    if type(error) in _OF_STATUS.values() and isinstance(error, HttpResponseError) and error.response is not None:
        return HttpResponseError(response=error.response, error_format=ARMErrorFormat)
    return error


def blob_error(answer: Answer) -> HttpResponseError:
    """Return the exception that the blob client raises: it tells code and message in one text only (SDK source)."""
    said = answer.body["error"] if answer.body else {}
    text = f"{said.get('message')}\nErrorCode:{said.get('code')}"
    error = _OF_STATUS.get(answer.status_code, HttpResponseError)(message=text)
    error.status_code, error.reason = answer.status_code, answer.reason
    return error


@contextlib.contextmanager
def reported_by_the_sdk() -> Iterator[None]:
    """Turn ValidationException into the MlException that some operations of the SDK make of it (SDK source)."""
    try:
        yield
    except ValidationException as error:
        said = str(error)
        raise MlException(message=said, no_personal_data_message=said) from error


def connection_error(kind: str) -> AzureError:
    """Return what azure-core raises when a connection breaks in this way."""
    said = f"injected connection fault: {kind}"
    if kind == "truncated":
        return IncompleteReadError(said)
    if kind == "timeout":
        return ServiceResponseTimeoutError(said)
    return ServiceResponseError(said) if kind == "reset" else ServiceRequestError(said)


def invalid(message: str, target: str, error_type: Any = ValidationErrorType.INVALID_VALUE) -> ValidationException:
    """Return what the SDK raises when it refuses a request itself, before anything is sent."""
    return ValidationException(
        message=message,
        no_personal_data_message=message,
        target=target,
        error_category=ErrorCategory.USER_ERROR,
        error_type=error_type,
    )


def not_done_here(what: str) -> NotImplementedError:
    """Return the refusal of something that the SDK does and this double does not."""
    return NotImplementedError(
        f"the double of MLClient does not take {what}. Run it on the emulator (fakes.emulator) or on Azure."
    )
