"""Waiting for Azure with a deadline: long-running operations and jobs.

`LROPoller.result(timeout)` returns an unfinished resource without a word, and `jobs.stream` has no deadline at
all and prints to the global stdout (SDK source); neither is used here.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Protocol, TypedDict

from azure.core.exceptions import AzureError

from harness.errors import JobFailed, StepFailed, Unfinished
from harness.lifecycle.refusals import reason
from harness.lifecycle.watching import Watcher

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = [
    "JOB_ENDED",
    "ChildJob",
    "Clock",
    "Deadline",
    "RealClock",
    "Waiting",
    "descendants",
    "operate",
    "wait_for",
    "wait_for_job",
    "word",
]

_SLICE_S = 0.05
"""How long a wait for a poller goes on before deadline and Ctrl-C are looked at, in real seconds."""

JOB_ENDED = ("Completed", "Failed", "Canceled", "NotResponding")
_BROKEN = ("Failed", "NotResponding")
_SHORTEST_S, _LONGEST_S = 10.0, 120.0
"""How long apart a job's own state is asked for: longer the longer it takes."""

_STEPS_S = 300.0
"""How long apart its steps are looked at while its own state stays: the SDK asks several times for each step."""


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


class Waiting(TypedDict):
    """How to wait, as the keyword arguments that every waiting step takes."""

    clock: Clock
    deadline_s: float
    watch: Watcher


class Deadline:
    """When patience ends."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self.seconds = seconds
        self._at = clock.now() + timedelta(seconds=seconds)

    @property
    def passed(self) -> bool:
        """Whether there is no time left."""
        return self._clock.now() > self._at


@dataclass(frozen=True, slots=True)
class ChildJob:
    """A node of a pipeline or a step within it. depth: 1 for nodes."""

    name: str
    title: str
    status: str
    depth: int


def wait_for(
    begin: Callable[[], Any],
    what: str,
    *,
    clock: Clock,
    deadline_s: float,
    watch: Watcher,
    failure: type[StepFailed] = StepFailed,
) -> Any:
    """Begin an operation and return the result of its `LROPoller`; `what` is a clause such as "creating endpoint e".

    The deadline counts from before the request: a poller polls on a thread of its own as soon as it is made. Raises
    what `begin` raises, `failure` with Azure's reason, or Unfinished once `clock` is past the deadline, also when the
    operation ended between two looks at the clock, but after it.
    """
    deadline, status = Deadline(clock, deadline_s), ""
    poller = begin()
    dropped = _leash(poller, deadline)
    try:
        while not poller.done():
            if deadline.passed:
                raise _unfinished(what, deadline, f"the operation is {poller.status()}")
            if poller.status() != status:
                status = poller.status()
                watch.progress(f"{what}: {status}")
            poller.wait(timeout=_SLICE_S)
        result = poller.result()
    except PollingDroppedError:
        raise _unfinished(what, deadline, f"the operation is {poller.status()}") from None
    except AzureError as error:
        raise failure(f"{what} failed", got=reason(error)) from error
    finally:
        dropped.set()
    if deadline.passed:
        raise _unfinished(what, deadline, "the operation ended later")
    return result


def operate(
    begin: Callable[[], Any], what: str, *, failure: type[StepFailed] = StepFailed, **within: Unpack[Waiting]
) -> Any:
    """As `wait_for`; that Azure does not take the request is a `failure` too."""
    try:
        return wait_for(begin, what, failure=failure, **within)
    except AzureError as error:
        raise failure(f"{what} failed", got=reason(error)) from error


def wait_for_job(client: Any, name: str, *, clock: Clock, deadline_s: float, watch: Watcher, see: str = "") -> Any:
    """Return a job that has completed; the states of its nodes and steps are told as they change.

    JobFailed names the step at fault and its cause, Unfinished the states when the deadline passed. see: the sentence
    that says where to look for more, "" for the job's page in the studio.
    """
    deadline, began = Deadline(clock, deadline_s), clock.now()
    steps = _Steps(client, name, watch)
    while True:
        job = client.jobs.get(name)
        status = word(job.status)
        steps.tell(status, clock.now())
        if status in JOB_ENDED:
            break
        if deadline.passed:
            raise _unfinished(f"job {name}", deadline, steps.states())
        waited = (clock.now() - began).total_seconds()
        clock.sleep(min(_LONGEST_S, max(_SHORTEST_S, waited / 5)))
    if status != "Completed":
        raise _job_failed(client, job, see or _page(job))
    return job


class _Steps:
    """The states of a job and of what runs below it, told when they have changed."""

    def __init__(self, client: Any, name: str, watch: Watcher) -> None:
        self._client, self._name, self._watch = client, name, watch
        self._told: dict[str, str] = {}
        self._runs: list[ChildJob] = []
        self._looked: datetime | None = None

    def tell(self, status: str, now: datetime) -> None:
        """Tell what is new: of the job always, of its steps when it is time to look at them."""
        due = self._looked is None or (now - self._looked).total_seconds() >= _STEPS_S
        if not due and self._told.get(self._name) == status:
            return
        self._looked = now
        job = ChildJob(self._name, f"job {self._name}", status, depth=0)
        self._runs = [job, *descendants(self._client, self._name, depth=2)]
        for run in self._runs:
            if self._told.get(run.name) != run.status:
                self._told[run.name] = run.status
                self._watch.progress(f"{run.title}: {run.status}")

    def states(self) -> str:
        """Return what was last seen, for a message."""
        return ", ".join(f"{run.title} is {run.status}" for run in self._runs)


def descendants(client: Any, name: str, depth: int, below: int = 0) -> Iterator[ChildJob]:
    """Yield what runs below a job, parents first, down to `depth` levels."""
    for child in client.jobs.list(parent_job_name=name):
        yield ChildJob(child.name, child.display_name or child.name, word(child.status), below + 1)
        if below + 1 < depth:
            yield from descendants(client, child.name, depth, below + 1)


def word(state: Any) -> str:
    """Return a state as Azure spells it; the SDK hands out text or a member of an enum."""
    return str(getattr(state, "value", state))


def _leash(poller: Any, deadline: Deadline) -> threading.Event:
    """Return an event that ends the poller's thread: dropped half-way, it would go on polling (SDK source).

    The thread also ends by itself when the deadline has passed: in virtual time hours go by between two looks
    of the one who waits.
    """
    dropped, method = threading.Event(), poller.polling_method()
    if not poller.done():
        update_status = method.update_status

        def update_or_end() -> None:
            if dropped.is_set():
                raise PollingDroppedError
            update_status()
            if deadline.passed and not method.finished():
                raise PollingDroppedError

        method.update_status = update_or_end
    return dropped


def _job_failed(client: Any, job: Any, remedy: str) -> JobFailed:
    """Find the deepest failed step: its parents fail with it, and know no more than that something failed."""
    broken = [child for child in descendants(client, job.name, depth=3) if child.status in _BROKEN]
    culprit = max(broken, key=lambda child: child.depth, default=None)
    if culprit is None:
        what = f"job {job.name} ended as {word(job.status)}"
        return JobFailed(what, where="pipeline", got=_cause(client, job.name), remedy=remedy)
    return JobFailed(
        f"job {job.name} failed in step {culprit.title}",
        where="pipeline",
        got=_cause(client, culprit.name) or _cause(client, job.name),
        remedy=remedy,
    )


def _cause(client: Any, run_id: str) -> str:
    """Return code and message of a failed run, "" when they cannot be had.

    Run history holds them; `jobs.get` drops them, and `jobs.stream` refuses children (SDK source). Without
    this private member the error still names the step.
    """
    operations = getattr(client.jobs, "_runs_operations", None)
    if operations is None:
        return ""
    try:
        error = getattr(operations.get_run_details(run_id).error, "error", None)
    except AzureError:
        return ""
    return f"{error.code}: {error.message}".rstrip(".") if error is not None else ""


def _page(job: Any) -> str:
    url = getattr(job, "studio_url", None)
    return f"Logs and inputs of every step: {url}." if url else "Look at the job in Azure ML studio."


def _unfinished(what: str, deadline: Deadline, state: str) -> Unfinished:
    return Unfinished(
        f"{what} has not ended within {deadline.seconds:g} s",
        got=state,
        remedy="Raise the limit in [limits] of the spec if it only takes longer, or look at its log.",
    )
