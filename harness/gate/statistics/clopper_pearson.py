"""Bounds of a share by the exact binomial test (Clopper and Pearson 1934), and how many trials they need."""

from __future__ import annotations

from scipy import special

from harness.gate.statistics.searching import first_enough

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
    return first_enough(lambda trials: most_events(trials, limit, alpha) >= 0, most=_MOST)


def trials_for(limit: float, share: float, alpha: float, power: float) -> int | None:
    """Return how many trials let the bound be within `limit` with probability `power`; None when no number does.

    share: the true one.
    """
    if share >= limit:
        return None

    def enough(trials: int) -> bool:
        events = most_events(trials, limit, alpha)
        return events >= 0 and float(special.bdtr(events, trials, share)) >= power

    return first_enough(enough, most=_MOST)
