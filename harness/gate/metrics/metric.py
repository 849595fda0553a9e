"""What a metric is: a function of one answer, with its direction, range and signature. All of it is pure."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["Direction", "Kind", "Measure", "Metric", "Sample", "digest_of", "metric", "of_function", "signed"]

Direction = Literal["higher", "lower"]
Kind = Literal["continuous", "binary", "count"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer beside what was asked. prompt: the turns that were sent. reference: the answer that the data hold.

    finish_reason: why the model stopped, "" where the endpoint does not say.
    """

    prompt: Sequence[Mapping[str, str]]
    reference: str
    answer: str
    finish_reason: str = ""

    @property
    def asked(self) -> str:
        """The last turn of the prompt."""
        return self.prompt[-1]["content"] if self.prompt else ""

    @property
    def given(self) -> str:
        """All text that the model was given, and the reference: what is in here is nothing new in an answer."""
        return "\n".join([*(turn["content"] for turn in self.prompt), self.reference])


Measure = Callable[[Sample], float]


@dataclass(frozen=True, slots=True)
class Metric:
    """A measure with what has to be known to compare its values.

    direction: which way is better. low, high: the range. kind: "binary" values are 0 or 1, a "count" is of things that
    should not be there. worst: what a conversation counts whose answer never came; the bad end of the range, but 0 for
    a count, which judges what was said. signature: changes whenever a value could change for the same answer.
    """

    name: str
    measure: Measure
    direction: Direction
    low: float
    high: float
    worst: float
    kind: Kind
    signature: str


def signed(name: str, version: int, **parts: object) -> str:
    """Return a signature in the manner of sacrebleu: the name, our version of the rule, then what it depends on."""
    return "|".join([name, f"v{version}", *(f"{key}:{value}" for key, value in parts.items())])


def digest_of(lines: Iterable[str]) -> str:
    """Return 12 hexadecimal digits that change when a list of phrases or patterns does; its order does not matter."""
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class _Declared:
    direction: Direction
    low: float
    high: float
    kind: Kind


_DECLARED = "__gate_metric__"


def metric(
    *, direction: Direction = "higher", low: float = 0.0, high: float = 1.0, kind: Kind = "continuous"
) -> Callable[[Measure], Measure]:
    """Declare how the values of a function of your own are to be read; without it they are 0..1, higher is better."""

    def declare(measure: Measure) -> Measure:
        setattr(measure, _DECLARED, _Declared(direction, low, high, kind))
        return measure

    return declare


def of_function(name: str, measure: Measure) -> Metric:
    """Return the metric of a user's function; its signature follows the source of the function's module."""
    declared: _Declared = getattr(measure, _DECLARED, _Declared("higher", 0.0, 1.0, "continuous"))
    better_low = declared.direction == "lower"
    worst = 0.0 if declared.kind == "count" else declared.high if better_low else declared.low
    return Metric(
        name,
        measure,
        declared.direction,
        declared.low,
        declared.high,
        worst,
        declared.kind,
        signed(name, 1, source=_source_digest(measure), direction=declared.direction, kind=declared.kind),
    )


def _source_digest(measure: Measure) -> str:
    """Tell versions of a function apart by the text of its module: what it calls there may change its values too."""
    module = inspect.getmodule(inspect.unwrap(measure))
    try:
        return digest_of([inspect.getsource(module or measure)])
    except (OSError, TypeError):
        return "unknown"
