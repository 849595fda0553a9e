"""Waiting for a job, and what is known of the runs below it: states as they change, and who is at fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from azure.core.exceptions import AzureError

from harness.errors import JobFailed, StepFailed
from harness.lifecycle.logs import last_lines_of_runs
from harness.lifecycle.outages import answered
from harness.lifecycle.waiting import JOB_ENDED, Cap, Clock, Deadline, Pulse, unfinished, word
from harness.lifecycle.watching import Watcher

__all__ = ["ChildJob", "descendants", "wait_for_job"]

_SILENT = "NotResponding"
_BROKEN = ("Failed", _SILENT)
_SHORTEST_S, _LONGEST_S = 10.0, 120.0
"""How long apart a job's own state is asked for: longer the longer it takes."""

_STEPS_S = 300.0
"""How long apart its steps are looked at while its own state stays: the SDK asks several times for each step."""


@dataclass(frozen=True, slots=True)
class ChildJob:
    """A node of a pipeline or a step within it. depth: 1 for nodes."""

    name: str
    title: str
    status: str
    depth: int


def wait_for_job(
    client: Any,
    name: str,
    *,
    clock: Clock,
    deadline_s: float,
    watch: Watcher,
    cap: Cap | None = None,
    see: str = "",
) -> Any:
    """Return a job that has completed; the states of its nodes and steps are told as they change.

    JobFailed names the step at fault and its cause, StepFailed a job that does not respond, Unfinished the states when
    the deadline passed. A network that is gone for a while ends no wait: see `outages`. see: the sentence that says
    where to look for more, "" for the job's page in the studio.
    """
    deadline, began = Deadline(clock, deadline_s, cap), clock.now()
    steps = _Steps(client, name, watch)
    pulse = Pulse(clock, watch, steps.last_lines)
    ask = partial(answered, what=f"job {name}", clock=clock, watch=watch, deadline=deadline, see=see)
    while True:
        job = ask(partial(client.jobs.get, name))
        status = word(job.status)
        ask(partial(steps.tell, status, clock.now()))
        if status in JOB_ENDED:
            break
        if status == _SILENT:
            raise _silent(job, see or _page(job))
        if deadline.passed:
            raise unfinished(f"job {name}", deadline, steps.states(), steps.last_lines, see or _page(job))
        pulse.beat()
        waited = (clock.now() - began).total_seconds()
        clock.sleep(min(_LONGEST_S, max(_SHORTEST_S, waited / 5), deadline.left + 1))
    if status != "Completed":
        broken = ask(partial(_broken, client, name))
        raise _job_failed(client, job, broken, see or _page(job))
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

    def last_lines(self) -> Sequence[str]:
        """Return the end of the log of what runs now, the deepest first."""
        running = [run for run in self._runs if run.status not in JOB_ENDED]
        return last_lines_of_runs(self._client, [run.name for run in sorted(running, key=lambda run: -run.depth)])


def descendants(client: Any, name: str, depth: int, below: int = 0) -> Iterator[ChildJob]:
    """Yield what runs below a job, parents first, down to `depth` levels."""
    for child in client.jobs.list(parent_job_name=name):
        yield ChildJob(child.name, child.display_name or child.name, word(child.status), below + 1)
        if below + 1 < depth:
            yield from descendants(client, child.name, depth, below + 1)


def _broken(client: Any, name: str) -> Sequence[ChildJob]:
    return [child for child in descendants(client, name, depth=3) if child.status in _BROKEN]


def _job_failed(client: Any, job: Any, broken: Sequence[ChildJob], remedy: str) -> JobFailed:
    """Blame the deepest failed step: its parents fail with it, and know no more than that something failed."""
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


def _silent(job: Any, remedy: str) -> StepFailed:
    """Return the error of a job that may still run: it is no JobFailed, for it is to be canceled."""
    return StepFailed(f"job {job.name} does not respond", where="pipeline", got=f"state {_SILENT}", remedy=remedy)


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
