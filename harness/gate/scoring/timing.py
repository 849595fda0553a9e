"""Time and pace of the asking; all clocks are passed in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

__all__ = ["Pace", "Timing"]


@dataclass(frozen=True, slots=True)
class Timing:
    """now: the instant, in UTC. sleep: waits, in seconds. tick: seconds of a clock that only goes forward, for latency.

    On a local Azure ML the first two are virtual: then a wait takes no time.
    """

    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    tick: Callable[[], float]


class Pace:
    """Lets requests begin at most so many times a second, and holds all of them back when the endpoint asks for it.

    rate: requests a second, None for no limit. Threads may share one.
    """

    def __init__(self, timing: Timing, rate: float | None = None) -> None:
        self._timing = timing
        self._apart = 1 / rate if rate else 0.0
        self._next = self._seconds()
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Wait for the next turn."""
        with self._lock:
            now = self._seconds()
            turn = max(now, self._next)
            self._next = turn + self._apart
        if turn > now:
            self._timing.sleep(turn - now)

    def hold(self, seconds: float) -> None:
        """Let nobody begin for so long: an endpoint that says when to come back says it to all."""
        with self._lock:
            self._next = max(self._next, self._seconds() + seconds)

    def _seconds(self) -> float:
        return self._timing.now().timestamp()
