"""What a run of the lifecycle found out, did and left behind: plain data, ready to print or to write as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from harness.errors import HarnessError
from harness.ledger import CreatedResource

__all__ = ["LifecycleReport", "MetricPoint", "StepRecord", "Used"]


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step: what it found out (`facts`, in order) and how long it took, for Azure and for this process."""

    name: str
    title: str
    outcome: Literal["done", "failed", "skipped"]
    azure_seconds: float
    real_seconds: float
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """One logged value of a metric."""

    step: int
    value: float


@dataclass(frozen=True, slots=True)
class Used:
    """What a run has used: hours of Azure's time, and money in the budget's currency, by the prices of the estimate.

    cost: None when a price is not known.
    """

    hours: float
    cost: float | None


@dataclass(slots=True)
class LifecycleReport:
    """The whole run. `created` names a resource from before the request that creates it, so none is missed.

    error: why the run did not succeed; None when it did. used: None until it has ended.
    """

    run_id: str
    spec: Mapping[str, Any]
    steps: list[StepRecord] = field(default_factory=list)
    created: list[CreatedResource] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    metrics: Mapping[str, tuple[MetricPoint, ...]] = field(default_factory=dict)
    conversation: Sequence[Mapping[str, str]] = ()
    answer: str | None = None
    ground_truth: str | None = None
    error: HarnessError | None = None
    used: Used | None = None

    def left(self) -> Iterator[CreatedResource]:
        """Yield what still costs money."""
        return (resource for resource in self.created if resource.bills and not resource.deleted)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as a document that `json.dumps` takes."""
        return {
            "run_id": self.run_id,
            "succeeded": self.error is None,
            "error": None if self.error is None else self.error.to_dict(),
            "steps": [{**asdict(step), "facts": dict(step.facts)} for step in self.steps],
            "created": [asdict(resource) for resource in self.created],
            "warnings": list(self.warnings),
            "metrics": {key: [asdict(point) for point in points] for key, points in self.metrics.items()},
            "conversation": [dict(turn) for turn in self.conversation],
            "answer": self.answer,
            "ground_truth": self.ground_truth,
            "used": None if self.used is None else asdict(self.used),
            "spec": dict(self.spec),
        }
