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

from harness.errors import DataError, EnvironmentMissing, UsageError, nearest
from harness.gate.evidence.records import Header, Record, from_line, to_line
from harness.ledger.lines import append_text, lock

__all__ = ["Journal", "digest_of", "read_records", "whole_size"]

_BLOCK = 1 << 20


class Journal:
    """An evidence file that is open for appending; several threads may append, and no other process.

    size: bytes in whole lines of what somebody has read before, and goes on from. A line that a crash has cut short is
    removed when the file is opened: nobody has relied on it. Raises EnvironmentMissing when the file cannot be written,
    UsageError when another run writes it, or has written to it since.
    """

    def __init__(self, path: Path, size: int | None = None) -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.ExitStack() as opening:
                self._file: FileIO = opening.enter_context(path.open("ab", buffering=0))
                in_use = lock(self._file.fileno(), wait=False) == "held"
                whole = whole_size(path)
                if in_use or size not in (None, whole):
                    raise _in_use(path)
                self._file.truncate(whole)
                opening.pop_all()  # open it stays
        except OSError as error:
            raise _unwritable(path, error) from error

    def append(self, *records: Record) -> None:
        """Append records; they are on the disk, all of them, when this returns, and none if it raises."""
        lines = "".join(f"{to_line(record)}\n" for record in records)
        with self._lock:
            try:
                append_text(self._file.fileno(), lines)
            except (OSError, ValueError) as error:  # ValueError: it is closed
                raise _unwritable(self.path, error) from error

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
    digest, left = hashlib.sha256(), whole_size(path)
    with path.open("rb") as file:
        while left:
            block = file.read(min(left, _BLOCK))
            digest.update(block)
            left -= len(block)
    return digest.hexdigest()


def whole_size(path: Path) -> int:
    """Return how many bytes of a file end with a whole line; OSError when it cannot be read."""
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


def _in_use(path: Path) -> UsageError:
    return UsageError(
        "another run writes this evidence",
        where=str(path),
        got="a file that is in use",
        expected="one run at a time: two would ask everything twice",
        remedy="Wait for the other one to end and run again, or name another file.",
    )


def _unwritable(path: Path, error: Exception) -> EnvironmentMissing:
    return EnvironmentMissing(
        "the evidence cannot be written",
        where=str(path),
        got=getattr(error, "strerror", None) or str(error) or type(error).__name__,
        expected="a file that can be appended to, with enough space",
        remedy="Make room, or name another file; what is on the disk already is kept, and a later run resumes from it.",
    )
