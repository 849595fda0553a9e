"""A verdict as text: its reasons, bounds drawn against margins, and the rules without bounds as a list."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.cli.drawing import Symbols, symbols_for
from harness.cli.gate_forest import Forest, forest_for
from harness.gate.report.words import named
from harness.gate.verdict.counting import conversations
from harness.gate.verdict.verdict import Outcome, RuleOutcome, RuleResult, Verdict

__all__ = ["show_verdict"]

_NARROWEST, _WIDEST = 16, 48
_TAKEN = 2 + 12 + 10 + 18 + 4 * 2
"""Columns beside name and drawing: indentation, outcome, estimate, interval, and what parts them."""

_STYLES: dict[Outcome, str] = {
    "PROMOTE": "bold green",
    "PROMOTE_WARN": "bold yellow",
    "BLOCK": "bold red",
    "INCONCLUSIVE": "bold yellow",
    "INVALID": "bold red",
}
_RULE_STYLES: dict[RuleOutcome, str] = {
    "pass": "green",
    "warn": "yellow",
    "waived": "yellow",
    "fail": "bold red",
    "invalid": "bold red",
    "inconclusive": "yellow",
    "not_testable": "dim",
}


def show_verdict(verdict: Verdict, console: Console) -> None:
    """Print a verdict."""
    symbols = symbols_for(console.encoding)
    console.print(Text(verdict.outcome, style=_STYLES[verdict.outcome]))
    for reason in verdict.reasons:
        console.print(Text(f"  {reason}"), soft_wrap=not console.is_terminal)
    compared = [rule for rule in verdict.rules if rule.bound == "lower"]
    if compared:
        _section(console, "Differences, candidate less baseline, and their bounds", _compared(compared, console))
    others = [rule for rule in verdict.rules if rule.bound != "lower" and rule.kind != "precondition"]
    if others:
        _section(console, "Limits", _listed(others, symbols))
    wrong = [rule for rule in verdict.rules if rule.kind == "precondition" and rule.outcome != "pass"]
    if wrong:
        _section(console, "Preconditions that do not hold, or were not looked at", _listed(wrong, symbols))
    for waiver in verdict.waivers:
        text = f"waiver {waiver.id} of {waiver.owner} for {waiver.rule}, until {waiver.expires}: {waiver.detail}"
        console.print(Text(f"  {text}", style="yellow"), soft_wrap=not console.is_terminal)
    _foot(verdict, console)


def _foot(verdict: Verdict, console: Console) -> None:
    console.print()
    for line in (
        f"failed answers: {verdict.tipping.detail}",
        f"{conversations(verdict.conversations)} of {verdict.held_out}, look {verdict.look} of {verdict.looks}, "
        f"attempts: {verdict.attempts}",
        f"candidate {named(verdict.candidate)}, baseline {named(verdict.baseline)}",
    ):
        console.print(Text(line, style="dim"), soft_wrap=not console.is_terminal)


def _section(console: Console, title: str, body: Table) -> None:
    console.print()
    console.print(Text(title, style="bold"))
    console.print(Padding(body, (0, 0, 0, 2), expand=False))


def _compared(rules: Sequence[RuleResult], console: Console) -> Table:
    """One row a rule: where there is no room for both, the interval is drawn and not told."""
    room = console.width - _TAKEN - max(len(rule.name) for rule in rules)
    told = room >= _NARROWEST
    forest = forest_for(
        rules, max(_NARROWEST, min(_WIDEST, room if told else room + 20)), symbols_for(console.encoding)
    )
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, min_width=12)
    for _ in range(3 + told):
        table.add_column(no_wrap=True)
    for rule in rules:
        table.add_row(_outcome(rule), Text(rule.name), *[Text(each) for each in _drawn(rule, forest)[: 2 + told]])
    table.add_row("", "", Text(forest.scale(), style="dim"))
    return table


def _drawn(rule: RuleResult, forest: Forest) -> tuple[str, str, str]:
    if rule.estimate is None:
        return forest.row(rule), f"{rule.n} of {rule.needed_n}", "too few"
    low, high = ("none" if each is None else f"{each:+.4f}" for each in (rule.lower, rule.upper))
    return forest.row(rule), f"{rule.estimate:+.4f}", f"[{low}, {high}]"


def _listed(rules: Sequence[RuleResult], symbols: Symbols) -> Table:
    table = Table.grid(padding=(0, 2))
    for least in (12, 0):
        table.add_column(no_wrap=True, min_width=least)
    table.add_column(overflow="fold")
    for rule in rules:
        name = rule.name.removeprefix("precondition:")
        table.add_row(_outcome(rule), Text(name), Text(rule.detail.replace("; ", f" {symbols.dot} ")))
    return table


def _outcome(rule: RuleResult) -> Text:
    return Text(rule.outcome.replace("_", " "), style=_RULE_STYLES[rule.outcome])
