"""The evidence file: appended to line by line, on the disk before the next request, read back one record at a time."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from types import TracebackType

from harness.errors import DataError, EnvironmentMissing, nearest
from harness.gate.evidence.records import Header, Record, from_line, to_line

__all__ = ["Journal", "digest_of", "read_records"]

_BLOCK = 1 << 20


class Journal:
    """An evidence file that is open for appending; several threads may append.

    A line that a crash has cut short is removed when the file is opened: nobody has relied on it. Raises
    EnvironmentMissing when the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.ExitStack() as opening:
                self._file: FileIO = opening.enter_context(path.open("ab", buffering=0))
                self._end = _whole(path)
                self._file.truncate(self._end)
                opening.pop_all()  # open it stays
        except OSError as error:
            raise _unwritable(path, error) from error

    def append(self, *records: Record) -> None:
        """Append records; they are on the disk, all of them, when this returns, and none if it raises."""
        lines = "".join(f"{to_line(record)}\n" for record in records).encode()
        with self._lock:
            try:
                rest = memoryview(lines)
                while rest:  # a disk that is nearly full takes a part
                    rest = rest[self._file.write(rest) :]
                os.fsync(self._file.fileno())
            except (OSError, ValueError) as error:
                with contextlib.suppress(OSError, ValueError):
                    self._file.truncate(self._end)
                raise _unwritable(self.path, error) from error
            self._end += len(lines)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def read_records(path: Path) -> Iterator[Record]:
    """Yield the records of an evidence file, the header first; a last line that was cut short is left out.

    DataError names the file and the line of what is no evidence, and a file without a header.
    """
    try:
        with path.open("rb") as file:
            empty = True
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    break
                record = from_line(line, f"{path}, line {number}")
                if empty != isinstance(record, Header):
                    raise _misplaced(path, number, record.kind)
                empty = False
                yield record
            if empty:
                raise _misplaced(path, 1, "nothing")
    except OSError as error:
        raise DataError(
            "the evidence cannot be read",
            where=str(path),
            got=error.strerror or type(error).__name__,
            expected="a file that `harness gate score` has written",
            nearest=nearest(path.name, _beside(path)),
            remedy="Name a file that can be read.",
        ) from error


def digest_of(path: Path) -> str:
    """Return the sha256 of the whole lines of an evidence file, in hexadecimal; OSError when it cannot be read."""
    digest, left = hashlib.sha256(), _whole(path)
    with path.open("rb") as file:
        while left:
            block = file.read(min(left, _BLOCK))
            digest.update(block)
            left -= len(block)
    return digest.hexdigest()


def _whole(path: Path) -> int:
    """Return how many bytes of the file end with a whole line."""
    with path.open("rb") as file:
        at = file.seek(0, os.SEEK_END)
        while at:
            start = max(0, at - _BLOCK)
            file.seek(start)
            end = file.read(at - start).rfind(b"\n")
            if end >= 0:
                return start + end + 1
            at = start
    return 0


def _beside(path: Path) -> list[str]:
    return [entry.name for entry in path.parent.glob("*.jsonl")] if path.parent.is_dir() else []


def _misplaced(path: Path, number: int, got: str) -> DataError:
    return DataError(
        "an evidence file has one header, on its first line",
        where=f"{path}, line {number}",
        got=got,
        expected="a header" if number == 1 else "any other record",
        remedy="Name a file that `harness gate score` has written; one file is one comparison.",
    )


def _unwritable(path: Path, error: Exception) -> EnvironmentMissing:
    return EnvironmentMissing(
        "the evidence cannot be written",
        where=str(path),
        got=getattr(error, "strerror", None) or str(error) or type(error).__name__,
        expected="a file that can be appended to, with enough space",
        remedy="Make room, or name another file; what is on the disk already is kept, and a later run resumes from it.",
    )
