"""The paired differences of a primary metric as a histogram: how many conversations lost or gained how much."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from harness.gate.evidence.paired import FloatArray
from harness.gate.report import words
from harness.gate.report.page.drawing import axis, bar, chart, line, text
from harness.gate.report.page.markup import Markup, Part, el
from harness.gate.report.page.scale import Scale, symmetric
from harness.gate.report.page.tables import Column, folded, table

__all__ = ["histogram"]

_BINS = 40
_TOP, _FLOOR = 40, 200
_ROWS = (12, 26)
_ROOM = 26.0
"""Percent of the width that a name takes on the narrowest screen; one without that much room changes sides."""
_SHARES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


def histogram(metric: str, differences: FloatArray, margin: float) -> Markup:
    """Return the histogram, a sentence where nothing differs.

    Conversations without a difference are counted in words, for they would dwarf all others.
    """
    changed = differences[differences != 0]
    if not len(changed):
        return el("p", el("b", metric), f" {words.count(len(differences))} conversations, and none with a difference.")
    worse, better = int(np.sum(differences < 0)), int(np.sum(differences > 0))
    counted = (
        f"{words.count(worse)} worse, {words.count(better)} better, "
        f"{words.count(len(differences) - len(changed))} without a difference and not drawn"
    )
    mean = float(np.mean(differences))
    scale = symmetric([*changed.tolist(), margin, mean])
    averaged = words.quantity(mean, "score", signed=True)
    said = f"{counted}. The mean is {averaged}; the margin is {words.quantity(-margin, 'score', signed=True)}."
    return el(
        "figure",
        el("figcaption", el("b", metric), f" {counted}"),
        chart(f"Differences of {metric}", said, _FLOOR + 1, *_bars(changed, scale), *_marks(scale, mean, margin)),
        axis(scale, "score", signed=True),
        el("p", el("span", "\N{LEFTWARDS ARROW} worse"), el("span", "better \N{RIGHTWARDS ARROW}"), class_="ends"),
        folded("As a table", _table(metric, differences)),
        class_="histogram",
    )


def _bars(changed: FloatArray, scale: Scale) -> Iterator[Part]:
    counts, edges = np.histogram(changed, bins=_BINS, range=(scale.low, scale.high))
    most = int(counts.max())
    for height in Scale(0, max(1, most)).ticks(3):
        if 0 < height == int(height) and height <= most:
            y = _FLOOR - (_FLOOR - _TOP) * height / most
            yield line(0, y, 100, y, "grid")
            yield text(0, y - 3, words.count(int(height)), "tick", "start")
    for number, count in enumerate(counts.tolist()):
        if count:
            top = _FLOOR - max(1.0, (_FLOOR - _TOP) * count / most)
            left, right = scale.at(float(edges[number])), scale.at(float(edges[number + 1]))
            yield bar(left + 0.15, right - 0.15, round(top, 1), _FLOOR, "worse" if number < _BINS // 2 else "better")
    yield line(0, _FLOOR, 100, _FLOOR, "floor")


def _marks(scale: Scale, mean: float, margin: float) -> Iterator[Part]:
    """Mark the margin and the mean, their names on both sides: they do not meet where the two are close."""
    left = "margin", -margin, words.tick(-margin, signed=True)
    right = "mean", mean, words.quantity(mean, "score", signed=True)
    if mean < -margin:
        left, right = right, left
    for (name, value, written), anchor in ((left, "end"), (right, "start")):
        place = scale.at(value)
        yield line(place, 4, place, _FLOOR, name)
        fits = place >= _ROOM if anchor == "end" else place <= 100 - _ROOM
        side, y = (anchor, _ROWS[0]) if fits else ("start" if anchor == "end" else "end", _ROWS[1])
        yield text(place + (0.6 if side == "start" else -0.6), y, f"{name} {written}", f"name {name}", side)
    yield line(scale.at(0), _TOP - 16, scale.at(0), _FLOOR, "zero")


def _table(metric: str, differences: FloatArray) -> Markup:
    columns = [Column("Share of conversations"), Column("Difference at most", number=True)]
    values = np.quantile(differences, _SHARES)
    rows = (
        (f"{share:.0%}".replace("%", " %"), words.quantity(float(value), "score", signed=True))
        for share, value in zip(_SHARES, values, strict=True)
    )
    return table(f"Quantiles of the differences of {metric}", columns, rows)
