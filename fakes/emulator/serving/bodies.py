"""The body of a request, read whole from its connection before anybody works on it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from fakes.world.errors import Invalid

_BLOCK = 64 * 1024
_IN_MEMORY = 8 * 1024 * 1024
_LONGEST_LINE = 1024
_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}")


class CutShortError(ConnectionError):
    """The client has gone before all of the body had come."""


def read_body(headers: Mapping[str, str], stream: io.BufferedIOBase) -> BinaryIO:
    """Return the body at its first byte; header names are in lower case. A large one lies in a temporary file.

    The world has one lock, and a client that sends slowly must not hold it. Invalid for a length that is none,
    CutShortError when the client goes away in the middle.
    """
    in_chunks = "chunked" in headers.get("transfer-encoding", "").lower()
    chunks = _chunked(stream) if in_chunks else _counted(headers, stream)
    body = cast(BinaryIO, SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - closed with the request
    try:
        for chunk in chunks:
            body.write(chunk)
    except BaseException:
        body.close()
        raise
    body.seek(0)
    return body


def _counted(headers: Mapping[str, str], stream: io.BufferedIOBase) -> Iterator[bytes]:
    said = headers.get("content-length", "").strip() or "0"
    if not (said.isascii() and said.isdigit()):
        raise Invalid(f"Content-Length is '{said[:40]}'; a whole number is expected.", code="InvalidHeaderValue")
    yield from _exactly(int(said), stream)


def _exactly(left: int, stream: io.BufferedIOBase) -> Iterator[bytes]:
    while left:
        chunk = stream.read(min(left, _BLOCK))
        if not chunk:
            raise CutShortError(f"{left} bytes of the body have not come")
        left -= len(chunk)
        yield chunk


def _chunked(stream: io.BufferedIOBase) -> Iterator[bytes]:
    while size := _chunk_size(stream.readline(_LONGEST_LINE)):
        yield from _exactly(size, stream)
        stream.readline(_LONGEST_LINE)
    while stream.readline(_LONGEST_LINE).strip():  # trailers
        pass


def _chunk_size(line: bytes) -> int:
    if not line:
        raise CutShortError("the body ended before its last chunk")
    digits = line.partition(b";")[0].strip()
    if not _SIZE.fullmatch(digits):
        raise Invalid(f"A chunk of the body has the size {digits[:40]!r}.", code="InvalidRequestContent")
    return int(digits, 16)
