"""A ledger's file: lines that are on disk before anything else happens, and a lock that says whether its run lives.

The lock is the kernel's (flock): it ends with the process however that ends, and belongs to no number that another
process could have later. Where there is none (Windows, some network folders) the file says so in its first line.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from harness.errors import EnvironmentMissing, UsageError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["SUFFIX", "LedgerFile", "Liveness", "add_lines", "liveness", "whole_lines"]

SUFFIX = ".jsonl"

Liveness = Literal["alive", "dead", "unknown"]
"""Of the run whose ledger it is. unknown: it runs, or ran, where this machine cannot see it."""

_REMEDY = "Make room or give rights to it, or name another folder with --ledger."


class LedgerFile:
    """The file of a run that goes on. It is made with the first line, and locked until it is closed."""

    def __init__(self, folder: Path, run: str) -> None:
        self.path = folder / f"{run}{SUFFIX}"
        self._descriptor: int | None = None

    def prove(self) -> None:
        """Make the folder, and see that the file could be made; UsageError when it could not. Nothing is left of it."""
        proof = self.path.with_suffix(".proof")
        try:
            _make_folder(self.path.parent)
            with proof.open("ab"):
                pass
            proof.unlink()
        except OSError as error:
            raise UsageError(
                "the folder of the ledger cannot be written",
                where=str(self.path.parent),
                got=error.strerror or type(error).__name__,
                expected="a folder that takes a file for each run",
                remedy="Remove what is in the way, or name another folder with --ledger.",
            ) from error

    def open(self, head: Mapping[str, Any]) -> None:
        """Make the file with its first line and lock it; EnvironmentMissing when it cannot be, or there is one already.

        The line also says whether it is locked. Interrupted half-way it holds nothing, or nothing but that line.
        """
        try:
            _make_folder(self.path.parent)
            descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o644)
            try:
                _write(descriptor, {**head, "locked": _lock(descriptor)})
                _sync_folder(self.path.parent)
            except BaseException:
                os.close(descriptor)
                raise
        except OSError as error:
            raise _unwritten(self.path, error) from error
        self._descriptor = descriptor

    @property
    def is_open(self) -> bool:
        """Whether lines can be appended."""
        return self._descriptor is not None

    def append(self, *lines: Mapping[str, Any]) -> None:
        """Write lines and wait until they are on disk; EnvironmentMissing when they cannot be written."""
        assert self._descriptor is not None
        try:
            _write(self._descriptor, *lines)
        except OSError as error:
            raise _unwritten(self.path, error) from error

    def close(self) -> None:
        """Let go of the file and its lock. A second time does nothing."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = None


def add_lines(path: Path, *lines: Mapping[str, Any]) -> None:
    """Add lines to the ledger of a run that is over; what a crash cut short is taken off its end first. OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND)
    try:
        os.ftruncate(descriptor, _whole(path.read_bytes()))
        _write(descriptor, *lines)
    finally:
        os.close(descriptor)


def whole_lines(content: bytes) -> list[bytes]:
    """Return the lines of a ledger; what stands after the last line end was being written when the process died."""
    return content[: _whole(content)].splitlines()


def liveness(path: Path, *, same_host: bool, locked: bool) -> Liveness:
    """Say whether the run of a ledger lives. same_host, locked: what its first line says of where it was begun."""
    if fcntl is None or not locked:
        return "unknown"
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return "unknown"
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return "alive"
    except OSError:
        return "unknown"
    finally:
        os.close(descriptor)
    return "dead" if same_host else "unknown"


def _whole(content: bytes) -> int:
    return content.rfind(b"\n") + 1


def _write(descriptor: int, *lines: Mapping[str, Any]) -> None:
    """Write and sync lines; on a full disk none of them, so that no half line is in the way of the next one."""
    rest = memoryview("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines).encode())
    before = os.fstat(descriptor).st_size
    try:
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, before)
        raise


def _lock(descriptor: int) -> bool:
    if fcntl is None:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # a sweep that looks at this moment lets go at once
    except OSError:
        return False
    return True


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, each on disk in the one that holds it."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for place in reversed(missing):
        _sync_folder(place.parent)


def _sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on disk; Windows knows no such thing."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritten(path: Path, error: OSError) -> EnvironmentMissing:
    return EnvironmentMissing(
        "the ledger cannot be written, and without it nothing is created",
        where=str(path),
        got=error.strerror or type(error).__name__,
        expected="a new file on a disk with space",
        remedy=_REMEDY,
    )
