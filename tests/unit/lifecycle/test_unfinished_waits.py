"""A wait that does not end is an error that says how far it got: last state, last lines of the log, where to look."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from standins import NOON, Answers, Notes, poller, virtual_clock

from harness.errors import OverBudget, Unfinished
from harness.lifecycle.jobs import wait_for_job
from harness.lifecycle.waiting import Cap, Pulse, wait_for

HALF_A_MINUTE = Cap(NOON + timedelta(seconds=30), "the budget of 5 USD")


def stuck(clock: Any) -> Any:
    """An operation that does not end; each poll takes five virtual seconds, and long enough to be watched."""
    polls = count()

    def update() -> bool:
        assert next(polls) < 3000, "somebody polls on and on"
        clock.sleep(5)
        threading.Event().wait(0.001)
        return False

    return poller(update=update)


def log() -> Sequence[str]:
    """The end of a log."""
    return ("step 99", "step 100")


def wait(clock: Any, **within: Any) -> Any:
    """Wait a minute for what does not end."""
    given = {"deadline_s": 60, "watch": Notes(), "log": log, "see": "`az` shows more.", **within}
    return wait_for(lambda: stuck(clock), "deploying demo", clock=clock, **given)


def test_the_error_of_a_deadline_diagnoses() -> None:
    """What was waited for, its last state, the end of its log, and where there is more."""
    with pytest.raises(Unfinished) as failure:
        wait(virtual_clock())

    assert failure.value.what == "deploying demo has not ended within 60 s"
    assert failure.value.got == "the operation is Updating; its log ends with: step 99 | step 100"
    assert failure.value.remedy.endswith("`az` shows more.")


def test_the_budget_ends_a_wait_before_its_limit() -> None:
    """The error is of a class of its own, names the budget, and diagnoses as well."""
    with pytest.raises(OverBudget) as failure:
        wait(virtual_clock(), cap=HALF_A_MINUTE)

    assert failure.value.what == "deploying demo had not ended when the budget of 5 USD was used up"
    assert "step 100" in failure.value.got


def test_a_budget_that_lasts_longer_changes_nothing() -> None:
    """The limit of the step comes first."""
    with pytest.raises(Unfinished, match="within 60 s") as failure:
        wait(virtual_clock(), cap=Cap(NOON + timedelta(seconds=90), "the budget of 5 USD"))

    assert not isinstance(failure.value, OverBudget)


def test_nothing_is_begun_when_nothing_is_left() -> None:
    """The request itself would cost."""
    begin = Answers(AssertionError("it was begun"))
    clock = virtual_clock()
    clock.sleep(31)
    with pytest.raises(OverBudget, match="it was not begun"):
        wait_for(begin, "deploying demo", clock=clock, deadline_s=60, watch=Notes(), cap=HALF_A_MINUTE)
    assert begin.calls == []


@pytest.mark.parametrize(("follows", "told"), [(True, ["step 100"] * 3), (False, [""] * 3)])
def test_a_wait_is_told_once_a_minute(follows: bool, told: list[str]) -> None:
    """With the last line of the log for who follows it; others cost no request."""
    notes, clock = Notes(follows), virtual_clock()
    reads = Answers(log())
    pulse = Pulse(clock, notes, reads)
    for _ in range(10):
        clock.sleep(20)
        pulse.beat()

    assert notes.waits == told
    assert len(reads.calls) == (3 if follows else 0)


def job(status: str) -> Any:
    """A job, or a run below it."""
    return SimpleNamespace(name="job-1", display_name="job-1", status=status, studio_url="https://studio/job-1")


def running_for_ever() -> Any:
    """A client whose job goes on."""
    children = {"job-1": [SimpleNamespace(name="step-1", display_name="finetune", status="Running")]}
    listed = lambda parent_job_name: children.get(parent_job_name, [])  # noqa: E731 - a stand-in
    return SimpleNamespace(jobs=SimpleNamespace(get=Answers(job("Running")), list=listed))


def test_the_error_of_a_job_names_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """The states of its steps, the log of the deepest that runs, and the studio."""
    asked: list[list[str]] = []
    monkeypatch.setattr("harness.lifecycle.jobs.last_lines_of_runs", lambda _, runs: asked.append(runs) or ["loss 0.3"])
    with pytest.raises(Unfinished) as failure:
        wait_for_job(running_for_ever(), "job-1", clock=virtual_clock(), deadline_s=100, watch=Notes())

    assert failure.value.got == "job job-1 is Running, finetune is Running; its log ends with: loss 0.3"
    assert "https://studio/job-1" in failure.value.remedy
    assert asked == [["step-1", "job-1"]]


def test_a_job_is_not_slept_for_past_the_budget() -> None:
    """The gaps between two looks grow to two minutes, and the budget ends within one of them."""
    clock = virtual_clock()
    cap = Cap(NOON + timedelta(seconds=3_000), "the budget of 1 h")
    with pytest.raises(OverBudget):
        wait_for_job(running_for_ever(), "job-1", clock=clock, deadline_s=21_600, watch=Notes(), cap=cap)

    assert 3_000 < (clock.now() - NOON).total_seconds() < 3_010
