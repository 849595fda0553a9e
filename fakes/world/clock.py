"""The one clock of a world: virtual time that moves only when somebody waits."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

_LONGEST = 10_000.0
"""However fast time flows, a day does not become more than some decades: a calendar ends in the year 9999."""


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
        self._start = start
        self._moved = 0.0
        self._held: datetime | None = None
        self._monotonic = monotonic
        self._opened = monotonic()
        self._time_scale = _not_backwards(time_scale)
        self._lock = threading.Lock()
        self.slept = 0.0
        """Seconds that clients have waited: LRO polling, retries and `jobs.stream`."""

    @property
    def time_scale(self) -> float:
        """Virtual seconds that pass by themselves for each real second."""
        return self._time_scale

    @property
    def outlasts(self) -> float:
        """How many times as long, in virtual time, lasts what a client keeps by its own clock: tokens, signatures.

        Where virtual time flows faster than real time, a token of an hour must be good for an hour of the client's.
        """
        return min(max(1.0, self._time_scale), _LONGEST)

    def now(self) -> datetime:
        """Return the virtual instant."""
        if self._held is not None:
            return self._held
        flowed = self._time_scale * (self._monotonic() - self._opened) if self._time_scale else 0.0
        return self._start + timedelta(seconds=self._moved + flowed)

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass without a client waiting."""
        if seconds < 0:
            raise ValueError(f"cannot advance by {seconds} s; virtual time cannot run backwards")
        with self._lock:
            self._move(seconds)

    def flow(self, time_scale: float, at: datetime | None = None) -> None:
        """Let time flow at another pace from now on; `at` also sets the instant from which it does."""
        now = at or self.now()
        with self._lock:
            self._start, self._moved, self._opened = now, 0.0, self._monotonic()
            self._time_scale = _not_backwards(time_scale)

    @contextlib.contextmanager
    def held(self, at: datetime | None = None) -> Iterator[None]:
        """Let no time flow in the block, so that all that is done in it happens at one instant: now, or `at`."""
        before, self._held = self._held, at or self.now()
        try:
            yield
        finally:
            self._held = before

    def sleep(self, seconds: float) -> None:
        """Wait as a client does: `seconds` pass and are counted in `slept`."""
        if seconds <= 0:
            return
        with self._lock:
            self._move(seconds)
            self.slept += seconds

    def _move(self, seconds: float) -> None:
        self._moved += seconds
        if self._held is not None:
            self._held += timedelta(seconds=seconds)


def _not_backwards(time_scale: float) -> float:
    if not 0 <= time_scale < float("inf"):
        raise ValueError(f"time_scale is {time_scale}; virtual time cannot run backwards, use 0 or more")
    return time_scale
