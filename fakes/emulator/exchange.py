"""One HTTP exchange as the emulator sees it, whatever carried it: a transport, a `requests` adapter or a socket."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from fakes.world.errors import Invalid
from harness.doors.messages import Body, ChunkReader, Reply

__all__ = ["Exchange", "Reply", "Request"]


@dataclass(slots=True)
class Request:
    """A request: header names in lower case, `path` percent-decoded, `query` with its last value a name."""

    method: str
    url: str
    host: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Body

    @classmethod
    def from_parts(cls, method: str, url: str, headers: Mapping[str, str], body: Body) -> Request:
        """Read a request from its parts as an HTTP client holds them."""
        parts = urlsplit(url)
        return cls(
            method=method.upper(),
            url=url,
            host=(parts.hostname or "").lower(),
            path=unquote(parts.path) or "/",
            query=dict(parse_qsl(parts.query, keep_blank_values=True)) if parts.query else {},
            headers={name.lower(): value for name, value in headers.items()},
            body=body,
        )

    def stream(self) -> BinaryIO:
        """Return the body as a binary stream, read at most once."""
        if isinstance(self.body, bytes):
            return io.BytesIO(self.body)
        if hasattr(self.body, "read"):
            return cast(BinaryIO, self.body)
        return io.BufferedReader(ChunkReader(iter(self.body)))

    def content(self) -> bytes:
        """Return the whole body, which must be small: JSON or a form."""
        if not isinstance(self.body, bytes):
            self.body = self.stream().read()
        return self.body

    def json(self) -> dict[str, Any]:
        """Return the body as a JSON object; Invalid when it is none."""
        try:
            value = json.loads(self.content() or b"{}")
        except (ValueError, UnicodeDecodeError) as error:
            raise Invalid(f"The request body is not valid JSON: {error}", code="InvalidRequestContent") from None
        if not isinstance(value, dict):
            raise Invalid(
                f"The request body is a JSON {type(value).__name__}; an object is expected",
                code="InvalidRequestContent",
            )
        return value


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked and how it was answered, kept in `Emulator.calls`."""

    method: str
    url: str
    status: int
    operation: str
