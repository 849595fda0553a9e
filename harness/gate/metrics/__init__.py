"""Metrics of chat answers that need no network, right in any script: docs/gate-metrics.md lists them."""

from __future__ import annotations

from harness.gate.metrics.metric import Metric, Sample, metric
from harness.gate.metrics.registry import ALWAYS, BUILT_IN, MEMORISED, find_metric

__all__ = ["ALWAYS", "BUILT_IN", "MEMORISED", "Metric", "Sample", "find_metric", "metric"]
