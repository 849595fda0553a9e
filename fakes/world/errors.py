"""What Azure ML refuses, and why. The HTTP shape of a refusal is the emulator's business.

ServiceError
├── Invalid            400  the request contradicts a rule
├── Unauthenticated    401  no token, or one that is expired or for another audience
├── Forbidden          403  a valid token without the right
├── NotFound           404  the resource does not exist
├── Conflict           409  the resource's state does not allow it
├── Throttled          429  too many requests
├── Unavailable        503  the service failed
└── NotServed          501  only the real service does this
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar


class ServiceError(Exception):
    """A refusal with Azure's machine-readable code.

    `inner` is the chain of inner error codes, outermost first (recorded: `BadArgument` > `UnknownTargetType`);
    `details` are (code, message) pairs; `format` and `parameters` are the message's template, where one is known.
    """

    status: ClassVar[int] = 500
    default_code: ClassVar[str] = "ServiceError"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        inner: Sequence[str] = (),
        details: Sequence[tuple[str, str]] = (),
        format: str | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.inner = tuple(inner)
        self.details = tuple(details)
        self.format = format
        self.parameters = parameters


class Invalid(ServiceError):
    """The request contradicts a rule of the service."""

    status = 400
    default_code = "UserError"


class Unauthenticated(ServiceError):
    """The request carries no token that this service accepts."""

    status = 401
    default_code = "InvalidAuthenticationToken"


class Forbidden(ServiceError):
    """The caller is known and not allowed."""

    status = 403
    default_code = "AuthorizationFailed"


class NotFound(ServiceError):
    """The resource does not exist."""

    status = 404
    default_code = "NotFound"


class EmptyNotFound(NotFound):
    """The compute service's own 404, which has no body at all (recorded 2023-01 and 2023-10)."""


class Conflict(ServiceError):
    """The state of the resource does not allow the request."""

    status = 409
    default_code = "Conflict"


class Throttled(ServiceError):
    """Too many requests in a short time."""

    status = 429
    default_code = "UserError"


class Unavailable(ServiceError):
    """The service itself failed."""

    status = 503
    default_code = "ServiceUnavailable"


class NotServed(ServiceError):
    """Azure would do this and the local Azure ML does not: it says so instead of pretending."""

    status = 501
    default_code = "NotImplemented"
