"""How failures are told."""

from __future__ import annotations

import re

import pytest

from harness.cli.failures import as_error, show_error
from harness.errors import ComputeNotAllowed
from harness.spec.reading import read_toml


@pytest.mark.parametrize("terminal", [False, True])
def test_every_part_of_an_error_has_its_line(screen, terminal: bool) -> None:
    """What happened comes first, then place, values and remedy, each with its name."""
    console = screen(terminal=terminal)
    error = ComputeNotAllowed("no [b]such[/b] size", where="compute", got="X", nearest=["Y", "Z"], remedy="Take Y.")
    show_error(error, console)

    text = re.sub(r"\x1b\[[0-9;]*m", "", console.file.getvalue())
    assert [line.split() for line in text.splitlines()] == [
        ["✗", "no", "[b]such[/b]", "size"],
        ["where", "compute"],
        ["got", "X"],
        ["nearest", "Y,", "Z"],
        ["remedy", "Take", "Y."],
    ]


@pytest.mark.parametrize("terminal", [False, True])
def test_long_path_is_told_whole(screen, terminal: bool) -> None:
    """However narrow the screen, no part of a place is left out, and a log keeps it on one line."""
    console, path = screen(width=40, terminal=terminal), f"/{'deep/' * 20}mine.toml"
    show_error(ComputeNotAllowed("no", where=path), console)
    text = re.sub(r"\x1b\[[0-9;]*m", "", console.file.getvalue())

    assert path in ("".join(text.split()) if terminal else text)


def test_defect_names_the_innermost_line_of_ours(screen) -> None:
    """An unexpected exception is told by its kind and the last line of our own code that it passed."""
    try:
        read_toml(None)  # type: ignore[arg-type]
    except AttributeError as error:
        defect = as_error(error, screen())

    assert defect.what.startswith("a defect of the harness: AttributeError")
    assert defect.where.startswith("harness/spec/reading.py:")
    assert defect.exit_code == 1


def test_defect_without_words_is_told_by_its_kind(screen) -> None:
    """An exception that says nothing is still told, in one line."""
    assert as_error(ZeroDivisionError(), screen()).what == "a defect of the harness: ZeroDivisionError"
