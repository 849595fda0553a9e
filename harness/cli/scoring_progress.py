"""How a scoring goes on: a bar with elapsed and expected time on a terminal, a line for every tenth elsewhere."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from harness.gate.scoring.request import Watch

__all__ = ["watching_scores"]


@contextmanager
def watching_scores(console: Console) -> Iterator[Watch]:
    """Yield what tells `console` how the scoring goes."""
    if not console.is_terminal or console.is_dumb_terminal:
        yield _Lines(console)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]}", style="yellow"),
        TimeElapsedColumn(),
        TextColumn("expected", style="dim"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Bar(progress)


class _Bar:
    """Shows one bar, for what goes on now."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", failed="", start=False)

    def began(self, what: str, total: int | None) -> None:
        """Begin a bar anew; without a total it only moves."""
        self._progress.reset(self._task, description=what, total=total, failed="")

    def moved(self, done: int, failed: int = 0) -> None:
        """Show how much is done."""
        told = f"{failed} without an answer" if failed else ""
        self._progress.update(self._task, completed=done, failed=told)


class _Lines:
    """Prints what begins, and every tenth of it: a log is read from its end."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._total, self._tenth = 0, 0

    def began(self, what: str, total: int | None) -> None:
        """Print what begins."""
        self._total, self._tenth = total or 0, 0
        self._print(f"{what}{f' {total:,} questions' if total else ''}")

    def moved(self, done: int, failed: int = 0) -> None:
        """Print when another tenth is done."""
        tenth = 10 * done // self._total if self._total else 0
        if tenth > self._tenth:
            self._tenth = tenth
            without = f", {failed:,} without an answer" if failed else ""
            self._print(f"  {done:,} of {self._total:,}{without}")

    def _print(self, text: str) -> None:
        with contextlib.suppress(OSError):  # nobody reads along; the scoring goes on
            self._console.print(Text(text), soft_wrap=True)
