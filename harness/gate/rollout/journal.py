"""The journal's file: appended to line by line, on the disk before anything happens, locked while somebody climbs.

The lock is the kernel's (flock) and ends with the process however that ends. Where there is none (Windows, some network
folders) the tag on the endpoint alone keeps two promotions apart.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

from harness.errors import EnvironmentMissing, UsageError
from harness.gate.rollout.course import Course, courses
from harness.gate.rollout.records import Began, Observed, Record, from_line, to_line
from harness.ledger.lines import append_text, cut_to_whole_lines, lock, make_folder, sync_folder, whole_lines

__all__ = ["Journal", "read_journal"]


class Journal:
    """The journal of an endpoint, open for appending. `courses` are its promotions, the last one as far as it is.

    UsageError when another process has it open; EnvironmentMissing when it cannot be written; DataError when it is no
    journal. A line that a crash has cut short is removed: nobody has relied on it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None
        try:
            make_folder(path.parent)
            self._descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
            self._lock(self._descriptor)
            cut_to_whole_lines(self._descriptor, path.read_bytes())
            sync_folder(path.parent)
            self.courses = read_journal(path)
        except OSError as error:
            self.close()
            raise _unwritable(path, error) from error
        except BaseException:
            self.close()
            raise

    @property
    def last(self) -> Course | None:
        """The last promotion."""
        return self.courses[-1] if self.courses else None

    def append(self, *records: Record) -> None:
        """Append records; they are on the disk, all of them, when this returns.

        But for requests that were answered, which only a power failure could lose before the next record is synced.
        """
        sync = not all(isinstance(record, Observed) and not record.failed for record in records)
        try:
            assert self._descriptor is not None
            append_text(self._descriptor, "".join(f"{to_line(record)}\n" for record in records), sync=sync)
        except OSError as error:
            raise _unwritable(self.path, error) from error
        for record in records:
            if isinstance(record, Began):
                self.courses.append(Course(record))
            else:
                self.courses[-1].take(record)

    def close(self) -> None:
        """Let go of the file and its lock. A second time does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _lock(self, descriptor: int) -> None:
        if lock(descriptor, wait=False) == "held":
            raise UsageError(
                "another process is promoting to this endpoint",
                where=str(self.path),
                got="a journal that is locked",
                expected="one promotion of an endpoint at a time",
                remedy="Wait for it, or stop it with Ctrl-C: it puts the traffic back.",
            )


def read_journal(path: Path) -> list[Course]:
    """Return the promotions in a journal, none where there is no file; OSError when it cannot be read, DataError else.

    A last line that was cut short is left out.
    """
    lines = whole_lines(path.read_bytes() if path.exists() else b"")
    return courses((from_line(line, f"{path}, line {number}") for number, line in enumerate(lines, 1)), str(path))


def _unwritable(path: Path, error: OSError) -> EnvironmentMissing:
    return EnvironmentMissing(
        "the journal of the promotion cannot be written, and without it nothing is changed",
        where=str(path),
        got=error.strerror or type(error).__name__,
        expected="a file that can be appended to, with enough space",
        remedy="Make room or give rights to it, or name another folder with --journal.",
    )
