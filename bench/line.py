"""A line of the report: what was measured, and what it should be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A measured value with its budget, both in the same unit; `basis` says what the value was made of."""

    name: str
    value: float
    budget: float
    unit: str
    basis: str

    @property
    def kept(self) -> bool:
        """Whether the value is within its budget."""
        return self.value <= self.budget
