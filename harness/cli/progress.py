"""What a run shows while it goes on: a spinner on a terminal, a line for every news elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console
from rich.padding import Padding
from rich.status import Status
from rich.table import Table
from rich.text import Text

from harness.cli.drawing import UNICODE, duration, elapsed, symbols_for
from harness.decide.durations import Usual
from harness.decide.durations import usual as usual_of
from harness.lifecycle.report import StepRecord
from harness.lifecycle.waiting import Clock
from harness.lifecycle.watching import Watcher

__all__ = ["LiveProgress", "PlainProgress", "watching"]

_WIDEST = 100
"""How far from a step's title its durations may stand."""

_TOLD_LATER = ("metrics", "score")
"""Steps whose findings the summary shows in full."""


_SILENT_S = 300.0
"""How long a log may say nothing while a wait goes on: some CI systems end what is silent for ten minutes."""

Expectation = Callable[[str], Usual]
"""Says how long a step usually takes."""


@contextmanager
def watching(console: Console, *, clock: Clock | None = None, usual: Expectation = usual_of) -> Iterator[Watcher]:
    """Yield what tells `console` how the run goes.

    clock: a run's real one, for how long a step has taken so far; None where its time is virtual, and nobody waits.
    """
    elapsing = _Elapsing(clock, usual)
    if not console.is_terminal or console.is_dumb_terminal:  # which shows no line that changes
        yield PlainProgress(console, elapsing)
        return
    spinner = "dots" if symbols_for(console.encoding) is UNICODE else "line"
    with Status("", console=console, spinner=spinner) as status:
        yield LiveProgress(console, status, elapsing)


class _Elapsing:
    """How long a step has taken, and how long it usually takes."""

    def __init__(self, clock: Clock | None, usual: Expectation) -> None:
        self._clock, self._usual = clock, usual
        self.real = clock is not None
        self._expected = Usual(0.0, "")
        self._began = self._told = clock.now() if clock is not None else None

    def begin(self, step: str) -> None:
        """A step begins."""
        self._expected = self._usual(step)
        self._began = self._told = self._clock.now() if self._clock is not None else None

    def told(self) -> None:
        """Something was said just now."""
        self._told = self._clock.now() if self._clock is not None else None

    def silent_s(self) -> float:
        """Return how long nothing was said."""
        return self._since(self._told)

    def text(self) -> str:
        """Return the time so far, and what is usual; "" where time is virtual."""
        return elapsed(self._since(self._began), self._expected) if self.real else ""

    def _since(self, then: datetime | None) -> float:
        return (self._clock.now() - then).total_seconds() if self._clock is not None and then is not None else 0.0


class PlainProgress:
    """A Watcher for logs: a step's title when it begins, its news below, its outcome at its end.

    Where time is real, a wait without news says every five minutes how long it has been.
    """

    def __init__(self, console: Console, elapsing: _Elapsing) -> None:
        self._console = console
        self._elapsing = elapsing
        self.follows = elapsing.real

    def started(self, step: str, title: str) -> None:
        """Print the title."""
        self._elapsing.begin(step)
        self._console.print(Text(title))

    def progress(self, text: str) -> None:
        """Print the news."""
        self._elapsing.told()
        _print_indented(Text(text), self._console)

    def waiting(self, log: str) -> None:
        """Print how long it has been, and the last line of the log, if nothing was said for long."""
        if self._elapsing.silent_s() >= _SILENT_S:
            self.progress(f"still waiting: {self._elapsing.text()}{f'; log: {log}' if log else ''}")

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
    """A Watcher for people: what happens now in the spinner's line, finished steps above it.

    Where time is real the line also tells how long it has been, which ticks, and the last line of the log.
    """

    def __init__(self, console: Console, status: Status, elapsing: _Elapsing) -> None:
        self._console = console
        self._status = status
        self._elapsing = elapsing
        self.follows = elapsing.real
        self._title = self._state = self._log = ""
        self._status.update(self)

    def __rich__(self) -> Text:
        """Return the line as it is at this moment."""
        parts = (self._title, self._elapsing.text(), self._state, self._log)
        line = Text(no_wrap=True, overflow="ellipsis")
        for part in filter(None, parts):
            line.append(f"  {part}" if line else part, "dim" if line else "")
        return line

    def started(self, step: str, title: str) -> None:
        """Show the title."""
        self._elapsing.begin(step)
        self._title, self._state, self._log = title, "", ""

    def progress(self, text: str) -> None:
        """Show the news after the title."""
        self._state = text

    def waiting(self, log: str) -> None:
        """Show the last line of the log after the news."""
        self._log = log

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
