"""How long things take on a local Azure ML, as an option says it."""

from __future__ import annotations

from enum import Enum

__all__ = ["Pace"]


class Pace(str, Enum):
    """How long things take on a local Azure ML."""

    recorded = "recorded"
    instant = "instant"
