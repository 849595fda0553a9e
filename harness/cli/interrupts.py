"""Ctrl-C and SIGTERM are one thing: CI systems cancel with SIGTERM, and an endpoint must not outlive the run."""

from __future__ import annotations

import atexit
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Literal

__all__ = ["INTERRUPTS", "Interrupts"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """What a signal does depends on how far the process is.

    While it starts, the first one raises KeyboardInterrupt and ends everything; while the lifecycle runs, every one
    does, because the second one means something else than the first; once there is nothing left to stop, none does.
    """

    def __init__(self) -> None:
        self.asked = False
        self._raises: Literal["first", "every", "none"] = "none"

    @contextmanager
    def caught(self, *, own_process: bool) -> Iterator[None]:
        """Catch the signals in the block; where the process is our own, also from its end to that of the process.

        SIGINT stays ignored where it was ignored before: a shell does so for what runs in its background.
        """
        self.asked, self._raises = False, "first"
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.getsignal(number) for number in _SIGNALS}
        taken = [number for number in _SIGNALS if (number, before[number]) != (signal.SIGINT, signal.SIG_IGN)]
        for number in taken:
            signal.signal(number, self._signalled)
        try:
            yield
        finally:
            if not own_process:
                for number in taken:
                    signal.signal(number, before[number])

    def check(self) -> None:
        """Raise KeyboardInterrupt if a signal came and somebody swallowed it: imports and typer do."""
        if self.asked:
            raise KeyboardInterrupt

    def each(self) -> None:
        """From here on every signal raises KeyboardInterrupt."""
        self._raises = "every"

    def hold(self) -> None:
        """From here on no signal stops anything: what is left takes no time, and must not be torn."""
        self._raises = "none"

    @staticmethod
    def end_with(code: int) -> None:
        """Let a signal end the process with `code`: first while threads are waited for, then while Python shuts down.

        Its handlers are gone then, and a signal would end the process as if nobody had cleaned up.
        """
        for number in _SIGNALS:
            if signal.getsignal(number) not in (signal.SIG_IGN, signal.SIG_DFL):
                signal.signal(number, lambda *_: os._exit(code))
                atexit.register(signal.signal, number, signal.SIG_IGN)

    def _signalled(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - a handler's signature
        self.asked = True
        if self._raises == "none":
            return
        if self._raises == "first":
            self._raises = "none"
        raise KeyboardInterrupt


INTERRUPTS = Interrupts()
"""Signals belong to the process, so there is one."""
