"""Identifiers that Azure would make up."""

from __future__ import annotations

import re
import uuid

from hypothesis import given
from hypothesis import strategies as st

from fakes.world.ids import Ids, guid_of

SEEDS = st.integers(0, 2**32)


def _drawn(seed: int) -> list[str]:
    ids = Ids(seed)
    return [ids.guid(), ids.hex(12), ids.key(), ids.guid()]


@given(SEEDS)
def test_one_seed_one_sequence(seed: int) -> None:
    """Two sources with the same seed give the same identifiers."""
    assert _drawn(seed) == _drawn(seed)


@given(SEEDS, SEEDS)
def test_another_seed_another_sequence(seed: int, other: int) -> None:
    """Sources with different seeds have no identifier in common."""
    assert bool(set(_drawn(seed)) & set(_drawn(other))) == (seed == other)


def test_guids_have_azure_s_form() -> None:
    """A guid is a random one in lower case with dashes."""
    guid = Ids(0).guid()

    assert str(uuid.UUID(guid)) == guid
    assert uuid.UUID(guid).version == 4


@given(SEEDS, st.integers(1, 64))
def test_hexadecimal_digits_keep_their_leading_zeros(seed: int, digits: int) -> None:
    """As many digits come as were asked for."""
    assert re.fullmatch(rf"[0-9a-f]{{{digits}}}", Ids(seed).hex(digits))


def test_equal_content_has_one_guid() -> None:
    """The guid of some parts is always the same, and how they are cut matters."""
    assert guid_of("a", "b") == guid_of("a", "b")
    assert guid_of("a", "b") != guid_of("ab")
