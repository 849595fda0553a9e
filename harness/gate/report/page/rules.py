"""The rules: bounds against margins as plots, every number as a table, and what was checked without statistics."""

from __future__ import annotations

from collections.abc import Sequence

from harness.gate.report import words
from harness.gate.report.facts import ReportFacts
from harness.gate.report.page.explored import explored
from harness.gate.report.page.forest import forest
from harness.gate.report.page.latency import latency
from harness.gate.report.page.markup import Markup, Part, el
from harness.gate.report.page.tables import Column, code, folded, outcome, section, table
from harness.gate.verdict.verdict import RuleKind, RuleResult, Verdict

__all__ = ["MOST_RULES", "bounds_section", "checks_section", "operations_section", "slices_section"]

MOST_RULES = 200
"""Rows of one table, those first that need an eye; verdict.json has all."""

_COLUMNS = (
    Column("Rule"),
    Column("Outcome"),
    Column("Estimate", number=True),
    Column("Bounds", number=True),
    Column("Must be", number=True),
    Column("p of harm", number=True),
    Column("n", number=True),
    Column("n needed", number=True),
    Column("Method"),
    Column("What was found"),
)


def _of_kinds(verdict: Verdict, *kinds: RuleKind) -> list[RuleResult]:
    """Return the rules of some kinds, those first that need an eye."""
    found = [rule for rule in verdict.rules if rule.kind in kinds]
    return sorted(found, key=lambda rule: words.ORDER.index(rule.outcome))


def bounds_section(facts: ReportFacts) -> Markup:
    """Return the quality rules: each with its bounds and the margin that they are held against."""
    primaries = _of_kinds(facts.verdict, "primary", "anchor")
    guardrails = _of_kinds(facts.verdict, "guardrail")
    how = (
        "A difference is candidate less baseline, turned so that more is better. A primary passes when its lower bound "
        "(the tall end) is right of its margin; a guardrail fails when it is shown to be worse, after a correction for "
        "how many are tested."
    )
    return section(
        "bounds",
        "Bounds against margins",
        el("p", how, class_="quiet"),
        forest("Primary metrics", primaries),
        forest("Guardrails", guardrails),
        _numbers("Primary metrics and guardrails", [*primaries, *guardrails]),
    )


def _numbers(caption: str, rules: Sequence[RuleResult]) -> Markup:
    if not rules:
        return el("p", "No rule of this kind was tested.")
    return folded("All numbers as a table", _rule_table(caption, rules))


def _rule_table(caption: str, rules: Sequence[RuleResult]) -> Markup:
    """Return all there is to say about rules."""
    rows = table(caption, _COLUMNS, map(_row, rules[:MOST_RULES]))
    more = len(rules) - MOST_RULES
    return el("div", rows, el("p", f"{more} more are in verdict.json.", class_="quiet") if more > 0 else None)


def _row(rule: RuleResult) -> tuple[Part, ...]:
    return (
        code(rule.name),
        outcome(rule.outcome),
        words.quantity(rule.estimate, rule.unit, signed=rule.bound == "lower"),
        words.bounds(rule),
        words.limit(rule),
        words.quantity(rule.p_adjusted if rule.p_adjusted is not None else rule.p),
        words.UNKNOWN if rule.n is None else words.count(rule.n),
        words.UNKNOWN if rule.needed_n is None else words.count(rule.needed_n),
        rule.method or words.UNKNOWN,
        el("span", rule.detail, class_="detail"),
    )


def operations_section(facts: ReportFacts) -> Markup:
    """Return errors, times and tokens against their limits, with both models' latency as curves."""
    rules = _of_kinds(facts.verdict, "operations")
    return section(
        "operations",
        "Errors, times and tokens",
        forest("Bounds as a share of their limits", rules),
        _numbers("Operations", rules),
        latency(facts.evidence),
    )


def slices_section(facts: ReportFacts) -> Markup:
    """Return the slices that the policy lists, as rules, and all others that the data have, as plain means."""
    rules = _of_kinds(facts.verdict, "slice")
    listed = bool(facts.policy.slice)
    said = None if listed else el("p", "The policy lists no slices, so none has a rule.")
    plot = forest("Slices of the policy", rules)
    return section("slices", "Slices", said, plot, _numbers("Slices", rules) if listed else None, *explored(facts))


def checks_section(facts: ReportFacts) -> Markup:
    """Return what is counted or looked up instead of tested: hard checks and preconditions."""
    hard, before = _of_kinds(facts.verdict, "hard"), _of_kinds(facts.verdict, "precondition")
    columns = [Column("Check"), Column("Outcome"), Column("What was found")]
    broken = [rule for rule in before if rule.outcome in ("invalid", "inconclusive")]
    held = f"{len(before) - len(broken)} of {len(before)} preconditions do not stand in the way of a verdict"
    trusted = table("Preconditions: whether the evidence can be trusted", columns, map(_checked, before))
    faults = table("Hard checks: faults of single answers that no average excuses", columns, map(_checked, hard))
    return section(
        "checks",
        "Hard checks and preconditions",
        faults if hard else el("p", "The policy has no hard checks."),
        folded(held, trusted, open_=bool(broken)),
    )


def _checked(rule: RuleResult) -> tuple[Part, ...]:
    return (
        code(rule.name.removeprefix("precondition:")),
        outcome(rule.outcome),
        el("span", rule.detail, class_="detail"),
    )
