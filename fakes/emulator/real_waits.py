"""Clients that wait in real time: virtual time passes for those who demonstrably do."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.emulator.exchange import Reply, Request
from fakes.world.states import JOB, OPERATION, POWER, PROVISIONING, StateMachine

if TYPE_CHECKING:
    from fakes.world.clock import VirtualClock

POLLS, PATIENCE = 3, 3.0
"""A client waits in real time once it has asked so often, for so many real seconds, and was told the same."""
SCALE = 60.0
"""Virtual seconds a real second, for such a client."""

_LOG = logging.getLogger("fakes.emulator")
_LARGEST = 256 * 1024


def _words(*machines: StateMachine) -> str:
    return "|".join(sorted({name for machine in machines for name in machine.transitions} - _ends(*machines)))


def _ends(*machines: StateMachine) -> set[str]:
    return {name for machine in machines for name in machine.terminal}


_UNFINISHED = re.compile(
    rf'"(?:status|provisioningState)":"(?:{_words(PROVISIONING, JOB, OPERATION)}|RUNNING|SCHEDULED)"'
    rf'|"state":"(?:{_words(POWER)})"'.encode()
)


@dataclass(slots=True)
class _Waiting:
    """Who asks for one URL: since when, how often, and how far others had moved the clock."""

    since: float
    moved: float
    polls: int = 0


class RealWaits:
    """Watches the polls of one emulator.

    State is a function of plan and clock, and never moves because it was read: what moves the clock here is the real
    time that a client spends between polls that are answered alike while nobody lets virtual time pass.
    """

    def __init__(self, clock: VirtualClock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._waiting: dict[str, _Waiting] = {}
        self._passed = 0.0
        self._paid = float("-inf")
        self._told = False

    def before(self, request: Request) -> None:
        """Let virtual time pass for a client that asks for the same URL again, if it has waited in real time."""
        waiting = self._waiting.get(request.url) if request.method == "GET" else None
        if waiting is None:
            return
        if waiting.moved != self._moved_by_others():
            del self._waiting[request.url]
            return
        now = self._monotonic()
        waiting.polls += 1
        if waiting.polls < POLLS - 1 or now - waiting.since < PATIENCE:
            return
        seconds = SCALE * (now - max(waiting.since, self._paid))
        self._paid, self._passed = now, self._passed + seconds
        self._clock.advance(seconds)
        waiting.moved = self._moved_by_others()
        self._tell(request)

    def after(self, request: Request, reply: Reply) -> None:
        """Remember that a client was told of something unfinished, or forget it where it was not."""
        if request.method != "GET":
            return
        if not unfinished(reply):
            self._waiting.pop(request.url, None)
        elif request.url not in self._waiting:
            self._waiting[request.url] = _Waiting(self._monotonic(), self._moved_by_others())

    def _moved_by_others(self) -> float:
        return round(self._clock.now().timestamp() - self._passed, 3)

    def _tell(self, request: Request) -> None:
        if not self._told:
            _LOG.warning(
                "A client waits in real time for %s; virtual time passes for it at %g s a real second. "
                "Emulator(time_scale=...) sets another pace, azure.clock.advance(seconds) does without waiting.",
                request.path,
                SCALE,
            )
        self._told = True


def unfinished(reply: Reply) -> bool:
    """Tell whether an answer shows something that is still on its way."""
    if reply.status == 202:
        return True
    body = reply.body
    return isinstance(body, bytes) and len(body) <= _LARGEST and _UNFINISHED.search(body) is not None
