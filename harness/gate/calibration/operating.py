"""Many runs of a policy's comparisons at once, by the same functions that decide a single one.

Primaries and guardrails are compared, at the policy's looks, on as many conversations as it plans with.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from harness.errors import DataError
from harness.gate.evidence.paired import PairedEvidence
from harness.gate.policy import GatePolicy
from harness.gate.statistics.bootstrap_t import bootstrap_t
from harness.gate.statistics.bounds import Bounds
from harness.gate.statistics.holm import holm
from harness.gate.statistics.tango import tango_of_counts
from harness.gate.verdict.level import Level
from harness.gate.verdict.quality import margin_of, pairs_of
from harness.gate.verdict.sample_size import fewest_conversations
from harness.gate.verdict.verdict import Outcome, RuleKind, RuleOutcome
from harness.gate.verdict.weighing import THOROUGH, at_first, in_the_end, overall, within

__all__ = [
    "BLOCK",
    "Matrix",
    "Rates",
    "Tell",
    "Test",
    "bounds_at",
    "judged",
    "level_of",
    "looks_of",
    "rates",
    "refuse_unmeasured",
    "tests_of",
]

Matrix = npt.NDArray[np.float64] | npt.NDArray[np.int8]
"""Differences, a row a run: whole numbers (int8) of a binary metric, else floats."""

Tell = Callable[[str], None]
"""Takes a line that says how far a calibration is."""

BLOCK = 2_000_000
"""Conversations drawn at once: some 100 MiB."""

_RESAMPLES = 1_999
"""Of a bootstrap at most: what is measured is an average over runs."""

_COLUMNS = 250
"""Runs whose bootstraps are kept in memory at once."""


@dataclass(frozen=True, slots=True)
class Test:
    """A comparison of the policy. width: of the scores' range; None of a binary metric."""

    name: str
    kind: RuleKind
    margin: float
    width: float | None = 1.0


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


def refuse_unmeasured(evidence: PairedEvidence, metrics: Sequence[str]) -> None:
    """Raise DataError when the evidence lacks one of the metrics, or conversations to draw from."""
    missing = [name for name in metrics if name not in evidence.metrics]
    if missing or len(evidence.ids) < 2:
        raise DataError(
            "there is nothing to calibrate on",
            where=f"evidence {evidence.digest[:12]}",
            got=f"{len(evidence.ids)} conversations, measured: {', '.join(sorted(evidence.metrics)) or 'nothing'}",
            expected=f"some conversations with {', '.join(missing or metrics)}",
            remedy="Measure the policy's metrics on the evidence first.",
        )


def tests_of(evidence: PairedEvidence, policy: GatePolicy) -> list[Test]:
    """Return the policy's comparisons, primaries first."""
    primaries = {each.metric for each in policy.primary}
    kinds: dict[str, RuleKind] = {
        name: "primary" if name in primaries else "guardrail" for name in policy.compared_metrics
    }
    pairs = {name: pairs_of(evidence, policy, name) for name in kinds}
    return [
        Test(name, kind, margin_of(evidence, policy, name), None if pairs[name].binary else pairs[name].width)
        for name, kind in kinds.items()
    ]


def looks_of(policy: GatePolicy, conversations: int) -> list[int]:
    """Return at how many conversations one decides, the last look at all of them."""
    return [conversations // 2, conversations] if policy.decision.looks == 2 else [conversations]


def level_of(policy: GatePolicy) -> Level:
    """Return the error rates of a look, with a smaller bootstrap than a single verdict's."""
    level = Level.of(policy.decision)
    return replace(level, resamples=min(level.resamples, _RESAMPLES))


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
        fewest = fewest_conversations(test.margin, test.width, level.alpha) if test.kind in THOROUGH else 2
        first = at_first(test.kind, own, test.margin, fewest)
        outcomes.add(in_the_end(first, within(own, test.margin), adjusted[test.name], level.alpha_block))
    return overall(outcomes, "inconclusive" in outcomes)
