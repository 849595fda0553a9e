"""What a run shows while it goes on: one line for each step, live on a terminal, plain elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.padding import Padding
from rich.status import Status
from rich.table import Table
from rich.text import Text

from harness.cli.drawing import Symbols, duration, symbols_for
from harness.lifecycle.report import StepRecord
from harness.lifecycle.watching import Watcher

__all__ = ["Progress", "watching"]

_STYLES = {"done": "green", "failed": "bold red", "skipped": "dim"}


class Progress:
    """A Watcher that prints a line for each finished step and hands on what happens inside a step."""

    def __init__(self, console: Console, happening: Callable[[str], None]) -> None:
        self._console = console
        self._symbols = symbols_for(console.encoding)
        self._happening = happening
        self._title = ""

    def started(self, step: str, title: str) -> None:  # noqa: ARG002 - the Watcher's signature
        """Say what begins."""
        self._title = title
        self._happening(title)

    def progress(self, text: str) -> None:
        """Say how far the step is."""
        self._happening(f"{self._title} {self._symbols.dot} {text}")

    def warned(self, text: str) -> None:
        """Print a warning."""
        self._console.print(Padding(Text(f"warning: {text}", style="yellow"), (0, 0, 0, 4)))

    def finished(self, record: StepRecord) -> None:
        """Print how the step ended, how long it took, and what it found out."""
        self._console.print(_line(record, self._symbols))
        facts = f" {self._symbols.dot} ".join(f"{name} {value}" for name, value in record.facts.items())
        if facts:
            self._console.print(Padding(Text(facts, style="dim"), (0, 0, 0, 4)))


@contextmanager
def watching(console: Console) -> Iterator[Watcher]:
    """Yield a watcher: with a spinner where `console` is a terminal, else with a line for every news."""
    if not console.is_terminal:
        yield Progress(console, _news(console))
        return
    with Status("", console=console) as status:
        yield Progress(console, lambda text: status.update(Text(text)))


def _news(console: Console) -> Callable[[str], None]:
    """Print each text once, however often it is told."""
    said = [""]

    def tell(text: str) -> None:
        if text != said[0]:
            said[0] = text
            console.print(Padding(Text(text), (0, 0, 0, 4)))

    return tell


def _line(record: StepRecord, symbols: Symbols) -> Table:
    """The step's mark and title on the left, its durations on the right."""
    mark = {"done": symbols.done, "failed": symbols.failed, "skipped": symbols.skipped}[record.outcome]
    line = Table.grid(expand=True, padding=(0, 1))
    line.add_column(width=1)
    line.add_column(ratio=1)
    line.add_column(justify="right", no_wrap=True)
    took = "" if record.outcome == "skipped" else _took(record)
    line.add_row(Text(mark, style=_STYLES[record.outcome]), Text(record.title), Text(took, style="dim"))
    return line


def _took(record: StepRecord) -> str:
    return f"Azure {duration(record.azure_seconds)}, here {duration(record.real_seconds)}"
