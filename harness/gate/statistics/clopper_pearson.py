"""Bounds of a share by the exact binomial test (Clopper and Pearson 1934), and how many trials they need."""

from __future__ import annotations

from collections.abc import Callable

from scipy import special

__all__ = ["fewest_trials", "lower_bound", "most_events", "p_above", "trials_for", "upper_bound"]

_MOST = 10_000_000


def upper_bound(events: int, trials: int, alpha: float) -> float:
    """Return the share that fewer events than these would contradict at `alpha`; 1 without trials."""
    if events >= trials:
        return 1.0
    return float(special.betaincinv(events + 1, trials - events, 1 - alpha))


def lower_bound(events: int, trials: int, alpha: float) -> float:
    """Return the share that more events than these would contradict at `alpha`; 0 without events."""
    if events <= 0:
        return 0.0
    return float(special.betaincinv(events, trials - events + 1, alpha))


def p_above(events: int, trials: int, limit: float) -> float:
    """Return how likely at least so many events are when the share is `limit`."""
    return 1.0 if events <= 0 else float(special.betainc(events, trials - events + 1, limit))


def most_events(trials: int, limit: float, alpha: float) -> int:
    """Return with how many events the upper bound is still within `limit`; -1 when it is not even without any."""
    low, high = -1, trials
    while low < high:
        middle = (low + high + 1) // 2
        if upper_bound(middle, trials, alpha) <= limit:
            low = middle
        else:
            high = middle - 1
    return low


def fewest_trials(limit: float, alpha: float) -> int | None:
    """Return with how many trials the bound is within `limit` when there is no event; None beyond ten million."""
    return _first(lambda trials: most_events(trials, limit, alpha) >= 0)


def trials_for(limit: float, share: float, alpha: float, power: float) -> int | None:
    """Return how many trials let the bound be within `limit` with probability `power`; None when no number does.

    share: the true one.
    """
    if share >= limit:
        return None

    def enough(trials: int) -> bool:
        events = most_events(trials, limit, alpha)
        return events >= 0 and float(special.bdtr(events, trials, share)) >= power

    return _first(enough)


def _first(enough: Callable[[int], bool]) -> int | None:
    """Return a number from which on `enough` holds but for the steps of whole events; None beyond ten million."""
    high = 1
    while not enough(high):
        high *= 2
        if high > _MOST:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
