"""Metrics as a policy chooses them, and their values of one answer: what a worker process needs, and no more."""

from __future__ import annotations

import math
import signal
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from harness.errors import UsageError, excerpt
from harness.gate.metrics.memorised import memorised
from harness.gate.metrics.metric import Metric, Sample
from harness.gate.metrics.registry import MEMORISED, find_metric

__all__ = ["Choice", "Values", "begin", "made", "measured_here", "values_of"]

Values = Mapping[str, float]
"""Of one answer, by the name of the metric."""


class Choice(NamedTuple):
    """A metric of a policy. name: there. reference: what `find_metric` finds.

    seen, train_sha256: of "memorised" only, the file of runs that answers share with the training rows, and their hash.
    """

    name: str
    reference: str
    seen: str = ""
    train_sha256: str = ""


def made(choices: Sequence[Choice]) -> dict[str, Metric]:
    """Return the metrics by name; UsageError for one that is not there."""
    return {choice.name: _made(choice) for choice in choices}


def values_of(metrics: Mapping[str, Metric], names: Sequence[str], sample: Sample, where: str) -> Values:
    """Return an answer's values; UsageError names a metric that fails, or has a value that it says it cannot have."""
    values = {}
    for name in names:
        metric = metrics[name]
        try:
            value = float(metric.measure(sample))
        except Exception as error:  # a user's function may raise anything
            raise _failed(name, where, f"{type(error).__name__}: {error}") from error
        if not (math.isfinite(value) and metric.low <= value <= metric.high):
            raise _failed(name, where, f"the value {value}", f"a number from {metric.low:g} to {metric.high:g}")
        values[name] = value
    return values


_HERE: dict[str, Metric] = {}
"""The metrics of a worker process, made once."""


def begin(choices: Sequence[Choice]) -> None:
    """Make a worker process ready; a Ctrl-C is for the process that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _HERE.update(made(choices))


def measured_here(work: Sequence[tuple[Sequence[str], Sample, str]]) -> list[Values]:
    """Return the values of some answers, in a worker process."""
    return [values_of(_HERE, names, sample, where) for names, sample, where in work]


def _made(choice: Choice) -> Metric:
    if choice.reference == MEMORISED and choice.seen:
        return memorised(np.load(choice.seen, mmap_mode="r"), choice.train_sha256)
    return find_metric(choice.reference)


def _failed(name: str, where: str, got: str, expected: str = "a number for every answer") -> UsageError:
    return UsageError(
        f"the metric {name} does not measure an answer",
        where=where,
        got=excerpt(got, 200),
        expected=expected,
        remedy="Correct the metric, and run again: what is asked and measured already is kept.",
    )
