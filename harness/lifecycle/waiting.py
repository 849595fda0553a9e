"""Waiting for Azure with a deadline: long-running operations. What is said of jobs is in `jobs`.

`LROPoller.result(timeout)` returns an unfinished resource without a word, and `jobs.stream` has no deadline at
all and prints to the global stdout (SDK source); neither is used here.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Protocol, TypedDict

from azure.core.exceptions import AzureError

from harness.errors import OverBudget, StepFailed, Unfinished
from harness.lifecycle.refusals import may_recover, reason
from harness.lifecycle.watching import Watcher

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = [
    "JOB_ENDED",
    "LONGEST_OUTAGE",
    "Cap",
    "Clock",
    "Deadline",
    "Log",
    "Pulse",
    "RealClock",
    "Uncapped",
    "Waiting",
    "operate",
    "unfinished",
    "wait_for",
    "word",
]

_SLICE_S = 0.05
"""How long a wait for a poller goes on before deadline and Ctrl-C are looked at, in real seconds."""

_PULSE_S = 60.0
"""How often whoever watches is told that a wait goes on."""

LONGEST_OUTAGE = timedelta(minutes=15)
"""For so long a wait goes on without any answer; a switch or a proxy that restarts takes minutes."""

JOB_ENDED = ("Completed", "Failed", "Canceled")
"""A job in such a state bills no more. NotResponding is none: its nodes may go on, and nobody hears of them."""


class Clock(Protocol):
    """Time as Azure has it: real on Azure, virtual on the emulator."""

    def now(self) -> datetime:
        """Return the instant, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class RealClock:
    """The clock on the wall. longest_s: no wait is longer, since every wait is between two questions to Azure."""

    def __init__(self, longest_s: float = math.inf) -> None:
        self._longest_s = longest_s

    def now(self) -> datetime:
        """Return the instant, in UTC."""
        return datetime.now(timezone.utc)

    def sleep(self, seconds: float) -> None:
        """Wait in real time."""
        time.sleep(min(seconds, self._longest_s))


class PollingDroppedError(Exception):
    """Ends the thread of a poller that nobody waits for any more, or whose deadline has passed."""


@dataclass(frozen=True, slots=True)
class Cap:
    """When a run's budget is used up, whatever the limit of a step; `budget` says which: `the budget of 2 h`."""

    at: datetime
    budget: str


class Uncapped(TypedDict):
    """How to wait where no budget ends it: cleaning up is never cut short."""

    clock: Clock
    deadline_s: float
    watch: Watcher


class Waiting(Uncapped, total=False):
    """How to wait, as the keyword arguments that every waiting step takes."""

    cap: Cap | None


class Deadline:
    """When patience ends: after so many seconds, or with the budget (`cap`), whichever comes first."""

    def __init__(self, clock: Clock, seconds: float, cap: Cap | None = None) -> None:
        self._clock = clock
        self.seconds = seconds
        self._at = clock.now() + timedelta(seconds=seconds)
        self.cap = cap if cap is not None and cap.at < self._at else None
        if self.cap is not None:
            self._at = self.cap.at

    @property
    def passed(self) -> bool:
        """Whether there is no time left."""
        return self._clock.now() > self._at

    @property
    def left(self) -> float:
        """The seconds that are left; 0 when it has passed."""
        return max(0.0, (self._at - self._clock.now()).total_seconds())


Log = Callable[[], Sequence[str]]
"""Fetches the last lines of a log; () where there is none to be had."""


class Pulse:
    """Tells a watcher how a wait goes on: a state that is new, and once a minute of `clock` that there is none.

    log: read for who follows it. what: is waited for, as the beginning of a line.
    """

    def __init__(self, clock: Clock, watch: Watcher, log: Log | None, what: str = "") -> None:
        self._clock, self._watch, self._log, self._what = clock, watch, log, what
        self._beat = clock.now()
        self._state = ""

    def beat(self, state: str = "") -> None:
        """Tell what there is to tell; state: "" where somebody else tells it."""
        now = self._clock.now()
        if state != self._state:
            self._state = state
            self._watch.progress(f"{self._what}: {state}")
        if (now - self._beat).total_seconds() >= _PULSE_S:
            self._beat = now
            lines = self._log() if self._log is not None and self._watch.follows else ()
            self._watch.waiting(lines[-1] if lines else "")


def wait_for(
    begin: Callable[[], Any],
    what: str,
    *,
    clock: Clock,
    deadline_s: float,
    watch: Watcher,
    cap: Cap | None = None,
    failure: type[StepFailed] = StepFailed,
    log: Log | None = None,
    see: str = "",
) -> Any:
    """Begin an operation and return the result of its `LROPoller`; `what` is a clause such as "creating endpoint e".

    The deadline counts from before the request: a poller polls on a thread of its own as soon as it is made. Raises
    what `begin` raises, `failure` with Azure's reason, or Unfinished once `clock` is past the deadline, also when the
    operation ended between two looks at the clock, but after it. see: where to look.
    """
    deadline, pulse = Deadline(clock, deadline_s, cap), Pulse(clock, watch, log, what)
    if deadline.passed:
        raise unfinished(what, deadline, "it was not begun")
    poller = begin()
    dropped = _leash(poller, deadline, clock)
    try:
        while not poller.done():
            if deadline.passed:
                raise PollingDroppedError
            pulse.beat(poller.status())
            poller.wait(timeout=_SLICE_S)
        result = poller.result()
    except PollingDroppedError:
        raise unfinished(what, deadline, f"the operation is {poller.status()}", log, see) from None
    except AzureError as error:
        raise failure(f"{what} failed", got=reason(error)) from error
    finally:
        dropped.set()
    if deadline.passed:
        raise unfinished(what, deadline, "the operation ended later", log, see)
    return result


class _HowToOperate(Waiting, total=False):
    log: Log | None
    see: str


def operate(
    begin: Callable[[], Any], what: str, *, failure: type[StepFailed] = StepFailed, **within: Unpack[_HowToOperate]
) -> Any:
    """As `wait_for`; that Azure does not take the request is a `failure` too."""
    try:
        return wait_for(begin, what, failure=failure, **within)
    except AzureError as error:
        raise failure(f"{what} failed", got=reason(error)) from error


def word(state: Any) -> str:
    """Return a state as Azure spells it; the SDK hands out text or a member of an enum."""
    return str(getattr(state, "value", state))


def unfinished(what: str, deadline: Deadline, state: str, log: Log | None = None, see: str = "") -> Unfinished:
    """Return the error of a wait that has not ended: the last state, the last lines of the log, and where to look."""
    lines = log() if log is not None else ()
    got = f"{state}; its log ends with: {' | '.join(lines)}" if lines else state
    look = see or "Else look at its log."
    if deadline.cap is not None:
        ended = f"{what} had not ended when {deadline.cap.budget} was used up"
        return OverBudget(ended, got=got, remedy=f"Give the run a larger budget if it only takes longer. {look}")
    ended = f"{what} has not ended within {deadline.seconds:g} s"
    return Unfinished(ended, got=got, remedy=f"Raise the limit in [limits] of the spec if it only takes longer. {look}")


def _leash(poller: Any, deadline: Deadline, clock: Clock) -> threading.Event:
    """Return an event that ends the poller's thread: dropped half-way, it would go on polling (SDK source).

    The thread also ends by itself when the deadline has passed: in virtual time hours go by between two looks
    of the one who waits. A poll that nobody answered is no failure of the operation, unless the outage lasts: the
    poller asks again after its usual pause.
    """
    dropped, method, answered = threading.Event(), poller.polling_method(), [clock.now()]
    if not poller.done():
        update_status = method.update_status

        def update_or_end() -> None:
            if dropped.is_set():
                raise PollingDroppedError
            try:
                update_status()
                answered.append(clock.now())
            except AzureError as error:
                was_answered = getattr(error, "status_code", None) is not None
                if was_answered or not may_recover(error) or clock.now() >= answered[-1] + LONGEST_OUTAGE:
                    raise
            if deadline.passed and not method.finished():
                raise PollingDroppedError

        method.update_status = update_or_end
    return dropped
