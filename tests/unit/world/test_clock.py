"""Virtual time."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.world.clock import VirtualClock

START = datetime(2024, 5, 10, 12, tzinfo=timezone.utc)
SECONDS = st.lists(st.integers(min_value=0, max_value=10**6))


def test_stands_still_unless_moved() -> None:
    """Reading the clock does not move it, however much real time passes."""
    clock = VirtualClock(START, monotonic=iter(range(1000)).__next__)

    assert [clock.now() for _ in range(3)] == [START] * 3


def test_a_wait_passes_and_is_counted() -> None:
    """A client that sleeps moves the clock, and `slept` says by how much."""
    clock = VirtualClock(START)
    clock.sleep(30)

    assert (clock.now(), clock.slept) == (START + timedelta(seconds=30), 30)


def test_advancing_is_nobody_s_wait() -> None:
    """`advance` moves the clock without counting as a client's wait."""
    clock = VirtualClock(START)
    clock.advance(30)

    assert (clock.now(), clock.slept) == (START + timedelta(seconds=30), 0)


@pytest.mark.parametrize("seconds", [0, -5])
def test_a_wait_of_nothing_passes_nothing(seconds: float) -> None:
    """A sleep that is not positive is over at once, as for `time.sleep(0)`."""
    clock = VirtualClock(START)
    clock.sleep(seconds)

    assert (clock.now(), clock.slept) == (START, 0)


def test_time_never_runs_backwards() -> None:
    """Advancing by less than nothing is refused."""
    with pytest.raises(ValueError, match="cannot advance by -1 s"):
        VirtualClock(START).advance(-1)


def test_a_negative_scale_is_refused() -> None:
    """A negative `time_scale` would run backwards and is refused."""
    with pytest.raises(ValueError, match="time_scale is -1"):
        VirtualClock(START, time_scale=-1)


def test_a_scale_lets_real_time_flow() -> None:
    """With time_scale=60 a real second is a virtual minute, on top of what was slept."""
    real = iter([0.0, 2.0])
    clock = VirtualClock(START, time_scale=60, monotonic=lambda: next(real))
    clock.sleep(5)

    assert clock.now() == START + timedelta(seconds=125)


@given(SECONDS, SECONDS)
def test_passed_time_is_what_was_slept_and_advanced(slept: list[int], advanced: list[int]) -> None:
    """The clock shows the sum of all waits and advances; `slept` that of the waits."""
    clock = VirtualClock(START)
    for seconds in slept:
        clock.sleep(seconds)
    for seconds in advanced:
        clock.advance(seconds)

    assert clock.slept == sum(slept)
    assert clock.now() == START + timedelta(seconds=sum(slept) + sum(advanced))


def test_no_wait_of_a_thread_is_lost() -> None:
    """Threads that wait at the same time all move the clock."""
    clock = VirtualClock(START)
    threads = [threading.Thread(target=lambda: [clock.sleep(1) for _ in range(500)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert clock.slept == 2000


class _Ticking:
    """Real time that passes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_within_a_held_block_no_time_flows() -> None:
    """All that is done in it happens at one instant, and time goes on from there as if it had flowed."""
    real = _Ticking()
    clock = VirtualClock(START, time_scale=10, monotonic=real)
    with clock.held():
        real.seconds = 3
        inside = clock.now()

    assert (inside, clock.now()) == (START, START + timedelta(seconds=30))


def test_a_held_clock_can_be_moved() -> None:
    """Who advances it in the block sees it, and it stays advanced."""
    clock = VirtualClock(START)
    with clock.held():
        clock.advance(60)
        inside = clock.now()

    assert inside == clock.now() == START + timedelta(seconds=60)


def test_a_clock_is_held_at_another_instant() -> None:
    """What happened once can be done again at its own instant."""
    clock = VirtualClock(START)
    with clock.held(START + timedelta(hours=1)):
        assert clock.now() == START + timedelta(hours=1)

    assert clock.now() == START


def test_the_pace_changes_from_now_on() -> None:
    """What has flowed has flowed, and may be set right."""
    real = _Ticking()
    clock = VirtualClock(START, time_scale=10, monotonic=real)
    real.seconds = 1
    clock.flow(100)
    real.seconds = 2
    after = clock.now()
    clock.flow(0, START)

    assert (after, clock.now(), clock.time_scale) == (START + timedelta(seconds=110), START, 0)


@pytest.mark.parametrize(("time_scale", "times"), [(0, 1), (0.5, 1), (1, 1), (3600, 3600)])
def test_what_clients_keep_lasts_by_their_clock(time_scale: float, times: float) -> None:
    """Where time flows faster, a token lasts as many times longer."""
    assert VirtualClock(START, time_scale=time_scale).outlasts == times


@pytest.mark.parametrize("time_scale", [-1, float("inf"), float("nan")])
def test_a_pace_that_cannot_be_is_refused(time_scale: float) -> None:
    """It neither runs backwards nor everywhere at once."""
    with pytest.raises(ValueError, match="time_scale is"):
        VirtualClock(START).flow(time_scale)


def test_what_outlasts_a_fast_clock_still_fits_a_calendar() -> None:
    """However fast time flows."""
    clock = VirtualClock(datetime(2026, 7, 31, tzinfo=timezone.utc), time_scale=1e12)

    assert clock.outlasts * timedelta(days=1) < timedelta(days=365 * 100)
