"""How a failure is told: one message with its parts, never a traceback unless it is asked for."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from harness.cli.drawing import symbols_for
from harness.errors import HarnessError

__all__ = ["DEBUG_VARIABLE", "as_document", "show_defect", "show_error"]

DEBUG_VARIABLE = "HARNESS_DEBUG"
"""Set to 1, it adds the traceback to what is said of an unexpected exception."""


def show_error(error: HarnessError, console: Console) -> None:
    """Print the parts of an error under each other, the remedy last."""
    symbols = symbols_for(console.encoding)
    parts = (
        ("where", error.where),
        ("got", error.got),
        ("expected", error.expected),
        ("nearest", ", ".join(error.nearest)),
    )
    console.print(Text(f"{symbols.failed} error: {error.what}", style="bold red"))
    for name, text in parts:
        if text:
            console.print(Padding(_labelled(name, text), (0, 0, 0, 2)))
    if error.remedy:
        console.print(Padding(Text(f"{symbols.arrow} {error.remedy}"), (0, 0, 0, 2)))


def show_defect(error: Exception, console: Console, environ: Mapping[str, str]) -> None:
    """Print one line on an exception that nobody foresaw, with the place it came from."""
    place = _place(error)
    where = f" at {place}" if place else ""
    symbols = symbols_for(console.encoding)
    said = str(error).strip().splitlines()
    reason = f"{type(error).__name__}: {said[0]}" if said else type(error).__name__
    console.print(Text(f"{symbols.failed} this is a defect of the harness{where}: {reason}", style="bold red"))
    if environ.get(DEBUG_VARIABLE) == "1":
        console.print("".join(traceback.format_exception(error)), markup=False, highlight=False)
    else:
        console.print(f"  {symbols.arrow} Run again with {DEBUG_VARIABLE}=1 for the whole story, and report it.")


def as_document(error: HarnessError) -> dict[str, Any]:
    """Return an error as JSON-able parts."""
    return {
        "type": type(error).__name__,
        "message": str(error),
        "what": error.what,
        "where": error.where,
        "got": error.got,
        "expected": error.expected,
        "nearest": list(error.nearest),
        "remedy": error.remedy,
        "exit_code": error.exit_code,
    }


def _place(error: Exception) -> str:
    """Return the innermost line of our own code that the exception passed, as file:line in function."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        parts = Path(frame.filename).parts[-4:]
        package = next((part for part in parts[:-1] if part in ("harness", "fakes")), None)
        if package is not None:
            return f"{'/'.join(parts[parts.index(package) :])}:{frame.lineno} in {frame.name}"
    return ""


def _labelled(name: str, text: str) -> Text:
    return Text.assemble((f"{name:<10}", "dim"), text)
