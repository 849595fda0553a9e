"""Repetition: a model in a loop says one thing again and again. Code and tables repeat too, so compare in pairs."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import pairwise

from harness.gate.metrics.metric import Metric, Sample, signed
from harness.gate.metrics.tokens import TOKENS_VERSION, tokens

__all__ = ["distinct_2", "longest_repeat", "repetition", "zlib_ratio"]

_PRIME, _BASE = (1 << 61) - 1, 1_000_003
_MOST_TOKENS = 20_000


def repetition() -> Metric:
    """Return the length of the longest passage that occurs twice, as a share of the answer's tokens.

    The two may overlap, so an answer that loops from its first word on is near 1; ordinary prose is below 0.1.
    """
    signature = signed("repetition", 1, most=_MOST_TOKENS, tokens=TOKENS_VERSION)
    return Metric("repetition", _repetition, "lower", 0.0, 1.0, 1.0, "continuous", signature)


def distinct_2() -> Metric:
    """Return the share of different pairs of neighbouring tokens (Li et al. 2016); 1 for less than two tokens."""
    return Metric(
        "distinct_2", _distinct, "higher", 0.0, 1.0, 0.0, "continuous", signed("distinct_2", 1, tokens=TOKENS_VERSION)
    )


def zlib_ratio() -> Metric:
    """Return compressed over plain bytes, 1 at most: what repeats compresses well. Needs no tokens, and fits code."""
    signature = signed("zlib_ratio", 1, level=9, zlib=zlib.ZLIB_RUNTIME_VERSION)
    return Metric("zlib_ratio", _compressed, "higher", 0.0, 1.0, 0.0, "continuous", signature)


def _repetition(sample: Sample) -> float:
    said = tokens(sample.answer)[:_MOST_TOKENS]
    return longest_repeat(said) / len(said) if said else 0.0


def longest_repeat(said: Sequence[str]) -> int:
    """Return the number of tokens of the longest passage that occurs twice, by bisection: its parts do so too."""
    numbers: dict[str, int] = {}
    ids = [numbers.setdefault(token, len(numbers) + 1) for token in said]
    low, high = 0, max(0, len(ids) - 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _occurs_twice(ids, middle) else (low, middle - 1)
    return low


def _occurs_twice(ids: Sequence[int], length: int) -> bool:
    """Tell by rolling hashes modulo a 61-bit prime: two different passages agree about once in 10^15 answers."""
    leaving, rolled, seen = pow(_BASE, length, _PRIME), 0, set()
    for index, number in enumerate(ids):
        rolled = (rolled * _BASE + number) % _PRIME
        if index >= length:
            rolled = (rolled - ids[index - length] * leaving) % _PRIME
        if index >= length - 1:
            if rolled in seen:
                return True
            seen.add(rolled)
    return False


def _distinct(sample: Sample) -> float:
    said = tokens(sample.answer)
    pairs = list(pairwise(said))
    return len(set(pairs)) / len(pairs) if pairs else 1.0


def _compressed(sample: Sample) -> float:
    plain = sample.answer.encode("utf-8", "replace")
    return min(1.0, len(zlib.compress(plain, 9)) / len(plain)) if plain else 1.0
