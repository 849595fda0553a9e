"""State machines as data, and plans: what state a resource is in is a function of its plan and the clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class StateMachine:
    """The states of one kind of resource and the moves that Azure ML makes between them."""

    name: str
    transitions: Mapping[str, frozenset[str]]

    @property
    def terminal(self) -> frozenset[str]:
        """The states that are left only by a new request."""
        return frozenset(s for s, after in self.transitions.items() if not after)

    def allows(self, before: str, after: str) -> bool:
        """Tell whether `before` may be followed by `after`."""
        return after in self.transitions.get(before, frozenset())


def _machine(name: str, **transitions: str) -> StateMachine:
    return StateMachine(name, {state: frozenset(after.split()) for state, after in transitions.items()})


PROVISIONING = _machine(
    "provisioning",
    Creating="Succeeded Failed Canceled",
    Updating="Succeeded Failed Canceled",
    Deleting="Failed Deleted",
    Succeeded="",
    Failed="",
    Canceled="",
    Deleted="",
)
"""Endpoints, deployments, computes. `Deleted` is never seen: the resource is gone (recorded: 404)."""

JOB = _machine(
    "job",
    NotStarted="Queued Preparing CancelRequested Failed",
    Queued="Preparing Provisioning Starting Running CancelRequested Failed",
    Preparing="Queued Provisioning Starting Running Finalizing CancelRequested Failed",
    Provisioning="Starting Running CancelRequested Failed",
    Starting="Running CancelRequested Failed",
    Running="Finalizing CancelRequested Completed Failed NotResponding",
    Finalizing="Completed CancelRequested Failed",
    CancelRequested="Canceled Failed",
    NotResponding="Failed Canceled",
    Completed="",
    Failed="",
    Canceled="",
)
"""The job statuses that the SDK knows; NotStarted, Preparing and Completed are recorded."""

POWER = _machine(
    "compute instance",
    Creating="Running",
    Starting="Running",
    Restarting="Running",
    Stopping="Stopped",
    Running="",
    Stopped="",
)
"""Whether a compute instance is up; states are left by a new request alone (documented)."""

OPERATION = _machine(
    "operation",
    Updating="Succeeded Failed",
    InProgress="Succeeded Failed",
    Running="Succeeded Failed",
    Succeeded="",
    Failed="",
)
"""Long-running operations: `Updating` for endpoints and deployments, `InProgress` for computes (recorded), `Running`
for templates (documented)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """When a resource enters which state: (state, seconds after `started`), in order, first at 0."""

    machine: StateMachine
    started: datetime
    steps: tuple[tuple[str, float], ...]

    def __post_init__(self) -> None:
        for (before, _), (after, _) in zip(self.steps, self.steps[1:], strict=False):
            if not self.machine.allows(before, after):
                raise ValueError(f"a {self.machine.name} never goes from {before} to {after}")

    def state(self, now: datetime) -> str:
        """Return the state at `now`."""
        elapsed = (now - self.started).total_seconds()
        current = self.steps[0][0]
        for state, offset in self.steps:
            if elapsed < offset:
                break
            current = state
        return current

    def entered(self, state: str) -> datetime | None:
        """Return when the plan enters `state`, or None when it never does."""
        for name, offset in self.steps:
            if name == state:
                return self.started + timedelta(seconds=offset)
        return None

    @property
    def ends(self) -> datetime:
        """When the last state is entered."""
        return self.started + timedelta(seconds=self.steps[-1][1])

    def done(self, now: datetime) -> bool:
        """Tell whether the last state has been entered."""
        return now >= self.ends

    def cut(self, now: datetime, *then: tuple[str, float]) -> Plan:
        """Return this plan up to `now`, followed by `then`, whose offsets count from `now`."""
        elapsed = (now - self.started).total_seconds()
        kept = tuple(step for step in self.steps if step[1] <= elapsed)
        return Plan(self.machine, self.started, kept + tuple((s, elapsed + after) for s, after in then))
