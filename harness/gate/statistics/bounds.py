"""What a test of a mean difference returns."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Bounds"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """A difference, better is positive, with one-sided bounds; infinite where the data bound nothing.

    p_harm: how easily a difference as bad as this one comes about when there is none. t_interval: the plain t bounds.
    """

    estimate: float
    lower: float
    upper: float
    p_harm: float
    method: str
    n: int
    t_interval: tuple[float, float] | None = None
