"""What a run shows while it goes on: a spinner on a terminal, a line for every news elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.padding import Padding
from rich.status import Status
from rich.table import Table
from rich.text import Text

from harness.cli.drawing import UNICODE, duration, symbols_for
from harness.lifecycle.report import StepRecord
from harness.lifecycle.watching import Watcher

__all__ = ["LiveProgress", "PlainProgress", "watching"]

_WIDEST = 100
"""How far from a step's title its durations may stand."""

_TOLD_LATER = ("metrics", "score")
"""Steps whose findings the summary shows in full."""


@contextmanager
def watching(console: Console) -> Iterator[Watcher]:
    """Yield what tells `console` how the run goes."""
    if not console.is_terminal or console.is_dumb_terminal:  # which shows no line that changes
        yield PlainProgress(console)
        return
    spinner = "dots" if symbols_for(console.encoding) is UNICODE else "line"
    with Status("", console=console, spinner=spinner) as status:
        yield LiveProgress(console, status)


class PlainProgress:
    """A Watcher for logs: a step's title when it begins, its news below, its outcome at its end."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def started(self, step: str, title: str) -> None:  # noqa: ARG002 - the Watcher's signature
        """Print the title."""
        self._console.print(Text(title))

    def progress(self, text: str) -> None:
        """Print the news."""
        _print_indented(Text(text), self._console)

    def warned(self, text: str) -> None:
        """Print a warning."""
        _print_indented(Text(f"warning: {text}", style="yellow"), self._console)

    def finished(self, record: StepRecord) -> None:
        """Print how the step ended, how long it took, and what it found out."""
        if record.outcome == "skipped":
            self._console.print(Text(f"{record.title}: skipped"))
            return
        _print_indented(Text.assemble(_mark(record, self._console), " ", _took(record)), self._console)
        _print_facts(record, self._console)


class LiveProgress:
    """A Watcher for people: what happens now in the spinner's line, finished steps above it."""

    def __init__(self, console: Console, status: Status) -> None:
        self._console = console
        self._status = status
        self._title = ""

    def started(self, step: str, title: str) -> None:  # noqa: ARG002 - the Watcher's signature
        """Show the title."""
        self._title = title
        self._status.update(Text(title))

    def progress(self, text: str) -> None:
        """Show the news after the title."""
        news = Text.assemble(self._title, ("  " + text, "dim"), no_wrap=True, overflow="ellipsis")
        self._status.update(news)

    def warned(self, text: str) -> None:
        """Print a warning."""
        _print_indented(Text(f"warning: {text}", style="yellow"), self._console)

    def finished(self, record: StepRecord) -> None:
        """Print how the step ended, how long it took, and what it found out."""
        line = Table.grid(padding=(0, 1))
        line.width = min(self._console.width, _WIDEST)
        line.add_column(width=1)
        line.add_column(ratio=1)
        line.add_column(justify="right", no_wrap=True)
        style = "dim" if record.outcome == "skipped" else "bold"
        line.add_row(_mark(record, self._console), Text(record.title, style=style), _took(record))
        self._console.print(line)
        _print_facts(record, self._console)


def _mark(record: StepRecord, console: Console) -> Text:
    symbols = symbols_for(console.encoding)
    if record.outcome == "done":
        return Text(symbols.done, style="green")
    if record.outcome == "failed":
        return Text(symbols.failed, style="bold red")
    return Text(symbols.skipped, style="dim")


def _took(record: StepRecord) -> Text:
    if record.outcome == "skipped":
        return Text("skipped", style="dim")
    azure = f"Azure {duration(record.azure_seconds)}, " if record.azure_seconds else ""
    return Text(f"{azure}here {duration(record.real_seconds)}", style="dim")


def _print_facts(record: StepRecord, console: Console) -> None:
    """Print what a step found out. ARM ids and web addresses are for the report, errors are told at the end."""
    if record.outcome != "done" or record.name in _TOLD_LATER:
        return
    separator = f" {symbols_for(console.encoding).dot} "
    facts = Text()
    for name, value in record.facts.items():
        if not value.startswith(("https://", "/subscriptions/")):
            facts.append(separator if facts else "", "dim").append(f"{name}: ", "dim").append(value)
    if facts:
        _print_indented(facts, console)


def _print_indented(text: Text, console: Console) -> None:
    """Print below a step's title; in a log on one line, however long: a log is searched."""
    if console.is_terminal:
        console.print(Padding(text, (0, 0, 0, 2), expand=False))
    else:
        console.print(Text.assemble("  ", text), soft_wrap=True)
