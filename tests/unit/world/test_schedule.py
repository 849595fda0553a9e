"""Work that falls due."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from fakes.world.schedule import Schedule

START = datetime(2024, 5, 10, 12, tzinfo=timezone.utc)


def _after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_nothing_happens_before_its_time() -> None:
    """An action waits for its instant, is performed then and never again."""
    schedule, done = Schedule(), []
    schedule.at(_after(10), done.append)
    counts = []
    for seconds in (9, 10, 11):
        schedule.run_due(_after(seconds))
        counts.append(len(done))

    assert counts == [0, 1, 1]


def test_an_action_is_told_its_own_instant() -> None:
    """Work that is done late still happens at the instant it was due."""
    schedule, done = Schedule(), []
    schedule.at(_after(10), done.append)
    schedule.run_due(_after(500))

    assert done == [_after(10)]


def test_work_that_adds_work() -> None:
    """What an action adds is performed in the same run when it is due too."""
    schedule, done = Schedule(), []
    schedule.at(_after(1), lambda _: schedule.at(_after(2), done.append))
    schedule.at(_after(3), done.append)
    schedule.run_due(_after(5))

    assert done == [_after(2), _after(3)]


@given(st.lists(st.integers(0, 5)))
def test_earliest_first_and_then_in_the_order_of_arrival(offsets: list[int]) -> None:
    """Actions come in the order of their instants, equal ones in the order they were added."""
    schedule, done = Schedule(), []
    for number, offset in enumerate(offsets):
        schedule.at(_after(offset), lambda _, number=number: done.append(number))
    schedule.run_due(_after(10))

    assert done == [number for number, _ in sorted(enumerate(offsets), key=lambda pair: pair[1])]
