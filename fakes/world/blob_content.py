"""Where blob content lives: small pieces in memory, large ones in files that go with their last reader."""

from __future__ import annotations

import io
import shutil
import tempfile
import weakref
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, chain
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

CHUNK = 1 << 20
"""Bytes that are read or written at a time."""


class Digest(Protocol):
    """Something that wants to see content as it passes, such as `hashlib.md5()`."""

    def update(self, data: Any, /) -> object:
        """Take the next bytes."""


class SpooledFile:
    """A file of content, removed when nothing refers to it any more, so a download outlives a delete."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        weakref.finalize(self, path.unlink, missing_ok=True)

    def __len__(self) -> int:
        return self.size


Segment = bytes | SpooledFile


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a blob as the segments that they were uploaded in; committing blocks copies nothing."""

    segments: tuple[Segment, ...] = ()
    size: int = 0

    @classmethod
    def of(cls, *segments: Segment) -> Content:
        """Return the content that these segments make up."""
        kept = tuple(segment for segment in segments if len(segment))
        return cls(kept, sum(map(len, kept)))

    def plus(self, segment: Segment) -> Content:
        """Return this content with a segment after it."""
        return Content.of(*self.segments, segment)

    def open(self, start: int = 0, end: int | None = None) -> BinaryIO:
        """Return a fresh, seekable stream of the bytes from `start` up to but not including `end`."""
        end = self.size if end is None else min(end, self.size)
        if not self.segments:
            return io.BytesIO()
        if len(self.segments) == 1 and isinstance(self.segments[0], bytes):
            return io.BytesIO(self.segments[0][start:end])
        return cast(BinaryIO, io.BufferedReader(_SegmentStream(self.segments, start, end), CHUNK))

    def chunks(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the same bytes in chunks of at most 1 MiB."""
        with self.open(start, end) as stream:
            while chunk := stream.read(CHUNK):
                yield chunk

    def read(self, start: int = 0, end: int | None = None) -> bytes:
        """Return the same bytes at once."""
        if start == 0 and end is None and len(self.segments) == 1 and isinstance(self.segments[0], bytes):
            return self.segments[0]
        return b"".join(self.chunks(start, end))


class Spool:
    """Takes content in and decides where it lives. The folder is made when it is first needed."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._files = 0
        self._remove: weakref.finalize[..., Spool] | None = None

    def keep(self, content: bytes | BinaryIO, limit: int, digests: Iterable[Digest] = ()) -> Segment:
        """Return `content` as a segment, in memory up to `limit` bytes, and show it to `digests`."""
        digests = tuple(digests)
        if isinstance(content, bytes) and len(content) <= limit:
            for digest in digests:
                digest.update(content)
            return content
        pieces = _shown(_pieces(content), digests)
        head: list[bytes | memoryview] = []
        size = 0
        for piece in pieces:
            head.append(piece)
            size += len(piece)
            if size > limit:
                return self._spill(chain(head, pieces))
        return b"".join(head)

    def close(self) -> None:
        """Remove every file."""
        if self._remove is not None:
            self._remove()

    def _spill(self, pieces: Iterable[bytes | memoryview]) -> SpooledFile:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="azureml-blobs-"))
            self._remove = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._files += 1
        spooled = SpooledFile(self._folder / f"{self._files:08d}")
        with spooled.path.open("wb") as file:
            spooled.size = sum(map(file.write, pieces))
        return spooled


def _pieces(content: bytes | BinaryIO) -> Iterator[bytes | memoryview]:
    if isinstance(content, bytes):
        view = memoryview(content)
        yield from (view[start : start + CHUNK] for start in range(0, len(view), CHUNK))
    else:
        while piece := content.read(CHUNK):
            yield piece


def _shown(pieces: Iterator[bytes | memoryview], digests: Iterable[Digest]) -> Iterator[bytes | memoryview]:
    for piece in pieces:
        for digest in digests:
            digest.update(piece)
        yield piece


class _SegmentStream(io.RawIOBase):
    """A raw stream over a range of several segments; one file is open at a time."""

    def __init__(self, segments: tuple[Segment, ...], start: int, end: int) -> None:
        self._segments = segments
        self._ends = tuple(accumulate(map(len, segments)))
        self._start, self._end, self._at = start, end, start
        self._file: BinaryIO | None = None
        self._opened = -1

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: self._start, io.SEEK_CUR: self._at, io.SEEK_END: self._end}[whence]
        self._at = max(self._start, origin + offset)
        return self._at - self._start

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._end:
            return 0
        index = bisect_right(self._ends, self._at)
        segment = self._segments[index]
        offset = self._at - (self._ends[index] - len(segment))
        size = min(len(buffer), len(segment) - offset, self._end - self._at)
        if isinstance(segment, bytes):
            buffer[:size] = segment[offset : offset + size]
        else:
            file = self._file_of(index, segment)
            file.seek(offset)
            size = file.readinto(memoryview(buffer)[:size])  # type: ignore[attr-defined]
        self._at += size
        return size

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        super().close()

    def _file_of(self, index: int, segment: SpooledFile) -> BinaryIO:
        if self._file is None or self._opened != index:
            if self._file is not None:
                self._file.close()
            self._file = cast(BinaryIO, segment.path.open("rb", buffering=0))
            self._opened = index
        return self._file
