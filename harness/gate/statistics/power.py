"""How many conversations a margin needs, and what a number of them can show; in the normal approximation."""

from __future__ import annotations

import math

from scipy import special

from harness.gate.statistics.pocock import nominal, passes

__all__ = ["conversations_for", "look_power", "power_of"]

_MOST = 10_000_000


def power_of(n: int, sd: float, margin: float, alpha: float, looks: int = 1) -> float:
    """Return the probability that `n` conversations show a candidate that is alike to be within the margin.

    sd: standard deviation of the differences; of shares, the square root of the share that differs. alpha: of all
    looks.
    """
    if sd <= 0:
        return 1.0
    shift = margin * math.sqrt(n) / sd
    if looks == 2:
        return passes(shift, nominal(alpha, looks))
    return float(special.ndtr(shift + special.ndtri(alpha)))


def look_power(n: int, sd: float, margin: float, alpha: float, looks: int) -> float:
    """Return the probability that the first look, at `n` conversations, shows it."""
    return power_of(n, sd, margin, nominal(alpha, looks))


def conversations_for(sd: float, margin: float, alpha: float, power: float, looks: int = 1) -> int | None:
    """Return how many conversations have the power; an even number for two looks, None beyond ten million."""
    if sd <= 0:
        return 1
    single = float(special.ndtri(power) - special.ndtri(alpha))
    n = max(1, math.ceil(round((single * sd / margin) ** 2, 6)))
    if n > _MOST:
        return None
    if looks == 1:
        return n
    n += n % 2
    while power_of(n, sd, margin, alpha, looks) < power:
        n += 2 * max(1, n // 2000)
    while n > 2 and power_of(n - 2, sd, margin, alpha, looks) >= power:
        n -= 2
    return n
