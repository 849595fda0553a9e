"""Values that the parts of the engine exchange."""

from __future__ import annotations

from dataclasses import dataclass

Query = tuple[str, ...]
"""Turns of a question, oldest first; the last one is what is asked. Most tasks have a single turn."""


@dataclass(frozen=True, slots=True)
class Example:
    """One thing to learn: this query leads to this answer."""

    query: Query
    answer: str


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One search hit: its cosine similarity, in (0, 1], and its answer."""

    similarity: float
    answer: str
