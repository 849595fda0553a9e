"""Memorisation: an answer that repeats a training row word for word."""

from __future__ import annotations

from functools import partial

import numpy as np

from harness.gate.metrics.metric import Metric, Sample, signed
from harness.gate.metrics.tokens import TOKENS_VERSION
from harness.gate.metrics.windows import Hashes, Windows, are_in

__all__ = ["LEAST_OVERLAP", "longest_overlap", "memorised"]

LEAST_OVERLAP = 50
"""Tokens in a row below which nothing is called memorised."""


def memorised(seen: Hashes, train_sha256: str, *, least: int = LEAST_OVERLAP) -> Metric:
    """Return 1 for an answer with `least` tokens in a row from one training row, which the prompt does not hold.

    seen: the hashes of all runs of `least` tokens that are both in some answer and in the training rows, ascending.
    They are found by streaming the training rows past the answers, so the value is exact however many rows there are.
    """
    signature = signed("memorised", 1, least=least, train=train_sha256[:12], tokens=TOKENS_VERSION)
    measure = partial(_memorised, seen=seen, windows=Windows(least))
    return Metric("memorised", measure, "lower", 0.0, 1.0, 1.0, "binary", signature)


def longest_overlap(sample: Sample, seen: Hashes, windows: Windows) -> int:
    """Return the tokens of the longest passage of which every run is in the training rows and not in the prompt."""
    hashes = windows.of(sample.answer)
    found = are_in(hashes, seen)
    for turn in sample.prompt if found.any() else ():
        found &= ~np.isin(hashes, windows.of(turn["content"]))
    longest = run = 0
    for hit in found:
        run = run + 1 if hit else 0
        longest = max(longest, run)
    return longest + windows.length - 1 if longest else 0


def _memorised(sample: Sample, *, seen: Hashes, windows: Windows) -> float:
    return float(longest_overlap(sample, seen, windows) > 0)
