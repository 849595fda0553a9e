"""Numbers as text: durations, bars, curves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.cli.drawing import ASCII, UNICODE, Symbols, bar, duration, sparkline, symbols_for


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (0.004, "0 s"),
        (0.314, "0.31 s"),
        (0.996, "1.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.6, "1 min 00 s"),
        (585, "9 min 45 s"),
        (3599.7, "1 h 00 min"),
        (7500, "2 h 05 min"),
    ],
)
def test_duration_has_the_units_that_matter(seconds: float, expected: str) -> None:
    """A duration is told in hundredths of a second, or in the two largest units that it fills."""
    assert duration(seconds) == expected


@given(st.floats(0, 1), st.integers(1, 80), st.sampled_from([ASCII, UNICODE]))
def test_bar_fits_and_grows_with_its_share(share: float, width: int, symbols: Symbols) -> None:
    """A bar is never wider than its column, and never empty for more than nothing."""
    drawn = bar(share, width, symbols)

    assert len(drawn) <= width
    assert bool(drawn) == (share > 0)


def test_full_bar_fills_its_column() -> None:
    """The longest step's bar is as wide as the column."""
    assert bar(1.0, 8, UNICODE) == "████████"


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.integers(1, 20))
def test_curve_is_no_wider_than_asked(values: list[float], width: int) -> None:
    """However many values there are, the curve has at most `width` characters, one for each value if few."""
    assert len(sparkline(values, width, UNICODE)) == min(len(values), width)


def test_curve_follows_its_values() -> None:
    """A falling loss is a falling curve; equal values are a flat one."""
    assert sparkline([3, 2, 1], 3, UNICODE) == "█▅▁"
    assert sparkline([5, 5], 3, ASCII) == "__"


@pytest.mark.parametrize(("encoding", "expected"), [("utf-8", UNICODE), ("cp1252", ASCII), ("ascii", ASCII)])
def test_symbols_are_those_the_terminal_can_show(encoding: str, expected: Symbols) -> None:
    """Block elements are used only where the encoding has them."""
    assert symbols_for(encoding) is expected
