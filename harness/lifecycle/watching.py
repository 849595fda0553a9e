"""Who watches a run of the lifecycle: a progress line, a log, or nobody."""

from __future__ import annotations

import contextlib
import io
import logging
import threading
from collections.abc import Callable
from typing import Protocol

from harness.lifecycle.report import StepRecord

__all__ = ["Silent", "Unbreakable", "Watcher", "sdk_muted"]

_LOGGERS = {"azure.ai.ml": logging.INFO, "azure.identity": logging.NOTSET}
"""The SDK's loggers that print, and the levels that they have when nobody has changed them."""


class Watcher(Protocol):
    """Is told what happens while it happens. Bind the output stream before the run: see `sdk_muted`."""

    @property
    def follows(self) -> bool:
        """Whether logs are worth asking for, which are requests of their own."""

    def started(self, step: str, title: str) -> None:
        """A step begins."""

    def progress(self, text: str) -> None:
        """Something has moved within the step."""

    def waiting(self, log: str) -> None:
        """Nothing has moved for a while, and the wait goes on; log: the last line of one, "" where there is none."""

    def warned(self, text: str) -> None:
        """Something is not as it should be, and the run goes on."""

    def finished(self, record: StepRecord) -> None:
        """A step has ended, or was skipped."""


class Silent:
    """A Watcher that does nothing."""

    follows = False

    def started(self, step: str, title: str) -> None:
        """Do nothing."""

    def progress(self, text: str) -> None:
        """Do nothing."""

    def waiting(self, log: str) -> None:
        """Do nothing."""

    def warned(self, text: str) -> None:
        """Do nothing."""

    def finished(self, record: StepRecord) -> None:
        """Do nothing."""


class Unbreakable:
    """A Watcher that passes on what it is told; one that has gone, such as a closed pipe, is told no more."""

    def __init__(self, watch: Watcher) -> None:
        self._watch = watch

    @property
    def follows(self) -> bool:
        """Whether logs are wanted."""
        return self._watch.follows

    def started(self, step: str, title: str) -> None:
        """Pass on that a step begins."""
        self._tell(lambda watch: watch.started(step, title))

    def progress(self, text: str) -> None:
        """Pass on what has moved."""
        self._tell(lambda watch: watch.progress(text))

    def waiting(self, log: str) -> None:
        """Pass on that a wait goes on."""
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


class _Silence:
    """Counts who wants silence: the first one makes it and the last one ends it, whatever order threads leave in.

    The streams and loggers belong to the process, so two runs at once must not put back what the other replaced.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted = 0
        self._replaced = contextlib.ExitStack()

    def __enter__(self) -> None:
        with self._lock:
            self._wanted += 1
            if self._wanted == 1:
                self._begin(self._replaced)

    def __exit__(self, *_failure: object) -> None:
        with self._lock:
            self._wanted -= 1
            if self._wanted == 0:
                self._replaced.close()

    @staticmethod
    def _begin(replaced: contextlib.ExitStack) -> None:
        replaced.enter_context(contextlib.redirect_stdout(_Nowhere()))
        replaced.enter_context(contextlib.redirect_stderr(_Nowhere()))
        for name, usual in _LOGGERS.items():
            logger = logging.getLogger(name)
            if logger.level == usual:
                logger.setLevel(logging.CRITICAL)
                replaced.callback(logger.setLevel, usual)


_SILENCE = _Silence()


def sdk_muted() -> contextlib.AbstractContextManager[None]:
    """Drop what the SDK tells the terminal in the block; what matters of it, the harness reports itself.

    Its pollers write dots to `sys.stdout` from threads of their own, uploads end with a colour code on
    `sys.stderr` (SDK source), so both are replaced for the whole process. Its loggers print to a stream that
    they took on import; one whose level somebody has changed is left alone.
    """
    return _SILENCE


class _Nowhere(io.TextIOBase):
    """A text stream that keeps nothing."""

    def write(self, text: str) -> int:
        return len(text)
