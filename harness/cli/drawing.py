"""Durations, bars and curves as text: pure functions of numbers, in characters that the terminal can show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from harness.decide.durations import Usual

__all__ = ["ASCII", "UNICODE", "Symbols", "bar", "duration", "elapsed", "sparkline", "symbols_for"]


@dataclass(frozen=True, slots=True)
class Symbols:
    """The characters to draw with. eighths: a cell filled by 1/8 to 8/8; levels: low to high."""

    done: str
    failed: str
    skipped: str
    arrow: str
    dot: str
    eighths: str
    levels: str


UNICODE = Symbols("✓", "✗", "-", "→", "·", "▏▎▍▌▋▊▉█", "▁▂▃▄▅▆▇█")
ASCII = Symbols("+", "x", "-", "->", "-", "-------#", "_.-=*#")


def symbols_for(encoding: str) -> Symbols:
    """Return block elements where `encoding` has them, else ASCII."""
    try:
        f"{UNICODE.done}{UNICODE.arrow}{UNICODE.eighths}{UNICODE.levels}".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE


def duration(seconds: float) -> str:
    """Return `seconds` in the units that matter: 0.31 s, 45 s, 9 min 45 s, 2 h 05 min."""
    if seconds < 0.005:
        return "0 s"
    if seconds < 9.95:
        return f"{seconds:.2f} s" if seconds < 0.995 else f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60} h {minutes % 60:02} min"


def elapsed(seconds: float, usual: Usual | None) -> str:
    """Return how long something has taken, and how long it usually takes: 12 min 05 s of about 43 min 15 s (inferred).

    usual: None, or with 0 s, where nobody knows.
    """
    so_far = duration(seconds)
    if usual is None or not usual.seconds:
        return so_far
    told = f"{duration(usual.seconds)} ({usual.evidence})"
    return f"{so_far} of about {told}" if seconds <= usual.seconds else f"{so_far}, longer than the usual {told}"


def bar(share: float, width: int, symbols: Symbols) -> str:
    """Return a bar of `share` (0 to 1) of `width` cells; anything above 0 shows."""
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    if share > 0:
        eighths = max(eighths, 1)
    cells, rest = divmod(eighths, 8)
    return symbols.eighths[-1] * cells + (symbols.eighths[rest - 1] if rest else "")


def sparkline(values: Sequence[float], width: int, symbols: Symbols) -> str:
    """Return a curve of at most `width` characters, each the mean of its stretch of `values`."""
    cells = min(len(values), width)
    edges = [len(values) * cell // cells for cell in range(cells + 1)] if cells else []
    means = [sum(values[a:b]) / (b - a) for a, b in pairwise(edges)]
    if not means:
        return ""
    low, spread = min(means), max(means) - min(means)
    top = len(symbols.levels) - 1
    return "".join(symbols.levels[round((mean - low) / spread * top) if spread else 0] for mean in means)
