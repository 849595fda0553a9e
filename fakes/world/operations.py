"""Long-running operations: what a poll URL stands for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from fakes.world.errors import NotFound, ServiceError
from fakes.world.states import OPERATION, Plan


@dataclass(slots=True)
class Operation:
    """An operation in progress or done. `running` is the status word while it runs, which differs by service."""

    id: str
    plan: Plan
    running: str
    result: dict[str, object] = field(default_factory=dict)
    error: ServiceError | None = None

    def status(self, now: datetime) -> str:
        """Return the running word, `Succeeded` or `Failed`."""
        return self.plan.state(now)

    def done(self, now: datetime) -> bool:
        """Tell whether it has ended."""
        return self.plan.done(now)

    def fail(self, error: ServiceError, at: datetime) -> None:
        """Let it end as failed at `at`, with its cause."""
        self.error = error
        self.plan = self.plan.cut(at, ("Failed", 0.0))


class Operations:
    """Every operation of a world by its id."""

    def __init__(self) -> None:
        self._by_id: dict[str, Operation] = {}

    def start(self, operation_id: str, now: datetime, seconds: float, *, running: str = "Updating") -> Operation:
        """Start an operation that succeeds after `seconds` unless it is failed before."""
        plan = Plan(OPERATION, now, ((running, 0.0), ("Succeeded", seconds)))
        operation = Operation(operation_id, plan, running)
        self._by_id[operation_id] = operation
        return operation

    def get(self, operation_id: str) -> Operation:
        """Return an operation; NotFound with the recorded detail when there is none."""
        found = self._by_id.get(operation_id)
        if found is None:
            raise NotFound(
                "The specified resource was not found.",
                details=(("OperationNotFound", f"There is no operation with id {operation_id}."),),
            )
        return found
