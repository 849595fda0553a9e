"""The folder of a run: made, and proved to take the run's files before anything is done that costs time or money."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from harness.errors import UsageError

__all__ = ["made"]


def made(folder: Path, files: Iterable[str]) -> Path:
    """Make `folder` and return it; UsageError unless each of `files` can be written there. What they hold stays."""
    place = folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in files:
            place = folder / name
            _prove(place)
    except OSError as error:
        raise UsageError(
            "the run's folder cannot be written",
            where=str(place),
            got=error.strerror or type(error).__name__,
            expected="a folder in which the run's files can be written",
            remedy="Remove what is in the way, or name another folder (--folder).",
        ) from error
    return folder


def _prove(file: Path) -> None:
    there = file.exists()
    with file.open("ab"):
        pass
    if not there:
        file.unlink()
