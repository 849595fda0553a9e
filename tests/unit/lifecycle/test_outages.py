"""A network that is gone for a while ends no wait; one that stays gone does, with its cause."""

from __future__ import annotations

import threading
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from azure.core.exceptions import AzureError, ClientAuthenticationError, ServiceRequestError
from standins import NOON, Answers, Notes, poller, refusal, virtual_clock

from harness.errors import OverBudget, StepFailed, Unfinished
from harness.lifecycle.jobs import wait_for_job
from harness.lifecycle.outages import answered
from harness.lifecycle.waiting import LONGEST_OUTAGE, Cap, Deadline, wait_for

LOST = ServiceRequestError("no route")
RUNNING, COMPLETED = (SimpleNamespace(name="j", status=status) for status in ("Running", "Completed"))


def wait(clock: Any, *states: Any, listed: Any = (), **within: Any) -> Any:
    """Wait six hours for a job that is found so."""
    client = SimpleNamespace(jobs=SimpleNamespace(get=Answers(*states), list=Answers(listed)))
    return wait_for_job(client, "j", clock=clock, **{"deadline_s": 21_600, "watch": Notes(), **within})


@pytest.mark.parametrize(
    "outage",
    [LOST, refusal(503), ClientAuthenticationError("Entra cannot be reached")],
    ids=["network", "busy", "token"],
)
def test_an_outage_ends_no_wait_for_a_job(outage: AzureError) -> None:
    """The job completes after it; whoever watches is told why nothing moved."""
    notes = Notes()
    assert wait(virtual_clock(), RUNNING, outage, outage, COMPLETED, watch=notes) is COMPLETED

    assert sum("no answer: " in move and move.endswith("asking again") for move in notes.moves) == 2


def test_an_outage_while_the_steps_are_looked_at_ends_no_wait() -> None:
    """They are asked for beside the job itself."""
    client = SimpleNamespace(jobs=SimpleNamespace(get=Answers(COMPLETED), list=Answers(LOST, ())))

    assert wait_for_job(client, "j", clock=virtual_clock(), deadline_s=60, watch=Notes()) is COMPLETED


def test_an_outage_that_lasts_ends_the_wait_with_its_cause() -> None:
    """A quarter of an hour without any answer is no passing trouble."""
    clock = virtual_clock()
    with pytest.raises(ServiceRequestError, match="no route"):
        wait(clock, RUNNING, LOST)

    assert LONGEST_OUTAGE <= clock.now() - NOON < LONGEST_OUTAGE + timedelta(minutes=1)


def test_answers_between_outages_begin_the_time_anew() -> None:
    """Twenty short outages in a long run are no long one."""
    states = [state for _ in range(20) for state in (RUNNING, *[LOST] * 30)]

    assert wait(virtual_clock(), *states, COMPLETED) is COMPLETED


def test_a_refusal_ends_the_wait_at_once() -> None:
    """Waiting gives nobody a right."""
    clock = virtual_clock()
    with pytest.raises(AzureError, match="no right"):
        wait(clock, refusal(403, "no right"))

    assert clock.now() == NOON


def test_the_deadline_holds_in_an_outage() -> None:
    """The wait is unfinished, and says that nobody answered."""
    with pytest.raises(Unfinished, match="job j has not ended within 60 s; got no answer: no route"):
        wait(virtual_clock(), RUNNING, LOST, deadline_s=60)


def test_the_budget_holds_in_an_outage() -> None:
    """It ends before the limit of the step, and before the outage is too long."""
    cap = Cap(NOON + timedelta(seconds=30), "the budget of 1 h")
    with pytest.raises(OverBudget, match=r"the budget of 1 h was used up; got no answer: no route"):
        wait(virtual_clock(), RUNNING, LOST, cap=cap)


def test_what_is_answered_at_once_is_returned_at_once() -> None:
    """Nobody sleeps, and nothing is told."""
    clock, notes = virtual_clock(), Notes()

    assert answered(lambda: 1, "it", clock=clock, watch=notes, deadline=Deadline(clock, 60)) == 1
    assert (clock.now(), notes.moves) == (NOON, [])


class Told(Notes):
    """Knows when a wait is under way: then it tells the first state."""

    def __init__(self) -> None:
        super().__init__()
        self.under_way = threading.Event()

    def progress(self, text: str) -> None:
        """Remember the move."""
        super().progress(text)
        self.under_way.set()


def deploy(clock: Any, *polls: Any) -> Any:
    """Wait for an operation that goes on at first, and whose later polls are answered so, half a minute apart."""
    answers, watch = Answers(False, *polls), Told()

    def update() -> bool:
        watch.under_way.wait(10)
        clock.sleep(30)
        return bool(answers())

    return wait_for(lambda: poller("live", update), "deploying", clock=clock, deadline_s=21_600, watch=watch)


def test_an_outage_is_no_failure_of_an_operation() -> None:
    """The operation went on meanwhile, and is found to have ended well."""
    assert deploy(virtual_clock(), *[LOST] * 20, False, *[LOST] * 20, True) == "live"


def test_an_operation_that_nobody_answers_for_ends_with_the_cause() -> None:
    """A quarter of an hour is what a job is given too."""
    clock = virtual_clock()
    with pytest.raises(StepFailed, match="deploying failed; got no route"):
        deploy(clock, LOST)

    assert LONGEST_OUTAGE <= clock.now() - NOON <= LONGEST_OUTAGE + timedelta(minutes=1)
