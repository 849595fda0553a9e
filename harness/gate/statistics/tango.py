"""Bounds of a difference of paired shares: the score interval of Tango (1998, Statistics in Medicine 17, 891-908)."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import special

from harness.gate.statistics.bounds import Bounds

__all__ = ["fewest_pairs", "score", "tango", "tango_lower", "tango_of_counts"]

_STEPS = 60
"""Halvings of [-1, 1]: more than a double can tell apart."""


def tango(
    baseline: npt.NDArray[np.float64], candidate: npt.NDArray[np.float64], alpha: float, alpha_harm: float
) -> Bounds:
    """Return the bounds of candidate less baseline, each a share of ones; values are 0 or 1."""
    wins, losses = int(np.sum(candidate > baseline)), int(np.sum(candidate < baseline))
    return tango_of_counts(wins, losses, len(baseline), alpha, alpha_harm)


def tango_of_counts(wins: int, losses: int, n: int, alpha: float, alpha_harm: float) -> Bounds:
    """Return the bounds of (wins - losses) / n: the lower one at `alpha`, the upper one at `alpha_harm`."""
    if n == 0:
        return Bounds(math.nan, -1.0, 1.0, 1.0, "tango", 0)
    p_harm = float(special.ndtr(score(wins, losses, n, 0.0))) if wins + losses else 1.0
    lower, upper = tango_lower(wins, losses, n, alpha), -tango_lower(losses, wins, n, alpha_harm)
    beside = _t_interval(wins, losses, n, alpha, alpha_harm)
    return Bounds((wins - losses) / n, lower, upper, p_harm, "tango", n, beside)


@lru_cache(maxsize=1 << 16)
def tango_lower(wins: int, losses: int, n: int, alpha: float) -> float:
    """Return the one-sided lower bound of (wins - losses) / n at `alpha`."""
    z = -float(special.ndtri(alpha))
    low, high = -1.0, (wins - losses) / n
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if score(wins, losses, n, middle) <= z else (middle, high)
    return high


def fewest_pairs(margin: float, alpha: float) -> int:
    """Return how many pairs bound the difference within `margin` when no pair differs."""
    z = float(special.ndtri(alpha))
    return math.floor(round(z * z * (1 - margin) / margin, 9)) + 1


def score(wins: int, losses: int, n: int, difference: float) -> float:
    """Return the score statistic of the hypothesis that the shares differ by `difference`; positive when by more.

    The share of losses is estimated under the hypothesis, as the larger root of a quadratic (Tango's equation 10).
    """
    middle = -wins - losses + (2 * n - wins + losses) * difference
    rest = -losses * difference * (1 - difference)
    share = (math.sqrt(max(0.0, middle * middle - 8 * n * rest)) - middle) / (4 * n)
    variance = n * (2 * share + difference * (1 - difference))
    away = wins - losses - n * difference
    if variance <= 0:
        return math.copysign(math.inf, away) if away else 0.0
    return away / math.sqrt(variance)


def _t_interval(wins: int, losses: int, n: int, alpha: float, alpha_harm: float) -> tuple[float, float] | None:
    if n < 2:
        return None
    mean = (wins - losses) / n
    error = math.sqrt(((wins + losses) / n - mean * mean) / (n - 1))
    below, above = (float(special.stdtrit(n - 1, 1 - each)) * error for each in (alpha, alpha_harm))
    return mean - below, mean + above
