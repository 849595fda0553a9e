"""The one clock of a world: virtual time that moves only when somebody waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta


class VirtualClock:
    """Virtual time, in UTC, owned by one world and safe to use from several threads.

    By default it stands still unless a client sleeps or a test advances it. With `time_scale` it also flows
    with real time: that many virtual seconds a real second, for clients that wait outside our reach.
    """

    def __init__(
        self,
        start: datetime,
        *,
        time_scale: float = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if time_scale < 0:
            raise ValueError(f"time_scale is {time_scale}; virtual time cannot run backwards, use 0 or more")
        self._start = start
        self._moved = 0.0
        self._time_scale = time_scale
        self._monotonic = monotonic
        self._opened = monotonic()
        self._lock = threading.Lock()
        self.slept = 0.0
        """Seconds that clients have waited: LRO polling, retries and `jobs.stream`."""

    def now(self) -> datetime:
        """Return the virtual instant."""
        flowed = self._time_scale * (self._monotonic() - self._opened) if self._time_scale else 0.0
        return self._start + timedelta(seconds=self._moved + flowed)

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass without a client waiting."""
        if seconds < 0:
            raise ValueError(f"cannot advance by {seconds} s; virtual time cannot run backwards")
        with self._lock:
            self._moved += seconds

    def sleep(self, seconds: float) -> None:
        """Wait as a client does: `seconds` pass and are counted in `slept`."""
        if seconds <= 0:
            return
        with self._lock:
            self._moved += seconds
            self.slept += seconds
