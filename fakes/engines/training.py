"""The training run: examples are learned batch by batch, and every score is measured on what is known so far.

`loss` is the mean loss over a seeded sample of the training rows when each is answered from the examples
learned so far except its own; `eval_loss` is the same over the validation rows. Both therefore stop moving
once every example has been seen, at the end of the first epoch. `learning_rate` and `epoch` are the values
of the schedule; the model has no use for the former. `grad_norm` and the run times of Azure's log have no
counterpart here and are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from fakes.engines.plan import Plan
from fakes.engines.probes import Sample
from fakes.engines.tasks.task import Task
from fakes.world.engine import FineTuneError, Metric

SECONDS_PER_STEP = 1.0
"""Nominal virtual time of one step: offsets order the metrics, they measure nothing (inferred)."""


@dataclass(slots=True)
class Training:
    """One run in progress; `ends` are the places in the index at which each training row, in order, ends."""

    task: Task
    plan: Plan
    ends: Sequence[int]
    train: Sample
    validation: Sample
    step_name: str
    metrics: list[Metric] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    written: set[tuple[int, str]] = field(default_factory=set)
    scores: dict[int, Mapping[str, float]] = field(default_factory=dict)
    best: float | None = None
    stale: int = 0

    def run(self) -> int:
        """Go through all steps, or until early stopping; the number of examples learned at the end."""
        plan, step = self.plan, 0
        for step in range(1, plan.steps + 1):
            if plan.logging.due(step, plan.steps):
                self._write(step, {"loss": self._loss(step), "learning_rate": plan.rate(step)})
            if plan.evaluation and plan.evaluation.due(step, plan.steps) and self._evaluate(step):
                self.log.append(f"Early stopping after {self.stale} evaluations without gain.")
                break
        self._write(step, {"train_loss": fmean(self._loss(each) for each in range(1, step + 1))})
        return self.learned(step)

    def learned(self, step: int) -> int:
        """How many examples of the index are known after `step` steps."""
        seen = self.plan.seen(step)
        return self.ends[seen - 1] if seen else 0

    def _loss(self, step: int) -> float:
        return self.train.loss(self.learned(step))

    def _write(self, step: int, values: Mapping[str, float]) -> None:
        stamped = {**values, "epoch": self.plan.epoch(step)}
        self.log.append(str(stamped))
        for key, value in stamped.items():
            if (step, key) not in self.written:
                self.written.add((step, key))
                self.metrics.append(Metric(key, float(value), step, step * SECONDS_PER_STEP))

    def _evaluate(self, step: int) -> bool:
        """Log one evaluation; whether training shall stop."""
        learned = self.learned(step)
        if learned not in self.scores:
            metrics = self.task.metrics(self.validation.pairs(learned))
            self.scores[learned] = {"loss": self.validation.loss(learned), **metrics}
        scores = self.scores[learned]
        self._write(step, {f"eval_{key}": value for key, value in scores.items()})
        if self.plan.best_metric not in scores:
            raise self._unknown_metric(scores)
        return self._judge(scores[self.plan.best_metric])

    def _judge(self, score: float) -> bool:
        """Remember the best score as transformers' EarlyStoppingCallback does; whether patience is over."""
        gain = None if self.best is None else score - self.best
        if gain is not None and self.plan.best_metric == "loss":
            gain = -gain
        self.stale = 0 if gain is None or gain > self.plan.threshold else self.stale + 1
        if gain is None or gain > 0.0:
            self.best = score
        return self.plan.patience is not None and self.stale >= self.plan.patience

    def _unknown_metric(self, available: Iterable[str]) -> FineTuneError:
        """Where transformers' Trainer raises a KeyError; for Azure a SystemError (inferred)."""
        message = (
            f"metric_for_best_model: got {self.plan.best_metric!r}, expected a metric that the evaluation "
            f"computes: {', '.join(available)}"
        )
        return FineTuneError("SystemError", message, self.step_name)
