"""How close answers are to the ground truth: a measure for scenarios, not a verdict."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import fmean

from harness.lifecycle.score import ScoredRow


def closeness(rows: Sequence[ScoredRow]) -> float:
    """Return the mean token F1 (0 to 1) of the answers to rows that have a ground truth."""
    return fmean(token_f1(row.answer, row.ground_truth) for row in rows if row.ground_truth is not None)


def token_f1(answer: str, truth: str) -> float:
    """Return the F1 of the two bags of lower-case words, as for SQuAD."""
    left, right = (Counter(re.findall(r"\w+", text.lower())) for text in (answer, truth))
    return 2 * (left & right).total() / ((left + right).total() or 1)
