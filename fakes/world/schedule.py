"""Work that falls due at an instant of virtual time: a step of a job, the start of a container."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime


class Schedule:
    """Actions in order of their instants; `run_due` performs those whose time has come."""

    def __init__(self) -> None:
        self._due: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._order = itertools.count()

    def at(self, instant: datetime, action: Callable[[datetime], None]) -> None:
        """Perform `action(instant)` once the clock has passed `instant`."""
        heapq.heappush(self._due, (instant, next(self._order), action))

    def run_due(self, now: datetime) -> None:
        """Perform everything due at `now`, earliest first, including what these actions add."""
        while self._due and self._due[0][0] <= now:
            instant, _, action = heapq.heappop(self._due)
            action(instant)
