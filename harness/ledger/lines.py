"""Files of lines that are on disk before anything else happens, and locks that end with the process that took them."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Literal

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["Lock", "append_text", "cut_to_whole_lines", "lock", "make_folder", "sync_folder", "whole_lines"]

Lock = Literal["taken", "held", "none"]
"""taken: it is ours now; held: another process has it; none: there are no locks here, as on Windows."""


def append_text(descriptor: int, text: str, *, sync: bool = True) -> None:
    """Write whole lines at the end and wait until they are on disk; OSError.

    On a full disk none of them, so that no half line is in the way of the next one. Without `sync` the death of the
    process loses nothing, and a power failure may.
    """
    rest = memoryview(text.encode())
    before = os.fstat(descriptor).st_size
    try:
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        if sync:
            os.fsync(descriptor)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, before)
        raise


def whole_lines(content: bytes) -> list[bytes]:
    """Return the lines of a file; what stands after the last line end was being written when the process died."""
    return content[: _whole(content)].splitlines()


def cut_to_whole_lines(descriptor: int, content: bytes) -> None:
    """Take off the end of a file what a crash cut short; content: what is in it. OSError."""
    os.ftruncate(descriptor, _whole(content))


def lock(descriptor: int, *, wait: bool, shared: bool = False) -> Lock:
    """Take the kernel's lock of an open file (flock); without `wait`, only when nobody else has it."""
    if fcntl is None:
        return "none"
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        fcntl.flock(descriptor, kind if wait else kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return "held"
    except OSError:
        return "none"
    return "taken"


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, each on disk in the one that holds it."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for place in reversed(missing):
        sync_folder(place.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on disk; Windows knows no such thing."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _whole(content: bytes) -> int:
    return content.rfind(b"\n") + 1
