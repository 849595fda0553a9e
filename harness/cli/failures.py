"""How a failure is told: one message with its parts, never a traceback unless it is asked for."""

from __future__ import annotations

import contextlib
import os
import traceback
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.cli.drawing import symbols_for
from harness.errors import HarnessError, Interrupted

__all__ = ["DEBUG_VARIABLE", "as_error", "show_error"]

DEBUG_VARIABLE = "HARNESS_DEBUG"
"""Set to 1, it adds the traceback to what is said of an unexpected exception."""


def show_error(error: HarnessError, console: Console) -> None:
    """Print the parts of an error under each other, the remedy last."""
    symbols = symbols_for(console.encoding)
    console.print(Text(f"{symbols.failed} {error.what}", style="bold red"), soft_wrap=not console.is_terminal)
    parts = {
        "where": error.where,
        "got": error.got,
        "expected": error.expected,
        "nearest": ", ".join(error.nearest),
        "remedy": error.remedy,
    }
    given = {name: text for name, text in parts.items() if text}
    if console.is_terminal:
        console.print(_as_table(given))
        return
    for name, text in given.items():  # unbroken lines: a log is searched for paths
        console.print(Text(f"  {name:<9}{text}"), soft_wrap=True)


def as_error(error: BaseException, console: Console) -> HarnessError:
    """Return what ended a command before there was anything to report, as an error of ours.

    An exception that nobody foresaw says whose fault it is, and where; its traceback is printed on request.
    """
    if isinstance(error, HarnessError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Interrupted("interrupted before anything was created", remedy="Nothing is left; run again.")
    if os.environ.get(DEBUG_VARIABLE) == "1":
        with contextlib.suppress(OSError):
            console.print("".join(traceback.format_exception(error)), markup=False, soft_wrap=True)
    return _defect(error)


def _defect(error: BaseException) -> HarnessError:
    said = str(error).strip().splitlines()
    return HarnessError(
        f"a defect of the harness: {type(error).__name__}{f': {said[0]}' if said else ''}",
        where=_place(error),
        remedy=f"Run again with {DEBUG_VARIABLE}=1 for the traceback, and report it.",
    )


def _as_table(parts: Mapping[str, str]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, text in parts.items():
        table.add_row(f"  {name}", Text(text, style="bold" if name == "remedy" else ""))
    return table


def _place(error: BaseException) -> str:
    """Return the innermost line of our own code that the exception passed, as file:line in function."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        parts = Path(frame.filename).parts[-4:]
        package = next((part for part in parts[:-1] if part in ("harness", "fakes")), None)
        if package is not None:
            return f"{'/'.join(parts[parts.index(package) :])}:{frame.lineno} in {frame.name}"
    return ""
