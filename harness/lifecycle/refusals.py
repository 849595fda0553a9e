"""What Azure said when it said no, in one line."""

from __future__ import annotations

from typing import Any

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

__all__ = ["is_transient", "may_recover", "reason", "unexpected"]

_TRANSIENT = frozenset({408, 409, 412, 423, 429, 500, 502, 503, 504})
_LONGEST = 1_000


def reason(error: AzureError) -> str:
    """Return code and message of `error`, and of the details in it that say more than the message does."""
    body: Any = getattr(error, "error", None) if isinstance(error, HttpResponseError) else None
    if body is None:
        text = str(error.message or error)
        status = getattr(error, "status_code", None)
        return _one_line(f"HTTP {status}: {text}" if status else text)
    parts = [_coded(body.code, body.message)]
    parts += [_coded(detail.code, detail.message) for detail in body.details or () if detail.message]
    return _one_line("; ".join(dict.fromkeys(parts)))


def is_transient(error: AzureError) -> bool:
    """Say whether the same request may succeed later: a conflict, a busy or unreachable service, a broken answer.

    An error of HTTP without a status is an answer that broke off (IncompleteReadError), or azure-identity's
    ClientAuthenticationError: no credential, which stays so (SDK source).
    """
    if isinstance(error, HttpResponseError) and error.status_code is not None:
        return error.status_code in _TRANSIENT
    if isinstance(error, ClientAuthenticationError):
        return False
    return isinstance(error, HttpResponseError | ServiceRequestError | ServiceResponseError)


def may_recover(error: AzureError) -> bool:
    """Say the same for who has had tokens before: one that cannot be renewed now may be later.

    azure-identity also raises ClientAuthenticationError where it reaches nobody; one that was answered has a status.
    """
    unanswered = isinstance(error, ClientAuthenticationError) and error.status_code is None
    return unanswered or is_transient(error)


def unexpected(error: Exception) -> str:
    """Return type and text of an exception that the SDK does not raise on purpose."""
    return _one_line(f"{type(error).__name__}: {error}")


def _coded(code: str | None, message: str | None) -> str:
    known = code if code and code != "None" else ""
    return ": ".join(filter(None, (known, message))) or "no reason given"


def _one_line(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."
