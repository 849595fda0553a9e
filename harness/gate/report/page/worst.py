"""The worst regressions, what was asked beside what both models answered. Every text here is a stranger's."""

from __future__ import annotations

from collections.abc import Iterator

from harness.gate.report import words
from harness.gate.report.facts import ReportFacts
from harness.gate.report.page.markup import Markup, Part, el
from harness.gate.report.page.tables import Column, code, folded, section, table
from harness.gate.report.regressions import Regression
from harness.gate.report.texts import Asked

__all__ = ["LONGEST", "MOST_TURNS", "worst_section"]

LONGEST = 2_000
"""Characters of one text; what is cut is said."""

MOST_TURNS = 6
"""Turns of one prompt: the last ones."""


def worst_section(facts: ReportFacts) -> Markup:
    """Return the worst regressions, each to unfold; the first lies open."""
    found, shown = len(facts.regressions), facts.worst
    if not shown:
        said = "No conversation lost more than a margin, and no answer of the candidate has a fault."
        return section("worst", "The worst regressions", el("p", said))
    of_all = f"{words.count(found)} of {words.count(len(facts.evidence.ids))} conversations"
    these = "These are all." if found == len(shown) else f"These are the {len(shown)} worst."
    how = f"{of_all} lost more than a margin, or have an answer with a fault. {these}"
    folds = (_fold(each, facts.texts.get(each.id), first=each is shown[0]) for each in shown)
    return section("worst", "The worst regressions", el("p", how, class_="quiet"), *folds)


def _fold(regression: Regression, asked: Asked | None, *, first: bool) -> Markup:
    summary = el("span", el("b", f"Line {regression.line}"), " ", el("span", "; ".join(regression.sentences)))
    texts = [el("p", "The evidence holds no text of it.")] if asked is None else list(_texts(asked))
    return folded(summary, *texts, _scores(regression), open_=first)


def _texts(asked: Asked) -> Iterator[Markup]:
    turns = asked.messages[-MOST_TURNS:]
    earlier = len(asked.messages) - len(turns)
    said = [el("p", f"{earlier} earlier turns are not shown.", class_="quiet")] if earlier else []
    yield el("div", *said, *(_text(turn.role, turn.content) for turn in turns), class_="prompt")
    reference = _text("reference", asked.reference) if asked.reference is not None else None
    answers = [_answer(asked, role) for role in ("baseline", "candidate")]
    yield el("div", reference, *answers, class_="side-by-side")


def _answer(asked: Asked, role: str) -> Markup:
    text, outcome = next((found for of, found in asked.answers.items() if of == role), ("", "not asked"))
    return _text(role if outcome == "answered" else f"{role}: {outcome.replace('_', ' ')}", text, role)


def _text(name: str, text: str, kind: str = "") -> Markup:
    """Return a text with who said it. Its direction is its own, as is that of each of its paragraphs."""
    cut = len(text) - LONGEST
    body: Part = text[:LONGEST] if text else el("span", "(nothing)", class_="quiet")
    more = el("p", f"Cut: {words.count(cut)} more characters.", class_="quiet") if cut > 0 else None
    return el(
        "div",
        el("p", el("bdi", name), class_="who"),
        el("div", body, class_="said", dir="auto"),
        more,
        class_=f"text {kind}".rstrip(),
    )


def _scores(regression: Regression) -> Markup:
    columns = [Column("Metric"), *(Column(name, number=True) for name in ("Baseline", "Candidate", "Loss in margins"))]
    rows = (
        (
            code(each.metric),
            words.quantity(each.baseline, "score"),
            words.quantity(each.candidate, "score"),
            f"{each.margins:.1f}",
        )
        for each in regression.changes
    )
    where = el("p", "Conversation ", code(regression.id), class_="quiet")
    return el("div", table(f"Scores of line {regression.line}", columns, rows), where)
