"""Whose code made a call: the lines of the stack that a reader can do something about."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path
from types import FrameType

__all__ = ["find_caller"]

_STANDARD = tuple(sysconfig.get_path(name) for name in ("stdlib", "platstdlib"))
_INSTALLED = ("site-packages", "dist-packages")


def find_caller(skip: int = 1) -> str:
    """Return who called, as file:line in function: the nearest code of the user's and, between, that of a library.

    skip: how many frames, from the caller of this function outwards, are not meant.
    """
    frame: FrameType | None = sys._getframe(skip + 1)
    innermost, library = frame, None
    while frame is not None:
        owner = _owner(frame.f_code.co_filename)
        if owner == "user":
            place = _place(frame)
            return f"{place}, through {_place(library)}" if library is not None else place
        if owner == "library" and library is None:
            library = frame
        frame = frame.f_back
    nearest = library or innermost
    return _place(nearest) if nearest is not None else ""


def _owner(filename: str) -> str:
    if filename.startswith("<"):
        return "python"
    if any(part in _INSTALLED for part in Path(filename).parts):
        return "library"
    return "python" if filename.startswith(_STANDARD) else "user"


def _place(frame: FrameType) -> str:
    return f"{_short(frame.f_code.co_filename)}:{frame.f_lineno} in {frame.f_code.co_name}"


def _short(filename: str) -> str:
    """Return a path as a reader of the project knows it: from the working folder, or from the installed packages."""
    path = Path(filename)
    for place in _INSTALLED:
        if place in path.parts:
            return Path(*path.parts[path.parts.index(place) + 1 :]).as_posix()
    return (path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path).as_posix()
