"""The checksum of Azure Storage."""

from __future__ import annotations

import random
from base64 import b64encode

from hypothesis import given
from hypothesis import strategies as st

from fakes.emulator.services.crc64 import Crc64, crc64

LONG = random.Random(0).randbytes(300_000)


def test_the_recorded_checksum() -> None:
    """`hello world` has the checksum that Azure answered when it was uploaded."""
    assert b64encode(crc64(b"hello world")) == b"vo7q9sPVKY0="


@given(length=st.integers(0, len(LONG)), cut=st.integers(0, len(LONG)))
def test_pieces_have_the_checksum_of_the_whole(length: int, cut: int) -> None:
    """Wherever data is cut, its pieces have the checksum of the whole."""
    data = LONG[:length]
    checksum = Crc64()
    checksum.update(data[:cut])
    checksum.update(memoryview(data)[cut:])

    assert crc64(data) == checksum.digest()


@given(length=st.integers(1024, 20_000))
def test_folding_equals_the_loop(length: int) -> None:
    """Long data, which is folded, has the checksum that its bytes have one by one."""
    looped = Crc64()
    for start in range(0, length, 1000):
        looped.update(LONG[start : min(start + 1000, length)])

    assert looped.digest() == crc64(LONG[:length])
