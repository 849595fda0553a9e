"""The emulator behind the process's doors: it answers what passes them, and its clock passes their waits."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from fakes.emulator.app import App, EmulatorClosedError
from fakes.emulator.exchange import Request
from harness.doors.messages import Body, Reply
from harness.doors.seams import opened, stop_pollers

if TYPE_CHECKING:
    from fakes.world.clock import VirtualClock


@contextlib.contextmanager
def intercepted(app: App, clock: VirtualClock) -> Iterator[None]:
    """Answer the process's Azure traffic from `app` and let its Azure clients wait on `clock`, inside the block."""

    def answer(method: str, url: str, headers: Mapping[str, str], body: Body) -> Reply:
        return app.answer(Request.from_parts(method, url, headers, body))

    def sleep(seconds: float) -> None:
        if app.closed:
            raise EmulatorClosedError("the emulator has been closed while a client waited")
        clock.sleep(seconds)

    with opened(answer, now=clock.now, sleep=sleep):
        try:
            yield
        finally:
            app.closed = True
            stop_pollers()  # while the doors are still ours
