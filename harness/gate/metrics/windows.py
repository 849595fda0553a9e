"""Runs of tokens as 64-bit numbers, the same in every process: what finds one text inside many others."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from harness.gate.metrics.tokens import tokens

__all__ = ["Hashes", "WindowIndex", "Windows", "are_in", "seen_in"]

Hashes = NDArray[np.uint64]

_MULTIPLIER = 0x9E3779B97F4A7C15
_KNOWN_TOKENS = 1_000_000


class Windows:
    """Makes the hash of every run of `length` tokens of a text. It remembers tokens, a million at most."""

    def __init__(self, length: int) -> None:
        self.length = length
        self._numbers: dict[str, int] = {}
        self._powers = [pow(_MULTIPLIER, power, 1 << 64) for power in range(length)]

    def of(self, text: str) -> Hashes:
        """Return the hashes of a text's runs, in their order; none for a text of fewer tokens."""
        return self.of_tokens(tokens(text))

    def of_tokens(self, said: Sequence[str]) -> Hashes:
        """Return the hashes of the runs of tokens that are already known."""
        runs = len(said) - self.length + 1
        if runs <= 0:
            return np.empty(0, dtype=np.uint64)
        if len(self._numbers) > _KNOWN_TOKENS:
            self._numbers.clear()
        known = self._numbers
        for token in set(said).difference(known):
            known[token] = _number(token)
        numbers = np.array([known[token] for token in said], dtype=np.uint64)
        hashes = np.zeros(runs, dtype=np.uint64)
        for place, power in enumerate(self._powers):  # a polynomial modulo 2^64 over random numbers
            hashes += numbers[place : place + runs] * np.uint64(power)
        return hashes


def _number(token: str) -> int:
    return int.from_bytes(hashlib.blake2b(token.encode("utf-8", "replace"), digest_size=8).digest(), "little")


class WindowIndex:
    """A set of hashes that never holds more than `most`: then it keeps every second one, every fourth, and so on.

    Which ones is decided by the hash alone, so any two texts are thinned out alike and shares stay what they were.
    """

    def __init__(self, most: int = 8_000_000) -> None:
        self._most, self._thinned = most, 0
        self._known: Hashes = np.empty(0, dtype=np.uint64)
        self._new: list[Hashes] = []
        self._waiting = 0

    def add(self, hashes: Hashes) -> None:
        """Add hashes to the set."""
        kept = self.kept(hashes)
        self._new.append(kept)
        self._waiting += len(kept)
        if self._waiting > self._most // 8:
            self._merge()

    def kept(self, hashes: Hashes) -> Hashes:
        """Return those of the hashes that a set thinned out like this one holds, if they were added."""
        if not self._thinned:
            return hashes
        low: Hashes = hashes[hashes >> np.uint64(64 - self._thinned) == 0]
        return low

    def sorted(self) -> Hashes:
        """Return the set in ascending order."""
        self._merge()
        return self._known

    def _merge(self) -> None:
        if not self._waiting:
            return
        merged = np.concatenate([self._known, *self._new])
        self._new, self._waiting = [], 0
        merged.sort()  # np.unique would build a hash table several times as large
        self._known = merged[np.append(True, merged[1:] != merged[:-1])]
        while len(self._known) > self._most:
            self._thinned += 1
            self._known = self.kept(self._known)


def are_in(hashes: Hashes, ordered: Hashes) -> NDArray[np.bool_]:
    """Tell for each hash whether it is in an ordered array."""
    if not len(ordered):
        return np.zeros(len(hashes), dtype=bool)
    places = np.minimum(np.searchsorted(ordered, hashes), len(ordered) - 1)
    return np.equal(ordered[places], hashes)


def seen_in(wanted: Hashes, texts: Iterable[str], windows: Windows) -> NDArray[np.bool_]:
    """Tell which of the wanted hashes, in ascending order, occur in any of the texts; the texts are streamed, and all
    are taken: whoever makes them may look at them too.
    """
    seen = np.zeros(len(wanted), dtype=bool)
    for text in texts:
        hashes = windows.of(text) if len(wanted) else wanted
        if not len(hashes):
            continue
        places = np.minimum(np.searchsorted(wanted, hashes), len(wanted) - 1)
        seen[places[wanted[places] == hashes]] = True
    return seen
