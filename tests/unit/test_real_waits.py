"""Virtual time passes for clients that wait in real time, and for nobody else."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta, timezone

import pytest

from fakes.emulator.exchange import Reply, Request
from fakes.emulator.real_waits import PATIENCE, SCALE, RealWaits, unfinished
from fakes.world.clock import VirtualClock

START = datetime(2024, 5, 10, tzinfo=timezone.utc)
RUNNING, DONE = Reply(200, b'{"status":"Running"}'), Reply(200, b'{"status":"Completed"}')


class Client:
    """A client with a wall clock of its own, which asks and waits."""

    def __init__(self) -> None:
        self.clock = VirtualClock(START)
        self.real = 1000.0
        self.waits = RealWaits(self.clock, lambda: self.real)

    def poll(self, seconds: float, reply: Reply = RUNNING, url: str = "https://host/job") -> None:
        """Wait in real time, then ask once."""
        self.real += seconds
        request = Request.from_parts("GET", url, {}, b"")
        self.waits.before(request)
        self.waits.after(request, reply)

    @property
    def passed(self) -> float:
        """Virtual seconds since the start."""
        return (self.clock.now() - START).total_seconds()


@pytest.fixture
def client() -> Client:
    """A client that has asked for nothing yet."""
    return Client()


@pytest.mark.parametrize(("polls", "pause"), [(4, 1.0), (31, 0.1), (3, 30.0), (2000, 0.002)])
def test_time_passes_for_who_waits(client: Client, polls: int, pause: float) -> None:
    """A loop around a sleep, long or short or none, is paid all the real time that it has spent."""
    for _ in range(polls):
        client.poll(pause)

    assert client.passed == pytest.approx(SCALE * pause * (polls - 1), abs=SCALE * pause * 3)
    assert client.passed > 0


def test_reading_often_moves_nothing(client: Client) -> None:
    """A thousand polls within the patience of the emulator leave the clock where it is."""
    for _ in range(1000):
        client.poll(PATIENCE / 1001)

    assert client.passed == 0


def test_reading_twice_moves_nothing(client: Client) -> None:
    """Two polls are no wait, however long somebody thought between them."""
    client.poll(0)
    client.poll(3600)

    assert client.passed == 0


def test_who_waits_on_the_virtual_clock_is_left_alone(client: Client) -> None:
    """Where virtual time moves between the polls, real time adds nothing."""
    for _ in range(10):
        client.poll(10)
        client.clock.sleep(5)

    assert client.passed == 50


def test_what_is_finished_is_not_waited_for(client: Client) -> None:
    """Reading a result again and again moves nothing, also after a wait for it."""
    for _ in range(4):
        client.poll(1)
    before = client.passed
    for _ in range(10):
        client.poll(10, DONE)

    assert before > 0
    assert client.passed == pytest.approx(before + SCALE * 10)


def test_two_waits_at_once_are_paid_once(client: Client) -> None:
    """A loop that asks for two things in turn lets time pass once for both."""
    for _ in range(11):
        client.poll(1, url="https://host/one")
        client.poll(0, url="https://host/two")

    assert client.passed == pytest.approx(SCALE * 10)


def test_it_is_said_once(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    """The first time, a warning names what is waited for and what to do about it."""
    with caplog.at_level(logging.WARNING, logger="fakes.emulator"):
        for _ in range(10):
            client.poll(1)

    assert [record.getMessage().split(";")[0] for record in caplog.records] == ["A client waits in real time for /job"]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(202, b""), True),
        (Reply(200, b'{"properties":{"provisioningState":"Updating"}}'), True),
        (Reply(200, b'{"properties":{"state":"Stopping"}}'), True),
        (Reply(200, b'{"run":{"info":{"status":"SCHEDULED"}}}'), True),
        (Reply(200, b'{"value":[{"status":"Completed"},{"status":"Preparing"}]}'), True),
        (Reply(200, b'{"properties":{"provisioningState":"Succeeded"}}'), False),
        (Reply(200, b'{"properties":{"state":"Running"}}'), False),
        (Reply(404, b"{}"), False),
    ],
)
def test_what_is_on_its_way(reply: Reply, expected: bool) -> None:
    """An answer is unfinished when it shows a state that is left by itself, or has not come yet."""
    assert unfinished(reply) is expected


def test_a_day_of_waiting_is_a_day_of_waiting(client: Client) -> None:
    """However long somebody waits, each real second is paid once."""
    for _ in range(100):
        client.poll(60)

    assert client.clock.now() - START == timedelta(seconds=SCALE * 60 * 99)
