"""From a policy to the metrics that it needs, and from a metric to what the evidence says of it."""

from __future__ import annotations

import sys
from pathlib import Path

from harness.gate.evidence.records import MetricFacts
from harness.gate.metrics.metric import Metric
from harness.gate.policy import GatePolicy
from harness.gate.scoring.measures import Choice

__all__ = ["choices_of", "facts_of", "look_beside"]


def choices_of(policy: GatePolicy) -> tuple[Choice, ...]:
    """Return the metrics that a policy needs."""
    return tuple(Choice(name, policy.metrics.get(name, name)) for name in policy.used_metrics)


def facts_of(metric: Metric) -> MetricFacts:
    """Return what a verdict must know of a metric."""
    return MetricFacts(
        signature=metric.signature,
        kind="binary" if metric.kind == "binary" else "continuous",
        direction=metric.direction,
        worst=metric.worst,
        best=metric.high if metric.direction == "higher" else metric.low,
    )


def look_beside(policy_file: Path) -> None:
    """Let Python find modules beside a policy: its own metrics are there."""
    sys.path.insert(0, str(policy_file.resolve().parent))
