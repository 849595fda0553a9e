"""How failures are told."""

from __future__ import annotations

from harness.cli.failures import as_defect, show_error
from harness.errors import ComputeNotAllowed
from harness.spec.reading import read_toml


def test_every_part_of_an_error_has_its_line(screen) -> None:
    """What happened comes first, then place, values and remedy, each with its name."""
    console = screen()
    error = ComputeNotAllowed("no [b]such[/b] size", where="compute", got="X", nearest=["Y", "Z"], remedy="Take Y.")
    show_error(error, console)

    assert [line.split() for line in console.file.getvalue().splitlines()] == [
        ["✗", "no", "[b]such[/b]", "size"],
        ["where", "compute"],
        ["got", "X"],
        ["nearest", "Y,", "Z"],
        ["remedy", "Take", "Y."],
    ]


def test_defect_names_the_innermost_line_of_ours() -> None:
    """An unexpected exception is told by its kind and the last line of our own code that it passed."""
    try:
        read_toml(None)  # type: ignore[arg-type]
    except AttributeError as error:
        defect = as_defect(error)

    assert defect.what.startswith("a defect of the harness: AttributeError")
    assert defect.where.startswith("harness/spec/reading.py:")
    assert defect.exit_code == 1


def test_defect_without_words_is_told_by_its_kind() -> None:
    """An exception that says nothing is still told, in one line."""
    assert as_defect(ZeroDivisionError()).what == "a defect of the harness: ZeroDivisionError"
