"""Tables that scroll within themselves, and the small things that stand in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.gate.report import words
from harness.gate.report.page.markup import Markup, Part, el, joined
from harness.gate.verdict.verdict import RuleOutcome

__all__ = ["Column", "code", "folded", "outcome", "section", "table"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column. number: whether its cells are numbers, which stand right."""

    name: str
    number: bool = False


def table(caption: str, columns: Sequence[Column], rows: Iterable[Sequence[Part]]) -> Markup:
    """Return a table in a frame that scrolls where the table is wider than the page; the first cell names its row."""
    heads = [el("th", column.name, scope="col", class_=_class(column)) for column in columns]
    body = [
        el("tr", *(_cell(column, cell, n) for n, (column, cell) in enumerate(zip(columns, row, strict=True))))
        for row in rows
    ]
    whole = el("table", el("caption", caption), el("thead", el("tr", *heads)), el("tbody", *body))
    return el("div", whole, class_="scroll", role="group", aria_label=caption, tabindex=0)


def _cell(column: Column, cell: Part, number: int) -> Markup:
    if number == 0:
        return el("th", cell, scope="row", class_=_class(column))
    return el("td", cell, class_=_class(column))


def _class(column: Column) -> str | None:
    return "number" if column.number else None


def outcome(of: RuleOutcome) -> Markup:
    """Return a rule's outcome: its shape, then its word."""
    return el(
        "span", el("span", words.SHAPES[of], aria_hidden="true"), f" {words.RULE_OUTCOMES[of]}", class_=f"outcome {of}"
    )


def code(text: str) -> Markup:
    """Return a name or a digest; text of either direction leaves its surroundings alone."""
    return el("code", el("bdi", text))


def folded(summary: Part, *parts: Part, open_: bool = False) -> Markup:
    """Return what is shown on demand."""
    return el("details", el("summary", summary), *parts, open="" if open_ else None)


def section(name: str, title: str, *parts: Part) -> Markup:
    """Return a section that the list of sections leads to."""
    heading = f"{name}-title"
    return el("section", el("h2", title, id=heading), joined(*parts), id=name, aria_labelledby=heading)
