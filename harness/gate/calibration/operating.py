"""Many runs of a policy's comparisons at once, by the same functions that decide a single one."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.gate.statistics.bootstrap_t import bootstrap_t
from harness.gate.statistics.bounds import Bounds
from harness.gate.statistics.holm import holm
from harness.gate.statistics.tango import tango_of_counts
from harness.gate.verdict.level import Level
from harness.gate.verdict.verdict import Outcome, RuleKind, RuleOutcome
from harness.gate.verdict.weighing import at_first, in_the_end, overall, within

__all__ = ["Matrix", "Rates", "Tell", "Test", "bounds_at", "judged", "rates"]

Matrix = npt.NDArray[np.float64] | npt.NDArray[np.int8]
"""Differences, a row a run: whole numbers (int8) of a binary metric, else floats."""

Tell = Callable[[str], None]
"""Takes a line that says how far a calibration is."""

_COLUMNS = 250
"""Runs whose bootstraps are kept in memory at once."""


@dataclass(frozen=True, slots=True)
class Test:
    """A comparison of the policy."""

    name: str
    kind: RuleKind
    margin: float


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of runs by their end, and the mean number of conversations that they took."""

    promote: float
    block: float
    inconclusive: float
    conversations: float
    runs: int

    def error(self, share: float) -> float:
        """Return the Monte Carlo standard error of one of the shares."""
        return math.sqrt(share * (1 - share) / self.runs)


def bounds_at(differences: Matrix, n: int, level: Level) -> list[Bounds]:
    """Return the bounds of every run after its first `n` conversations."""
    seen = differences[:, :n]
    if seen.dtype == np.int8:
        wins, losses = (seen > 0).sum(axis=1).tolist(), (seen < 0).sum(axis=1).tolist()
        alphas = level.alpha, level.alpha_block
        return [tango_of_counts(won, lost, n, *alphas) for won, lost in zip(wins, losses, strict=True)]
    found: list[Bounds] = []
    for start in range(0, len(seen), _COLUMNS):
        columns = list(seen[start : start + _COLUMNS].astype(np.float64))
        resampled = {"resamples": level.resamples, "seed": level.seed}
        found += bootstrap_t(columns, level.alpha, level.alpha_block, **resampled)
    return found


def judged(tests: Sequence[Test], bounds: Mapping[str, Sequence[Bounds]], level: Level) -> list[Outcome]:
    """Return the outcome of every run at one look."""
    runs = len(next(iter(bounds.values())))
    return [_outcome(tests, {test.name: bounds[test.name][run] for test in tests}, level) for run in range(runs)]


def rates(looks: Sequence[tuple[int, Sequence[Outcome]]]) -> Rates:
    """Return what the runs came to: each ends at the first look that is not inconclusive.

    looks: the number of conversations of a look, and its outcomes.
    """
    ends: Counter[Outcome] = Counter()
    asked = 0
    for outcomes in zip(*(outcomes for _, outcomes in looks), strict=True):
        last = next((k for k, each in enumerate(outcomes) if each != "INCONCLUSIVE"), len(looks) - 1)
        ends[outcomes[last]] += 1
        asked += looks[last][0]
    runs = ends.total()
    promoted = ends["PROMOTE"] + ends["PROMOTE_WARN"]
    return Rates(promoted / runs, ends["BLOCK"] / runs, ends["INCONCLUSIVE"] / runs, asked / runs, runs)


def _outcome(tests: Sequence[Test], bounds: Mapping[str, Bounds], level: Level) -> Outcome:
    adjusted = holm({name: each.p_harm for name, each in bounds.items()})
    outcomes: set[RuleOutcome] = set()
    for test in tests:
        own = bounds[test.name]
        first = at_first(test.kind, own, test.margin)
        outcomes.add(in_the_end(first, within(own, test.margin), adjusted[test.name], level.alpha_block))
    return overall(outcomes, "inconclusive" in outcomes)
