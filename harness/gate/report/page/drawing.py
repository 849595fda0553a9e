"""Parts of charts: across in percent of the chart's width, down in pixels. So text keeps its size on every screen."""

from __future__ import annotations

from collections.abc import Mapping

from harness.gate.report import words
from harness.gate.report.page.markup import Markup, Part, el
from harness.gate.report.page.scale import Scale
from harness.gate.verdict.verdict import RuleOutcome

__all__ = ["AXIS_HEIGHT", "axis", "bar", "chart", "line", "marker", "text"]

AXIS_HEIGHT = 22
"""Pixels."""

_SHAPES: Mapping[RuleOutcome, str] = {
    "pass": "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
    "warn": "M0 -6L6 5L-6 5z",
    "fail": "M-5 -5h10v10h-10z",
    "inconclusive": "M0 -7L7 0L0 7L-7 0z",
    "not_testable": "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
    "invalid": "M-5 -5L5 5M-5 5L5 -5",
    "waived": "M0 -6L6 5L-6 5z",
}


def chart(name: str, said: str, height: int, *parts: Part, kind: str = "") -> Markup:
    """Return a drawing with its name and, in words, what it shows."""
    classes = f"chart {kind}".rstrip()
    told = el("title", name), el("desc", said)
    return el("svg", *told, *parts, role="img", class_=classes, width="100%", height=height)


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    """Return a line."""
    return el("line", x1=f"{x1:g}%", y1=f"{y1:g}", x2=f"{x2:g}%", y2=f"{y2:g}", class_=kind)


def bar(x1: float, x2: float, top: float, bottom: float, kind: str) -> Markup:
    """Return a rectangle."""
    width, height = f"{max(0.0, x2 - x1):.3f}%", f"{max(0.0, bottom - top):g}"
    return el("rect", x=f"{x1:g}%", y=f"{top:g}", width=width, height=height, class_=kind)


def text(x: float, y: float, said: str, kind: str, anchor: str = "middle") -> Markup:
    """Return text; anchor: start, middle or end."""
    return el("text", said, x=f"{x:g}%", y=f"{y:g}", text_anchor=anchor, class_=kind)


def marker(x: float, y: float, outcome: RuleOutcome) -> Markup:
    """Return the shape of an outcome."""
    shape = el("path", d=_SHAPES[outcome], class_=f"shape {outcome}")
    return el("svg", shape, x=f"{x:g}%", y=f"{y:g}", class_="place")


def axis(scale: Scale, unit: str, *, signed: bool = False, about: int = 5) -> Markup:
    """Return the labels of an axis, which the chart above says in words."""
    ticks = scale.ticks(about)
    labels = (
        text(scale.at(tick), 15, words.tick(tick, unit, signed=signed), "tick", _anchor(scale.at(tick)))
        for tick in ticks
    )
    marks = (line(scale.at(tick), 0, scale.at(tick), 4, "tick") for tick in ticks)
    return el("svg", *marks, *labels, class_="axis", width="100%", height=AXIS_HEIGHT, aria_hidden="true")


def _anchor(place: float) -> str:
    return "start" if place < 3 else "end" if place > 97 else "middle"
