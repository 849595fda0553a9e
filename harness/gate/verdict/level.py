"""At which error rates one look decides."""

from __future__ import annotations

from dataclasses import dataclass

from scipy import special

from harness.gate.policy.sections import DecisionSection
from harness.gate.statistics.pocock import nominal

__all__ = ["Level"]


@dataclass(frozen=True, slots=True)
class Level:
    """The error rates of one look, and the bootstrap's size and seed. total: alpha of all looks together."""

    alpha: float
    alpha_block: float
    total: float
    power: float
    looks: int
    resamples: int
    seed: int

    @property
    def standard_errors(self) -> float:
        """How far from a limit the truth must be, for one look to show with the power that it is on the right side."""
        return float(special.ndtri(self.power) - special.ndtri(self.alpha))

    @classmethod
    def of(cls, decision: DecisionSection) -> Level:
        """Return the level of a policy: with two looks each has less, so that both together have what it says."""
        return cls(
            alpha=nominal(decision.alpha, decision.looks),
            alpha_block=nominal(decision.alpha_block, decision.looks),
            total=decision.alpha,
            power=decision.power,
            looks=decision.looks,
            resamples=decision.resamples,
            seed=decision.seed,
        )
