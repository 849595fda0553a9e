"""What other rules do in a comparison of two pass rates, beside this gate's: how often each promotes, by the truth.

Each rule is one that is in use (docs/adr/0012-gate-statistics.md). All see the same runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from harness.gate.statistics.tango import tango_lower

__all__ = ["SETTINGS", "Counts", "RuleRates", "Setting", "rule_rates"]

_RIGHT, _DISCORDANT, _ALPHA = 0.80, 0.12, 0.05


@dataclass(frozen=True, slots=True)
class Setting:
    """A number of conversations, a margin, and by how much the candidate's pass rate is worse."""

    n: int
    margin: float
    worse: float

    @property
    def title(self) -> str:
        """The setting in a few words."""
        truth = {0.0: "equal", self.margin: "worse by m", 2 * self.margin: "worse by 2m"}[self.worse]
        return f"n={self.n}, m={self.margin:g}: {truth}"


SETTINGS: tuple[Setting, ...] = (
    Setting(100, 0.05, 0.0),
    Setting(100, 0.05, 0.05),
    Setting(100, 0.05, 0.10),
    Setting(400, 0.05, 0.0),
    Setting(400, 0.05, 0.05),
)


@dataclass(frozen=True, slots=True)
class Counts:
    """One comparison: conversations, of which the candidate alone, the baseline alone, and both are right."""

    n: int
    wins: int
    losses: int
    both: int


@dataclass(frozen=True, slots=True)
class RuleRates:
    """A rule and how often it promotes in each setting."""

    name: str
    promotes: tuple[float, ...]


def _strict(counts: Counts, margin: float) -> bool:  # noqa: ARG001 - all rules are called alike
    return counts.wins >= counts.losses


def _point(counts: Counts, margin: float) -> bool:
    return counts.losses - counts.wins <= margin * counts.n + 1e-9


def _unpaired(counts: Counts, margin: float) -> bool:  # noqa: ARG001
    """Block when a z test of two independent samples finds a loss at 5 %, two-sided."""
    before, now = (counts.both + each for each in (counts.losses, counts.wins))
    share = (before + now) / 2 / counts.n
    spread = math.sqrt(2 * share * (1 - share) / counts.n)
    return spread == 0 or (now - before) / counts.n / spread > special.ndtri(0.025)


def _mcnemar(counts: Counts, margin: float) -> bool:  # noqa: ARG001
    """Block when the exact McNemar test finds a loss at 5 %, two-sided."""
    discordant = counts.wins + counts.losses
    p = min(1.0, 2 * float(special.bdtr(min(counts.wins, counts.losses), discordant, 0.5))) if discordant else 1.0
    return counts.wins >= counts.losses or p >= 0.05


def _interval(counts: Counts, margin: float) -> bool:
    """Promote when a two-sided 95 % interval of the paired difference excludes the margin."""
    mean = (counts.wins - counts.losses) / counts.n
    spread = math.sqrt(((counts.wins + counts.losses) / counts.n - mean * mean) / counts.n)
    return mean + float(special.ndtri(0.025)) * spread > -margin


def _tango(counts: Counts, margin: float) -> bool:
    return tango_lower(counts.wins, counts.losses, counts.n, _ALPHA) > -margin


_RULES: Sequence[tuple[str, Callable[[Counts, float], bool]]] = (
    ("candidate at least as good (strict)", _strict),
    ("drop of at most m, point estimate", _point),
    ("unpaired z test, block if p < .05", _unpaired),
    ("McNemar, block if p < .05", _mcnemar),
    ("two-sided 95 % interval against the margin", _interval),
    ("**this gate**: Tango's one-sided 95 % bound", _tango),
)


def rule_rates(runs: int, seed: int) -> Iterator[RuleRates]:
    """Yield each rule with its rates of promotion over `runs` comparisons in every setting."""
    drawn = [_drawn(setting, runs, own) for setting, own in zip(SETTINGS, _seeds(seed), strict=True)]
    for name, rule in _RULES:
        shares = []
        for setting, counts in zip(SETTINGS, drawn, strict=True):
            promoted = sum(times for each, times in counts.items() if rule(each, setting.margin))
            shares.append(promoted / runs)
        yield RuleRates(name, tuple(shares))


def _seeds(seed: int) -> list[np.random.SeedSequence]:
    return np.random.SeedSequence(seed).spawn(len(SETTINGS))


def _drawn(setting: Setting, runs: int, seed: np.random.SeedSequence) -> dict[Counts, int]:
    """Return how often each comparison came about."""
    loss = (_DISCORDANT + setting.worse) / 2
    cells = [_DISCORDANT - loss, loss, _RIGHT - loss]
    rng = np.random.Generator(np.random.PCG64(seed))
    tables = rng.multinomial(setting.n, [*cells, 1 - sum(cells)], size=runs)
    found, times = np.unique(tables[:, :3], axis=0, return_counts=True)
    return {Counts(setting.n, *map(int, row)): int(count) for row, count in zip(found, times, strict=True)}
