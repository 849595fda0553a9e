"""The top of the page: the verdict, what it means, why, and the few numbers that carry it."""

from __future__ import annotations

from collections.abc import Sequence

from harness.gate.report import words
from harness.gate.report.facts import ReportFacts
from harness.gate.report.findings import findings
from harness.gate.report.page.markup import Markup, el
from harness.gate.report.page.tables import code
from harness.gate.verdict.verdict import Verdict

__all__ = ["banner"]

_MOST_REASONS = 10


def banner(facts: ReportFacts) -> Markup:
    """Return the head of the page."""
    verdict = facts.verdict
    look = words.LOOKS_LIKE[verdict.outcome]
    shape = el("span", words.SHAPES[look], class_="shape", aria_hidden="true")
    replaced = el("span", "in place of ", code(words.named(verdict.baseline)))
    models = el("p", code(words.named(verdict.candidate)), " ", replaced, class_="models")
    return el(
        "header",
        el("p", facts.note, class_="note") if facts.note else None,
        el("p", f"Regression gate: {verdict.outcome}, exit code {verdict.exit_code}", class_="kicker"),
        el("h1", shape, " ", words.HEADLINES[verdict.outcome]),
        models,
        el("p", words.explanation(verdict), class_="meaning"),
        _reasons(findings(verdict, facts.policy)),
        _numbers(verdict),
        class_=f"banner {look}",
    )


def _reasons(reasons: Sequence[str]) -> Markup | None:
    shown = reasons[:_MOST_REASONS]
    more = len(reasons) - len(shown)
    last = el("li", f"And {more} more: the tables below have them.") if more > 0 else None
    return el("ul", *(el("li", reason) for reason in shown), last, class_="reasons") if shown else None


def _numbers(verdict: Verdict) -> Markup:
    numbers = {
        "conversations": words.count(verdict.conversations),
        "attempt" if verdict.attempts == 1 else "attempts": words.count(verdict.attempts),
        "rules passed": f"{sum(rule.outcome == 'pass' for rule in verdict.rules)} of {len(verdict.rules)}",
        "look": f"{verdict.look} of {verdict.looks}",
        "risk of promoting a worse one": words.quantity(verdict.alpha, "share"),
        "risk of blocking an equal one": words.quantity(verdict.alpha_block, "share"),
    }
    return el("dl", *(el("div", el("dt", name), el("dd", value)) for name, value in numbers.items()), class_="numbers")
