"""Who watches a run of the lifecycle: a progress line, a log, or nobody."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import Protocol

from harness.lifecycle.report import StepRecord

__all__ = ["Silent", "Watcher", "sdk_muted"]


class Watcher(Protocol):
    """Is told what happens while it happens. Bind the output stream before the run: see `sdk_muted`."""

    def started(self, step: str, title: str) -> None:
        """A step begins."""

    def progress(self, text: str) -> None:
        """Something has moved within the step."""

    def warned(self, text: str) -> None:
        """Something is not as it should be, and the run goes on."""

    def finished(self, record: StepRecord) -> None:
        """A step has ended, or was skipped."""


class Silent:
    """A Watcher that does nothing."""

    def started(self, step: str, title: str) -> None:
        """Do nothing."""

    def progress(self, text: str) -> None:
        """Do nothing."""

    def warned(self, text: str) -> None:
        """Do nothing."""

    def finished(self, record: StepRecord) -> None:
        """Do nothing."""


@contextlib.contextmanager
def sdk_muted() -> Iterator[None]:
    """Drop what the SDK prints in the block: its deployment poller writes dots to `sys.stdout` (SDK source).

    They come from the poller's own thread at any time, so the whole process's `sys.stdout` is replaced.
    """
    with contextlib.redirect_stdout(_Nowhere()):
        yield


class _Nowhere(io.TextIOBase):
    """A text stream that keeps nothing."""

    def write(self, text: str) -> int:
        return len(text)
