"""What passes through a door, as plain values."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

__all__ = ["LOCAL_AZURE", "Answer", "Body", "BrokenConnectionError", "ChunkReader", "Reply"]

Body = bytes | BinaryIO | Iterable[bytes]

LOCAL_AZURE = "azureml-emulator"
"""By this name a local Azure ML on a socket stands in the `Via` of its answers, as a proxy does (RFC 9110, 7.6.3)."""


@dataclass(slots=True)
class Reply:
    """A reply. `body` is whole bytes, or chunks with their total `length` for what should not be held in memory."""

    status: int
    body: bytes | Iterator[bytes] = b""
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None

    def whole(self) -> bytes:
        """Return all of the body; chunks are joined, and kept joined."""
        if not isinstance(self.body, bytes):
            self.body = b"".join(self.body)
        return self.body

    def content_length(self) -> int:
        """Return the number of body bytes."""
        if isinstance(self.body, bytes):
            return len(self.body)
        return self.length or 0


Answer = Callable[[str, str, Mapping[str, str], Body], Reply]
"""Answers a request: method, URL, headers, body."""


class BrokenConnectionError(Exception):
    """Raised by who answers when the connection is to break: each door turns it into its own library's error.

    kind: "reset", "timeout", "truncated" (then with the reply that is cut short) or any other word.
    """

    def __init__(self, kind: str, reply: Reply | None = None) -> None:
        super().__init__(f"injected connection fault: {kind}")
        self.kind = kind
        self.reply = reply


class ChunkReader(io.RawIOBase):
    """A raw stream over chunks, for bodies that are not held in memory."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` from the chunks; 0 at their end."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
