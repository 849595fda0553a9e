"""A lock on an open file that is the kernel's (flock): it ends with the process, however that ends."""

from __future__ import annotations

from typing import Literal

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["Lock", "lock"]

Lock = Literal["ours", "taken", "unknown"]
"""unknown: the system, or the folder's, has no such lock (Windows, some network folders)."""


def lock(descriptor: int, *, shared: bool = False, wait: bool = False) -> Lock:
    """Lock a file until its descriptor is closed, and say whether that worked.

    shared: with others that share it. wait: for whoever has it now, instead of coming back with "taken".
    """
    if fcntl is None:
        return "unknown"
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return "taken"
    except OSError:
        return "unknown"
    return "ours"
