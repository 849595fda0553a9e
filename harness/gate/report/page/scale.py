"""From a quantity to its place on an axis, in percent of the width, so that a chart fits any screen undistorted."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Scale", "symmetric"]


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from low to high, low < high."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Return the place of a value in percent, at the nearer end when it lies outside."""
        return round(100 * (min(max(value, self.low), self.high) - self.low) / (self.high - self.low), 3)

    def holds(self, value: float) -> bool:
        """Say whether a value lies on the axis."""
        return self.low <= value <= self.high

    def ticks(self, about: int = 5) -> tuple[float, ...]:
        """Return round values, about so many, from low to high."""
        step = _round_step((self.high - self.low) / about)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return tuple(round(number * step, 12) for number in range(first, last + 1))


def symmetric(values: Iterable[float]) -> Scale:
    """Return an axis about zero that holds all values, with a little room; from -1 to 1 where there are none."""
    furthest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    reach = furthest * 1.08 or 1.0
    return Scale(-reach, reach)


def _round_step(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= step * (1 - 1e-9))
