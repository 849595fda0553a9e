"""Comparisons of two models on one metric: which there are in a policy, what bounds they have, what that means."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.gate.evidence.records import MetricFacts
from harness.gate.policy.sections import Kind
from harness.gate.statistics.bootstrap_t import bootstrap_t
from harness.gate.statistics.bounds import Bounds
from harness.gate.statistics.tango import tango
from harness.gate.verdict.counting import conversations
from harness.gate.verdict.level import Level
from harness.gate.verdict.sample_size import fewest_conversations, needed_conversations
from harness.gate.verdict.verdict import RuleKind, RuleResult
from harness.gate.verdict.weighing import THOROUGH, at_first, enough, within

__all__ = ["Comparison", "Pairs", "bounds_of", "compared"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Scores of both models turned so that more is better; for a binary metric 0 and 1. width: of their range."""

    baseline: FloatArray
    candidate: FloatArray
    binary: bool
    width: float = 1.0

    @classmethod
    def of(cls, scores: tuple[FloatArray, FloatArray], facts: MetricFacts, kind: Kind) -> Pairs:
        """Return the pairs of a metric. Repeats that were averaged to something between are compared as continuous."""
        baseline, candidate = scores
        if kind == "binary" and all(np.isin(each, (facts.worst, facts.best)).all() for each in scores):
            return cls((baseline == facts.best) * 1.0, (candidate == facts.best) * 1.0, True)
        sign = 1.0 if facts.direction == "higher" else -1.0
        return cls(sign * baseline, sign * candidate, False, abs(facts.best - facts.worst))

    def of_rows(self, rows: npt.NDArray[np.bool_]) -> Pairs:
        """Return the pairs of some conversations."""
        return Pairs(self.baseline[rows], self.candidate[rows], self.binary, self.width)

    @property
    def differences(self) -> FloatArray:
        """Candidate less baseline."""
        return self.candidate - self.baseline

    def __len__(self) -> int:
        return len(self.baseline)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A rule before it is carried out. fewest: with fewer conversations it cannot be."""

    name: str
    kind: RuleKind
    metric: str
    pairs: Pairs
    margin: float
    slice: str = ""
    fewest: int = 2

    @property
    def width(self) -> float | None:
        """The width of the scores' range; None of a binary metric."""
        return None if self.pairs.binary else self.pairs.width


def compared(comparisons: Sequence[Comparison], level: Level) -> Iterator[RuleResult]:
    """Yield what each comparison found, before its harm is weighed against that of all others."""
    able = [each for each in comparisons if len(each.pairs) >= each.fewest]
    found = dict(zip((each.name for each in able), bounds_of([each.pairs for each in able], level), strict=True))
    for each in comparisons:
        yield _result(each, found[each.name], level) if each.name in found else _too_few(each)


def bounds_of(pairs: Sequence[Pairs], level: Level) -> list[Bounds]:
    """Return the bounds of each; those of equally many conversations share their resamples."""
    bounds: dict[int, Bounds] = {}
    columns: dict[int, list[int]] = {}
    for number, each in enumerate(pairs):
        if each.binary:
            bounds[number] = tango(each.baseline, each.candidate, level.alpha, level.alpha_block)
        else:
            columns.setdefault(len(each), []).append(number)
    for numbers in columns.values():
        resampled = bootstrap_t(
            [pairs[number].differences for number in numbers],
            level.alpha,
            level.alpha_block,
            resamples=level.resamples,
            seed=level.seed,
        )
        bounds.update(zip(numbers, resampled, strict=True))
    return [bounds[number] for number in range(len(pairs))]


def _result(comparison: Comparison, bounds: Bounds, level: Level) -> RuleResult:
    lower, upper = (None if math.isinf(each) else each for each in (bounds.lower, bounds.upper))
    thorough, margin, width = comparison.kind in THOROUGH, comparison.margin, comparison.width
    fewest = fewest_conversations(margin, width, level.alpha) if thorough else 2
    return RuleResult(
        name=comparison.name,
        kind=comparison.kind,
        outcome=at_first(comparison.kind, bounds, margin, fewest),
        detail=_sentence(comparison, bounds, fewest),
        metric=comparison.metric,
        slice=comparison.slice,
        method=bounds.method,
        unit="score",
        bound="lower",
        estimate=bounds.estimate,
        lower=lower,
        upper=upper,
        limit=-margin,
        t_interval=bounds.t_interval,
        p=bounds.p_harm,
        n=bounds.n,
        needed_n=needed_conversations(comparison.pairs.differences, width, margin, level, fewest=thorough),
    )


def _sentence(comparison: Comparison, bounds: Bounds, fewest: int | None) -> str:
    found = f"difference {bounds.estimate:+.4f}, bounds {bounds.lower:+.4f} and {bounds.upper:+.4f}"
    told = f"{found}, margin {comparison.margin:g}, {conversations(bounds.n)}"
    if not within(bounds, comparison.margin) or enough(bounds, fewest):
        return told
    least = "no number is enough" if fewest is None else f"{fewest} are the fewest"
    return f"{told}, and {least} in which so rare a collapse would be seen"


def _too_few(comparison: Comparison) -> RuleResult:
    n = len(comparison.pairs)
    return RuleResult(
        name=comparison.name,
        kind=comparison.kind,
        outcome="not_testable",
        detail=f"{conversations(n)}, and {comparison.fewest} are the fewest that say anything",
        metric=comparison.metric,
        slice=comparison.slice,
        bound="lower",
        limit=-comparison.margin,
        n=n,
        needed_n=comparison.fewest,
    )
