"""The course of a training run as the pipeline's inputs set it: steps, epochs, evaluations, learning rate.

Formulas are those of transformers' Trainer and schedulers (documented); the evaluation interval is that of
azureml-acft-accelerator 0.0.91 (source). What Azure refuses is refused in our own words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from fakes.engines.rows import USER_ERROR
from fakes.world.engine import FineTuneError

Number = TypeVar("Number", int, float)

_END_OF_POLYNOMIAL = 1e-7
_KINDS: Mapping[type, str] = MappingProxyType({int: "a whole number", float: "a number"})


@dataclass(frozen=True, slots=True)
class Inputs:
    """A pipeline's inputs, read as numbers; FineTuneError of `step` names the one that is none."""

    parameters: Mapping[str, str]
    step: str

    def flag(self, name: str) -> bool:
        """Whether an input says "true"."""
        return self.parameters.get(name, "").lower() == "true"

    def text(self, name: str, default: str) -> str:
        """An input as it came."""
        return self.parameters.get(name) or default

    def integer(self, name: str, default: int) -> int:
        """A whole number."""
        return self._number(name, default, int)

    def real(self, name: str, default: float) -> float:
        """Any number."""
        return self._number(name, default, float)

    def _number(self, name: str, default: Number, kind: type[Number]) -> Number:
        written = self.parameters.get(name)
        if not written:
            return default
        try:
            return kind(written)
        except ValueError:
            message = f"{name}: expected {_KINDS[kind]}, got {written!r}"
            raise FineTuneError(USER_ERROR, message, self.step) from None


@dataclass(frozen=True, slots=True)
class Interval:
    """Something done every so many steps, and after the last one where it belongs to the end of an epoch."""

    every: int
    after_last: bool

    def due(self, step: int, last: int) -> bool:
        """Whether it is done after this step."""
        return step % self.every == 0 or (self.after_last and step == last)


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of one run; `evaluation` is None where the model is never evaluated."""

    rows: int
    batch: int
    steps_per_epoch: int
    steps: int
    logging: Interval
    evaluation: Interval | None
    learning_rate: float
    scheduler: str
    warmup: int
    best_metric: str
    patience: int | None
    threshold: float

    def rate(self, step: int) -> float:
        """The learning rate after `step` steps."""
        factor = _SCHEDULES[self.scheduler](step, self.warmup, self.steps)
        if self.scheduler == "polynomial" and step >= self.warmup:
            return (self.learning_rate - _END_OF_POLYNOMIAL) * factor + _END_OF_POLYNOMIAL
        return self.learning_rate * factor

    def epoch(self, step: int) -> float:
        """How many passes over the data `step` steps are."""
        return step / self.steps_per_epoch

    def seen(self, step: int) -> int:
        """How many training rows have been seen at least once after `step` steps."""
        return self.rows if step >= self.steps_per_epoch else min(self.rows, step * self.batch)


def make_plan(inputs: Inputs, rows: int) -> Plan:
    """Lay out a run over `rows` training rows."""
    world = inputs.integer("number_of_gpu_to_use_finetuning", 1) * inputs.integer("num_nodes_finetune", 1)
    accumulation = max(1, inputs.integer("gradient_accumulation_steps", 1))
    device_batch = max(1, inputs.integer("per_device_train_batch_size", 1)) * max(1, world)
    per_epoch = math.ceil(math.ceil(rows / device_batch) / accumulation)
    limit = inputs.integer("max_steps", -1)
    steps = limit if limit > 0 else per_epoch * max(1, inputs.integer("num_train_epochs", 1))
    by_epoch = inputs.text("logging_strategy", "steps") == "epoch"
    return Plan(
        rows=rows,
        batch=device_batch * accumulation,
        steps_per_epoch=per_epoch,
        steps=steps,
        logging=Interval(per_epoch if by_epoch else max(1, inputs.integer("logging_steps", 10)), by_epoch),
        evaluation=_evaluation(inputs, rows, per_epoch, accumulation * max(1, world)),
        learning_rate=inputs.real("learning_rate", 2e-5),
        scheduler=_scheduler(inputs),
        warmup=inputs.integer("warmup_steps", 0),
        best_metric=inputs.text("metric_for_best_model", "loss"),
        patience=inputs.integer("early_stopping_patience", 1) if inputs.flag("apply_early_stopping") else None,
        threshold=inputs.real("early_stopping_threshold", 0.0),
    )


def check_settings(inputs: Inputs) -> None:
    """Refuse combinations that Azure refuses once the training step starts."""
    if inputs.flag("apply_deepspeed") and inputs.flag("auto_find_batch_size"):
        raise FineTuneError(
            USER_ERROR,
            "apply_deepspeed, auto_find_batch_size: got true for both, expected at most one. Turn one off; "
            "with DeepSpeed, per_device_train_batch_size then decides, and 1 is the value to begin with.",
            inputs.step,
        )
    if inputs.text("precision", "32") not in ("32", "16"):
        message = f"precision: expected 32 or 16, got {inputs.text('precision', '')!r}"
        raise FineTuneError(USER_ERROR, message, inputs.step)  # inferred: the component's enum refuses it earlier


def _evaluation(inputs: Inputs, rows: int, per_epoch: int, updates: int) -> Interval | None:
    strategy = inputs.text("evaluation_strategy", "epoch")
    if strategy != "steps":
        return Interval(per_epoch, True) if strategy == "epoch" else None
    share = inputs.real("evaluation_steps_interval", 0.0)
    if 0.0 < share <= 1.0:
        # The source divides the rows by accumulation and processes but forgets the batch size.
        return Interval(max(1, math.floor(max(1, rows // updates) * share)), False)
    return Interval(max(1, inputs.integer("eval_steps", 500)), False)


def _scheduler(inputs: Inputs) -> str:
    name = inputs.text("lr_scheduler_type", "linear")
    if name not in _SCHEDULES:
        message = f"lr_scheduler_type: expected one of {', '.join(sorted(_SCHEDULES))}, got {name!r}"
        raise FineTuneError(USER_ERROR, message, inputs.step)
    return name


def _progress(step: int, warmup: int, total: int) -> float:
    return min(1.0, (step - warmup) / max(1, total - warmup))


def _constant(step: int, warmup: int, total: int) -> float:  # noqa: ARG001
    return 1.0


def _constant_with_warmup(step: int, warmup: int, total: int) -> float:  # noqa: ARG001
    return min(1.0, step / max(1, warmup)) if warmup else 1.0


def _linear(step: int, warmup: int, total: int) -> float:
    return step / warmup if step < warmup else 1.0 - _progress(step, warmup, total)


def _cosine(step: int, warmup: int, total: int) -> float:
    if step < warmup:
        return step / warmup
    return max(0.0, 0.5 * (1.0 + math.cos(math.pi * _progress(step, warmup, total))))


_SCHEDULES: Mapping[str, Callable[[int, int, int], float]] = MappingProxyType(
    {
        "constant": _constant,
        "constant_with_warmup": _constant_with_warmup,
        "cosine": _cosine,
        # With transformers' default of a single cycle the restarts never happen.
        "cosine_with_restarts": _cosine,
        "linear": _linear,
        "polynomial": _linear,
    }
)
"""(step, warm-up steps, all steps) -> share of the full learning rate."""
