"""How many conversations would do, judged by how much the differences found so far scatter."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from harness.gate.statistics.power import conversations_for
from harness.gate.statistics.tango import fewest_pairs
from harness.gate.verdict.level import Level

__all__ = ["needed_conversations"]


def needed_conversations(differences: npt.NDArray[np.float64], binary: bool, margin: float, level: Level) -> int | None:
    """Return how many show with the level's power that models which are alike are within the margin.

    None when no number does: without a margin, alike models are never shown to be better.
    """
    if margin <= 0:
        return None
    n = len(differences)
    if binary:  # alike models have as many wins as losses, so what varies is how many there are of both
        spread = math.sqrt(math.fsum(differences * differences) / n)
    else:
        mean = math.fsum(differences) / n
        spread = math.sqrt(math.fsum((differences - mean) ** 2) / (n - 1))
    needed = conversations_for(spread, margin, level.total, level.power, level.looks)
    return max(needed, fewest_pairs(margin, level.alpha)) if binary and needed is not None else needed
