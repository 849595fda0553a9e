"""Time while a scenario is recorded, and while it is replayed: both stand at the last exchange.

What a scenario decides by the clock, such as whether it is time to look at a job's steps, it decides with the same
instants both times. So it asks as often in a replay as it asked Azure, to the request.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

__all__ = ["HeardClock", "TapeClock"]

_STANDS = timedelta(minutes=1)
"""How long a recording's clock may stand: deadlines have to pass also where no answer comes any more."""


class _Clock(Protocol):
    def now(self) -> datetime: ...

    def sleep(self, seconds: float) -> None: ...


class HeardClock:
    """The clock of whoever answers, as a recording shows it: the instant of the last exchange or of the last wait."""

    def __init__(self, clock: _Clock) -> None:
        self._clock = clock
        self._stands = clock.now()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the instant, in UTC."""
        now = self._clock.now()
        return now if now - self._stands > _STANDS else self._stands

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._clock.sleep(seconds)
        self.reach()

    def reach(self) -> datetime:
        """Go on to the instant that it is by now, and return that."""
        with self._lock:
            self._stands = max(self._stands, self._clock.now())
            return self._stands


class TapeClock:
    """Time as it was recorded: the instant of the last exchange, and what has been slept since. It never goes back.

    upcoming: tells the instant of the first exchange after an instant that is still to come, None when there is none.
    A sleep ends there at the latest, since that is when it ended: what was asked for need not be what was waited.
    """

    def __init__(self, began: datetime, upcoming: Callable[[datetime], datetime | None] = lambda _now: None) -> None:
        self._now = began
        self._upcoming = upcoming
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the instant, in UTC."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let time pass, at once."""
        with self._lock:
            until = self._now + timedelta(seconds=max(seconds, 0.0))
            due = self._upcoming(self._now)
            self._now = until if due is None else min(until, due)

    def reach(self, instant: datetime) -> None:
        """Let it be `instant`, unless that has passed."""
        with self._lock:
            self._now = max(self._now, instant)
