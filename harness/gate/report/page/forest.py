"""The forest plot: the bounds of each rule on one axis with the limit that they are held against."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.gate.report import words
from harness.gate.report.page.drawing import axis, bar, chart, line, marker
from harness.gate.report.page.markup import Markup, Part, el
from harness.gate.report.page.scale import Scale, symmetric
from harness.gate.report.page.tables import code, outcome
from harness.gate.verdict.verdict import RuleResult

__all__ = ["MOST_ROWS", "forest"]

MOST_ROWS = 40
"""Rows of one plot, those first that need an eye."""

_HEIGHT, _MIDDLE = 30, 15
_WIDEST = 8.0
"""How many times as wide as the usual row the axis may be."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A rule in the units of its axis: its own, or parts of its limit."""

    rule: RuleResult
    estimate: float | None
    lower: float | None
    upper: float | None
    limit: float


def forest(title: str, rules: Sequence[RuleResult]) -> Markup | None:
    """Return the plot of rules that have bounds; None when none has.

    Differences are drawn as they are, about zero. Quantities of unlike units are drawn as shares of their limits.
    """
    drawn = sorted((rule for rule in rules if _drawable(rule)), key=lambda rule: words.ORDER.index(rule.outcome))
    if not drawn:
        return None
    shown = drawn[:MOST_ROWS]
    differences = all(rule.bound == "lower" for rule in shown)
    rows = [_row(rule, differences) for rule in shown]
    scale = symmetric(_extent(rows)) if differences else Scale(0.0, max(1.6, *_extent(rows)) * 1.05)
    foot = axis(scale, "score" if differences else "share", signed=differences)
    more = len(drawn) - len(shown)
    return el(
        "figure",
        el("figcaption", title),
        el("ol", *(_drawn(row, scale) for row in rows), role="list"),
        el("div", foot, class_="foot"),
        el("p", f"{more} more are in the table and in verdict.json.", class_="quiet") if more > 0 else None,
        class_="forest",
    )


def _drawable(rule: RuleResult) -> bool:
    if rule.limit is None or (rule.lower is None and rule.upper is None):
        return False
    return rule.bound == "lower" or (rule.bound == "upper" and rule.limit > 0)


def _row(rule: RuleResult, differences: bool) -> _Row:
    limit = rule.limit or 0.0
    if differences or not limit:
        return _Row(rule, rule.estimate, rule.lower, rule.upper, limit)
    estimate, lower, upper = (
        None if each is None else each / limit for each in (rule.estimate, rule.lower, rule.upper)
    )
    return _Row(rule, estimate, lower, upper, 1.0)


def _extent(rows: Sequence[_Row]) -> list[float]:
    """Return what the axis must reach: everything, unless a few rows are so wide that they would hide the others."""
    reaches = sorted(
        max(abs(each) for each in (row.estimate, row.lower, row.upper, row.limit) if each is not None) for row in rows
    )
    usual = reaches[len(reaches) // 2]
    return [min(reaches[-1], _WIDEST * usual)] if usual else reaches


def _drawn(row: _Row, scale: Scale) -> Markup:
    rule = row.rule
    said = (
        f"estimate {words.quantity(rule.estimate, rule.unit, signed=rule.bound == 'lower')}, "
        f"bounds {words.bounds(rule)}, must be {words.limit(rule)}: {words.RULE_OUTCOMES[rule.outcome]}"
    )
    strip = chart(f"Bounds of {rule.name}", said, _HEIGHT, *_strip(row, scale), kind=f"strip {rule.outcome}")
    found = words.quantity(rule.estimate, rule.unit, signed=rule.bound == "lower")
    numbers = el("span", el("b", found), f" {words.bounds(rule)}", class_="numbers")
    return el("li", el("span", code(rule.name), class_="name"), strip, numbers, outcome(rule.outcome))


def _strip(row: _Row, scale: Scale) -> Iterator[Part]:
    below = row.rule.bound == "lower"
    limit = scale.at(row.limit)
    yield bar(0, limit, 0, _HEIGHT, "beyond") if below else bar(limit, 100, 0, _HEIGHT, "beyond")
    if below:
        yield line(scale.at(0), 0, scale.at(0), _HEIGHT, "zero")
    yield line(limit, 3, limit, _HEIGHT - 3, "limit")
    lower, upper = (_end(row.lower, -math.inf), _end(row.upper, math.inf))
    yield line(scale.at(lower), _MIDDLE, scale.at(upper), _MIDDLE, "interval")
    for value, kind in ((lower, "decisive" if below else "other"), (upper, "other" if below else "decisive")):
        yield _cap(value, scale, kind)
    if row.estimate is not None:
        yield marker(scale.at(row.estimate), _MIDDLE, row.rule.outcome)


def _cap(value: float, scale: Scale, kind: str) -> Markup:
    """Return the end of an interval, or an arrow where it goes on past the axis."""
    if scale.holds(value):
        half = 7 if kind == "decisive" else 4
        return line(scale.at(value), _MIDDLE - half, scale.at(value), _MIDDLE + half, kind)
    points = "M0 0L8 -5L8 5z" if value < scale.low else "M0 0L-8 -5L-8 5z"
    return el("svg", el("path", d=points, class_="arrow"), x=f"{scale.at(value):g}%", y=_MIDDLE, class_="place")


def _end(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
