"""Whoever watches a promotion must not be able to stop it: a terminal that was closed is told no more."""

from __future__ import annotations

from collections.abc import Callable

from harness.lifecycle.report import StepRecord
from harness.lifecycle.watching import Silent, Watcher

__all__ = ["Unbreakable"]


class Unbreakable:
    """A Watcher that passes on what it is told until that cannot be printed any more."""

    def __init__(self, watch: Watcher) -> None:
        self._watch = watch

    @property
    def follows(self) -> bool:
        """Whether logs are worth asking for: a promotion has none."""
        return False

    def started(self, step: str, title: str) -> None:
        """Pass on that a step begins."""
        self._tell(lambda watch: watch.started(step, title))

    def progress(self, text: str) -> None:
        """Pass on what has moved."""
        self._tell(lambda watch: watch.progress(text))

    def waiting(self, log: str) -> None:
        """Pass on that nothing moves."""
        self._tell(lambda watch: watch.waiting(log))

    def warned(self, text: str) -> None:
        """Pass on a warning."""
        self._tell(lambda watch: watch.warned(text))

    def finished(self, record: StepRecord) -> None:
        """Pass on that a step has ended."""
        self._tell(lambda watch: watch.finished(record))

    def _tell(self, news: Callable[[Watcher], None]) -> None:
        try:
            news(self._watch)
        except OSError:
            self._watch = Silent()
