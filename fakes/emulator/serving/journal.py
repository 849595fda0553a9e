"""The state of a served Azure as a file: every request in order, with its virtual instant, to be carried out again.

Ids come from a seed and instants from the clock, so the same requests at the same instants make the same world. The
file is a line of JSON that says which world it is, then for each request a line of JSON, its body as it came, and a
line with the status of its answer. A request is written before it is carried out, and handed to the operating system:
a server that is killed loses nothing that it has answered. A record that was cut short is dropped.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from fakes.emulator.exchange import Request
from harness.errors import EnvironmentMissing, UsageError

__all__ = ["Entry", "Head", "Journal"]

_FORMAT = 1
_BLOCK = 64 * 1024
_MEMBERS = {
    "request": ("at", "method", "url", "headers"),
    "answer": ("status",),
    "open": ("at", "time_scale"),
    "close": ("at",),
}
"""What each kind of record says."""

_ANOTHER = "Name another file to begin anew, or remove this one."


@dataclass(frozen=True, slots=True)
class Head:
    """Which world the requests were made to, and the authority that its clients trust, as PEM."""

    catalog: str
    pace: str
    seed: int
    cloud: str
    certificate: str
    key: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A record of the file. kind: `request`, `answer`, `open` or `close`; `said` is its line."""

    kind: str
    said: dict[str, Any]
    body: bytes = b""

    @property
    def at(self) -> datetime:
        """The virtual instant."""
        return datetime.fromisoformat(self.said["at"])

    @property
    def request(self) -> Request:
        """The request, as it came."""
        return Request.from_parts(self.said["method"], self.said["url"], self.said["headers"], self.body)


class Journal:
    """An open file of requests. `head` is None while it is new; `dropped` counts the bytes that were cut short.

    UsageError for a file that is none of ours or cannot be opened, EnvironmentMissing for one that another server uses.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.dropped = 0
        try:
            self._file: BinaryIO = path.open("r+b" if path.exists() else "x+b", buffering=0)
        except OSError as error:
            raise _unusable(path, error.strerror or type(error).__name__) from error
        try:
            with contextlib.suppress(OSError):
                path.chmod(0o600)  # it holds the authority's key
            _lock(self._file, path)
            self.head = self._read_head()
        except BaseException:
            self._file.close()
            raise

    def entries(self) -> Iterator[Entry]:
        """Yield every record; what is cut short at the end is removed from the file. UsageError for a damaged file."""
        self._file.seek(0)
        self._file.readline()
        reader = self.path.open("rb")
        with reader:
            reader.readline()
            while True:
                start = reader.tell()
                entry = self._next(reader, start)
                if entry is None:
                    break
                yield entry
        self.dropped = self.path.stat().st_size - start
        self._file.truncate(start)
        self._file.seek(start)

    def begin(self, head: Head) -> None:
        """Make it the file of a new world."""
        self._file.seek(0)
        self._file.truncate()
        self.head = head
        self._write({"journal": "local Azure ML", "format": _FORMAT, **asdict(head)})

    def opened(self, at: datetime, time_scale: float) -> None:
        """Note that a server begins to serve: `time_scale` decides how long lasts what it issues."""
        self._write({"kind": "open", "at": at.isoformat(), "time_scale": time_scale})

    def asked(self, at: datetime, request: Request) -> None:
        """Note a request before it is carried out; its body is left at its first byte."""
        body = request.stream()
        body.seek(0, io.SEEK_END)
        length = body.tell()
        body.seek(0)
        said = {"kind": "request", "at": at.isoformat(), "method": request.method, "url": request.url}
        self._write({**said, "headers": dict(request.headers), "length": length}, body if length else None)

    def answered(self, status: int) -> None:
        """Note how the last request was answered; 0 for a connection that broke."""
        self._write({"kind": "answer", "status": status})

    def stopped(self, at: datetime) -> None:
        """Note until when time has passed."""
        self._write({"kind": "close", "at": at.isoformat()})

    def close(self) -> None:
        """Close the file, which another server may use then."""
        self._file.close()

    def _write(self, said: dict[str, Any], body: BinaryIO | None = None) -> None:
        """Write a record whole or not at all: what is half-written would hide what comes after it."""
        start = self._file.tell()
        try:
            self._put(json.dumps(said).encode() + b"\n")
            if body is not None:
                while block := body.read(_BLOCK):
                    self._put(block)
                self._put(b"\n")
                body.seek(0)
        except OSError:
            self._file.truncate(start)
            self._file.seek(start)
            raise

    def _put(self, data: bytes) -> None:
        written = 0
        while written < len(data):
            written += self._file.write(data[written:]) or 0

    def _next(self, reader: BinaryIO, start: int) -> Entry | None:
        line = reader.readline()
        if not line.endswith(b"\n"):
            return None
        try:
            said = json.loads(line)
            length = int(said.get("length") or 0)
            entry = Entry(said["kind"], {name: said[name] for name in _MEMBERS[said["kind"]]})
            datetime.fromisoformat(said.get("at", "2024-05-10"))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise _damaged(self.path, f"no record at byte {start}") from None
        if not length:
            return entry
        body = reader.read(length + 1)
        if len(body) <= length:
            return None
        if body[-1:] != b"\n":
            raise _damaged(self.path, f"a body of another length at byte {start}")
        return Entry(entry.kind, entry.said, body[:-1])

    def _read_head(self) -> Head | None:
        self._file.seek(0)
        with self.path.open("rb") as reader:
            line = reader.readline()
        if not line:
            return None
        try:
            said = json.loads(line)
            known = said["journal"] == "local Azure ML" and said["format"]
            head = Head(**{field.name: said[field.name] for field in fields(Head)})
        except (ValueError, KeyError, TypeError):
            raise _damaged(self.path, "a first line that does not say which world it is of") from None
        if known != _FORMAT:
            raise _damaged(self.path, f"format {known}")
        return head


def _lock(file: BinaryIO, path: Path) -> None:
    """Keep a second server away from the file, where the system can."""
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise EnvironmentMissing(
            "another server uses this state file",
            where="--state",
            got=str(path),
            expected="a file for each server",
            remedy="Stop the other server, or name another file.",
        ) from error


def _unusable(path: Path, problem: str) -> UsageError:
    return UsageError(
        "the state file cannot be opened",
        where="--state",
        got=f"{path}: {problem}",
        expected="a file that can be read and written, in a folder that exists",
        remedy="Name another file, or make the folder.",
    )


def _damaged(path: Path, problem: str) -> UsageError:
    return UsageError(
        "the state file is none, or is damaged",
        where="--state",
        got=f"{path}: {problem}",
        expected=f"a file that `harness emulator serve --state` wrote, format {_FORMAT}",
        remedy=_ANOTHER,
    )
