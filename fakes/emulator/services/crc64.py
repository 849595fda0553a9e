"""The CRC64 of Azure Storage's `x-ms-content-crc64` (its parameters are proved by a recorded value).

A CRC is linear: the state after a word is `M(state ^ word)`, where the map M moves a state on by eight bytes.
Long data is folded as lanes of words side by side, which numpy does 70 times faster than a loop over bytes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

_POLYNOMIAL = 0x9A6C9329AC4BC9B5
_ONES = 0xFFFFFFFFFFFFFFFF
_WORD = np.dtype("<u8")
_FOLD_FROM = 1024
"""Bytes from which folding is faster than the loop."""
_LANES = 13
"""Binary logarithm of the number of lanes: their words fit into a first-level cache."""

Words = NDArray[np.uint64]


class Crc64:
    """A CRC64 over data that arrives in pieces."""

    def __init__(self) -> None:
        self._state = _ONES

    def update(self, data: bytes | memoryview) -> None:
        """Take the next bytes."""
        if len(data) >= _FOLD_FROM:
            words = np.frombuffer(data, _WORD, len(data) // 8).copy()
            words[0] ^= np.uint64(self._state)
            self._state = _fold(words)
            data = data[8 * len(words) :]
        state, table = self._state, _byte_table()
        for byte in data:
            state = table[(state ^ byte) & 0xFF] ^ (state >> 8)
        self._state = state

    def digest(self) -> bytes:
        """Return the eight bytes of the checksum, lowest first."""
        return (self._state ^ _ONES).to_bytes(8, "little")


def crc64(data: bytes) -> bytes:
    """Return the checksum of `data`."""
    checksum = Crc64()
    checksum.update(data)
    return checksum.digest()


@lru_cache(maxsize=1)
def _byte_table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return tuple(table)


@lru_cache(maxsize=1)
def _maps() -> tuple[Any, ...]:
    """Return tables of M, M², M⁴ and so on, each the square of the last: a row for each byte of a state."""
    shifts = np.arange(8, dtype=_WORD)[:, None] * np.uint64(8)
    states = np.arange(256, dtype=_WORD)[None, :] << shifts
    table = np.array(_byte_table(), dtype=_WORD)
    for _ in range(8):
        states = table[states & np.uint64(0xFF)] ^ (states >> np.uint64(8))
    maps = [states]
    while len(maps) <= _LANES:
        maps.append(_apply(maps[-1], maps[-1].ravel()).reshape(8, 256))
    return tuple(maps)


def _apply(table: Any, words: Words) -> Words:
    octets = words.view("u1").reshape(-1, 8)
    moved: Words = table[0].take(octets[:, 0])
    for position in range(1, 8):
        moved ^= table[position].take(octets[:, position])
    return moved


def _fold(words: Words) -> int:
    """Return the state that these words lead to from zero; zeros in front make no difference to it."""
    lanes = min(_LANES, (len(words) - 1).bit_length())
    padding = -len(words) % (1 << lanes)
    rows = np.concatenate([np.zeros(padding, _WORD), words]).reshape(-1, 1 << lanes)
    maps = _maps()
    state: Words = rows[0]
    for row in rows[1:]:
        state = _apply(maps[lanes], state) ^ row
    while lanes:
        lanes -= 1
        half = 1 << lanes
        state = _apply(maps[lanes], state[:half]) ^ state[half:]
    return int(_apply(maps[0], state)[0])
