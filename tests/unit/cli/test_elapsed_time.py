"""What a wait shows on Azure: how long it has been, how long it usually is, its state, the last line of its log."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any

import pytest

from fakes.world.clock import VirtualClock
from harness.cli.drawing import elapsed
from harness.cli.progress import LiveProgress, watching
from harness.decide.durations import Usual

STYLE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
QUARTER = Usual(900.0, "recorded 2022-10")


@pytest.mark.parametrize(
    ("seconds", "usual", "said"),
    [
        (65, QUARTER, "1 min 05 s of about 15 min 00 s (recorded 2022-10)"),
        (1000, QUARTER, "16 min 40 s, longer than the usual 15 min 00 s (recorded 2022-10)"),
        (65, Usual(0.0, "inferred"), "1 min 05 s"),
        (65, None, "1 min 05 s"),
    ],
)
def test_elapsed_time_stands_beside_the_usual_one(seconds: float, usual: Usual | None, said: str) -> None:
    """Marked by how it is known, and said to be exceeded when it is."""
    assert elapsed(seconds, usual) == said


@pytest.fixture
def clock() -> VirtualClock:
    """What these tests take for a real clock."""
    return VirtualClock(datetime(2024, 5, 10, 12, tzinfo=timezone.utc))


def test_a_log_is_told_every_five_minutes_that_a_wait_goes_on(screen: Any, clock: VirtualClock) -> None:
    """With the last line of the job's log; CI systems end what is silent for long."""
    console = screen()
    with watching(console, clock=clock, usual=lambda _: QUARTER) as watch:
        watch.started("deploy", "Deploy")
        for minute in range(11):
            watch.waiting(f"line {minute}")
            clock.sleep(60)
    lines = [line.strip() for line in console.file.getvalue().splitlines()]

    assert lines == [
        "Deploy",
        "still waiting: 5 min 00 s of about 15 min 00 s (recorded 2022-10); log: line 5",
        "still waiting: 10 min 00 s of about 15 min 00 s (recorded 2022-10); log: line 10",
    ]


def test_news_put_the_next_line_off(screen: Any, clock: VirtualClock) -> None:
    """Who was just told something needs no sign of life."""
    console = screen()
    with watching(console, clock=clock) as watch:
        watch.started("deploy", "Deploy")
        clock.sleep(290)
        watch.progress("deploying demo: Updating")
        clock.sleep(290)
        watch.waiting("")

    assert "still waiting" not in console.file.getvalue()


def test_a_terminals_line_holds_all_that_is_known(screen: Any, clock: VirtualClock) -> None:
    """Title, time, state and log; a new step begins without the old one's."""
    console = screen(width=200, terminal=True)
    with watching(console, clock=clock, usual=lambda _: QUARTER) as watch:
        assert isinstance(watch, LiveProgress)
        watch.started("deploy", "Deploy")
        clock.sleep(65)
        watch.progress("deploying demo: Updating")
        watch.waiting("Loading the model")
        line = watch.__rich__().plain
        watch.started("score", "Score")
        after = watch.__rich__().plain

    time = "1 min 05 s of about 15 min 00 s (recorded 2022-10)"
    assert line == f"Deploy  {time}  deploying demo: Updating  Loading the model"
    assert after == "Score  0 s of about 15 min 00 s (recorded 2022-10)"


@pytest.mark.parametrize("terminal", [True, False])
def test_virtual_time_is_not_waited_for(screen: Any, terminal: bool) -> None:
    """Without a real clock there is no time to tell, and logs are not asked for."""
    console = screen(terminal=terminal)
    with watching(console) as watch:
        watch.started("deploy", "Deploy")
        watch.waiting("a line")

        assert watch.follows is False
    assert "still waiting" not in STYLE.sub("", console.file.getvalue())
