"""The fewest of something that is enough, found by doubling and halving."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["first_enough"]


def first_enough(enough: Callable[[int], bool], *, start: int = 1, most: int) -> int | None:
    """Return a number from which on `enough` holds, but for steps on the way; `start` at least, None beyond `most`."""
    high = start
    while not enough(high):
        high *= 2
        if high > most:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
