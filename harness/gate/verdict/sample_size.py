"""How many conversations would do, judged by how much the differences found so far scatter."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from harness.gate.statistics.clopper_pearson import fewest_trials
from harness.gate.statistics.power import conversations_for
from harness.gate.statistics.tango import fewest_pairs
from harness.gate.verdict.level import Level

__all__ = ["fewest_conversations", "needed_conversations"]


@lru_cache(maxsize=1 << 10)
def fewest_conversations(margin: float, width: float | None, alpha: float) -> int | None:
    """Return how many conversations a margin takes at least, however little scores differ; None when no number does.

    With fewer, a share of answers that collapse and make up the whole margin is missed more often than `alpha`, and
    then the differences that were drawn know nothing of it. width: of the scores' range; None of a binary metric.
    """
    if width is None:
        return fewest_pairs(margin, alpha)
    return fewest_trials(margin / width, alpha) if width > 0 else 2


def needed_conversations(
    differences: npt.NDArray[np.float64], width: float | None, margin: float, level: Level, *, fewest: bool
) -> int | None:
    """Return how many show with the level's power that models which are alike are within the margin.

    None when no number does: without a margin, alike models are never shown to be better. width: of the scores' range;
    None of a binary metric. fewest: whether there must be as many as a margin takes at least.
    """
    if margin <= 0:
        return None
    n = len(differences)
    if width is None:  # alike models have as many wins as losses, so what varies is how many there are of both
        spread = math.sqrt(math.fsum(differences * differences) / n)
    else:
        mean = math.fsum(differences) / n
        spread = math.sqrt(math.fsum((differences - mean) ** 2) / (n - 1))
    needed = conversations_for(spread, margin, level.total, level.power, level.looks)
    least = fewest_conversations(margin, width, level.alpha) if fewest or width is None else 1
    return None if needed is None or least is None else max(needed, least)
