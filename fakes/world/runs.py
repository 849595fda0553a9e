"""Runs: a job, the nodes of its pipeline and their steps, as run history and MLflow see them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from fakes.world.states import JOB, Plan


@dataclass(frozen=True, slots=True)
class RunError:
    """Why a run failed: Azure's code (`UserError`, `ServiceError`) and its message."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class LoggedMetric:
    """One value of a metric, visible from `at` on."""

    key: str
    value: float
    step: int
    at: datetime


@dataclass(slots=True, eq=False)
class Run:
    """A run. `kind` is "pipeline", "step" or "command"; its state is its plan's."""

    id: str
    kind: str
    display_name: str
    plan: Plan
    created: datetime
    experiment: str
    parent: Run | None = None
    component_id: str | None = None
    compute: str | None = None
    description: str | None = None
    properties: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    metrics: list[LoggedMetric] = field(default_factory=list)
    children: list[Run] = field(default_factory=list)
    error: RunError | None = None

    @property
    def root(self) -> Run:
        """The run of the job itself."""
        return self if self.parent is None else self.parent.root

    @property
    def container(self) -> str:
        """Where its artifacts are, below the artifact store's container."""
        return f"ExperimentRun/dcid.{self.id}"

    @property
    def is_user_code(self) -> bool:
        """Whether it stands for code of the user's own, which is not executed: a command, or a node that is one."""
        return self.kind == "command" or (self.kind == "step" and self.parent is self.root)

    def status(self, now: datetime) -> str:
        """Return the state at `now`."""
        return self.plan.state(now)

    def started(self, now: datetime) -> datetime | None:
        """Return when it began to run, or None while it has not."""
        at = self.plan.entered("Running")
        return at if at is not None and at <= now else None

    def ended(self, now: datetime) -> datetime | None:
        """Return when it ended, or None while it has not."""
        return self.plan.ends if self.status(now) in JOB.terminal else None

    def visible(self, now: datetime) -> bool:
        """Tell whether run history knows it: a child exists from the moment it is scheduled."""
        return self.parent is None or now >= self.plan.started

    def walk(self) -> Iterator[Run]:
        """Yield this run and everything below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def logged(self, now: datetime) -> list[LoggedMetric]:
        """Return the metrics logged until `now`, oldest first."""
        return [metric for metric in self.metrics if metric.at <= now]
