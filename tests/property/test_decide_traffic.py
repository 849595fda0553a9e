"""Laws of traffic and names: sums, proportions, and names that are always valid and unique."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from harness.decide.names import check_endpoint_name, make_endpoint_name
from harness.decide.traffic import shift
from harness.errors import ParameterError

NAMES = ("blue", "green", "demo", "canary")
MOVES = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(min_value=0, max_value=100)), max_size=12)
PREFIXES = st.from_regex(r"[a-zA-Z][a-zA-Z0-9-]{0,40}", fullmatch=True)
RUN_IDS = st.from_regex(r"[a-zA-Z0-9]{1,20}", fullmatch=True)


@given(MOVES)
def test_any_sequence_of_shifts_leaves_sound_traffic(moves: list[tuple[str, int]]) -> None:
    """After every possible shift the shares add up to 0 or 100 and the deployment has what it was given."""
    traffic: dict[str, int] = {}
    for name, percent in moves:
        try:
            traffic = shift(traffic, name, percent)
        except ParameterError:
            continue
        assert traffic[name] == percent
        assert sum(traffic.values()) in (0, 100)
        assert all(0 <= share <= 100 for share in traffic.values())


@given(MOVES, st.sampled_from(NAMES), st.integers(min_value=0, max_value=100))
def test_shifting_keeps_the_order_of_the_others(moves: list[tuple[str, int]], name: str, percent: int) -> None:
    """A deployment that had more traffic than another never ends up with less, and nobody disappears."""
    before = {other: share for other, share in dict(moves).items() if other != name}
    if sum(before.values()) == 0:
        return

    after = shift(before, name, percent)

    assert set(after) == {*before, name}
    ranked = sorted(before, key=lambda other: before[other])
    assert all(after[low] <= after[high] for low, high in pairwise(ranked) if before[low] < before[high])


@given(MOVES, st.sampled_from(NAMES), st.integers(min_value=0, max_value=100))
def test_shifting_twice_is_shifting_once(moves: list[tuple[str, int]], name: str, percent: int) -> None:
    """The same shift again changes nothing."""
    try:
        once = shift(dict(moves), name, percent)
    except ParameterError:
        return
    if percent < 100:
        assert shift(once, name, percent) == once


@given(PREFIXES, RUN_IDS)
def test_endpoint_name_is_valid_and_ends_with_the_run_id(prefix: str, run_id: str) -> None:
    """Any prefix gives a valid name, and two runs never share one."""
    name = make_endpoint_name(prefix, run_id)

    assert check_endpoint_name(name) == name
    assert name.endswith(f"-{run_id}")
    assert name.startswith(prefix[:1])
