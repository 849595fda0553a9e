"""Waiting for pollers and jobs: results, reasons, deadlines."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import count, pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from standins import Answers, Notes, failing_poller, poller, refusal, virtual_clock

from harness.errors import DeploymentFailed, JobFailed, StepFailed, Unfinished
from harness.lifecycle.jobs import wait_for_job
from harness.lifecycle.waiting import PollingDroppedError, wait_for

POLLS = 3000
"""More than any of these waits needs, and a few seconds at most."""


def job(status: str, name: str = "finetune-1", title: str = "", **more: Any) -> Any:
    """A job or a run below one."""
    return SimpleNamespace(name=name, display_name=title or name, status=status, studio_url="https://studio", **more)


def jobs(get: Answers, children: dict[str, list[Any]], causes: dict[str, str] | None = None) -> Any:
    """A client whose jobs have these children, and whose run history knows these causes."""

    def details(run_id: str) -> Any:
        message = (causes or {}).get(run_id)
        error = SimpleNamespace(error=SimpleNamespace(code="UserError", message=message)) if message else None
        return SimpleNamespace(error=error)

    return SimpleNamespace(
        jobs=SimpleNamespace(
            get=get,
            list=lambda parent_job_name: children.get(parent_job_name, []),
            _runs_operations=SimpleNamespace(get_run_details=details),
        )
    )


def never(between: Callable[[], None]) -> Callable[[], bool]:
    """An operation that does not end; a waiter that asks on and on is told so, instead of hanging the suite."""
    polls = count()

    def update() -> bool:
        assert next(polls) < POLLS, "somebody still polls long after the deadline"
        between()
        threading.Event().wait(0.001)
        return False

    return update


def test_the_result_of_an_operation_is_returned() -> None:
    """A poller that ends well gives its resource."""
    assert (
        wait_for(lambda: poller("endpoint"), "creating", clock=virtual_clock(), deadline_s=60, watch=Notes())
        == "endpoint"
    )


def test_a_failed_operation_says_what_failed_and_why() -> None:
    """The failure is of the class that is asked for, with Azure's reason."""
    broken = failing_poller(refusal(400, "ResourceNotReady: the container crashed"))

    with pytest.raises(DeploymentFailed, match=r"deploying demo failed.*ResourceNotReady: the container crashed"):
        wait_for(
            lambda: broken,
            "deploying demo",
            clock=virtual_clock(),
            deadline_s=60,
            watch=Notes(),
            failure=DeploymentFailed,
        )


def test_an_operation_that_does_not_end_is_given_up_at_the_deadline() -> None:
    """Unfinished names the limit and the state, and the poller's thread ends."""
    clock = virtual_clock()
    stuck = poller(update=never(lambda: clock.sleep(5)))
    with pytest.raises(Unfinished, match="has not ended within 60 s; got the operation is Updating"):
        wait_for(lambda: stuck, "deploying demo", clock=clock, deadline_s=60, watch=Notes())
    with pytest.raises(PollingDroppedError):
        stuck.wait(timeout=10)
    assert stuck.done()


def test_an_operation_that_ended_only_after_the_deadline_is_unfinished() -> None:
    """In virtual time hours can pass within one poll: the answer is the one that real time would give."""
    clock = virtual_clock()

    def begin() -> Any:
        clock.sleep(61)
        return poller("endpoint")

    with pytest.raises(Unfinished, match="has not ended within 60 s; got the operation ended later"):
        wait_for(begin, "deploying demo", clock=clock, deadline_s=60, watch=Notes())


def test_an_interrupted_wait_ends_the_polling() -> None:
    """After Ctrl-C no thread goes on asking Azure."""

    class Impatient(Notes):
        def progress(self, text: str) -> None:
            raise KeyboardInterrupt(text)

    stuck = poller(update=never(lambda: None))
    with pytest.raises(KeyboardInterrupt):
        wait_for(lambda: stuck, "deploying demo", clock=virtual_clock(), deadline_s=60, watch=Impatient())
    with pytest.raises(PollingDroppedError):
        stuck.wait(timeout=10)
    assert stuck.done()


def test_a_completed_job_is_returned_and_each_change_is_told_once() -> None:
    """Job, nodes and steps are told as they change, not as they are read."""
    notes = Notes()
    client = jobs(
        Answers(job("Running"), job("Running"), job("Completed")), {"finetune-1": [job("Running", "n", "node")]}
    )

    done = wait_for_job(client, "finetune-1", clock=virtual_clock(), deadline_s=3600, watch=notes)

    assert done.status == "Completed"
    assert notes.moves == ["job finetune-1: Running", "node: Running", "job finetune-1: Completed"]


def test_polling_a_job_becomes_slower_and_never_slower_than_two_minutes() -> None:
    """The gaps grow from 10 to 120 seconds."""
    clock, asked = virtual_clock(), []

    class Recording(Answers):
        def __call__(self, *arguments: Any, **named: Any) -> Any:
            asked.append(clock.now())
            return super().__call__(*arguments, **named)

    client = jobs(Recording(*[job("Running")] * 40, job("Completed")), {})
    wait_for_job(client, "finetune-1", clock=clock, deadline_s=7200, watch=Notes())

    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(asked)]
    assert (gaps[0], gaps[-1], gaps == sorted(gaps)) == (10, 120, True)


def test_steps_are_looked_at_less_often_than_the_job() -> None:
    """Within five minutes of an unchanged job its steps are read once: the SDK asks several times for each."""
    reads = Answers([job("Running", "n", "node")])
    client = jobs(Answers(*[job("Running")] * 10, job("Completed")), {})
    client.jobs.list = lambda parent_job_name: reads(parent_job_name) if parent_job_name == "finetune-1" else []

    wait_for_job(client, "finetune-1", clock=virtual_clock(), deadline_s=3600, watch=Notes())

    assert len(reads.calls) == 2


def test_a_failed_job_names_its_deepest_failed_step_and_the_cause() -> None:
    """Parents fail with their steps; the step at fault has the real cause."""
    tree = {
        "finetune-1": [job("Failed", "n", "node")],
        "n": [job("Completed", "a", "import"), job("Failed", "b", "finetune")],
    }
    causes = {"finetune-1": "some steps failed", "n": "some steps failed", "b": "CUDA out of memory."}
    client = jobs(Answers(job("Failed")), tree, causes)

    with pytest.raises(JobFailed) as failure:
        wait_for_job(client, "finetune-1", clock=virtual_clock(), deadline_s=60, watch=Notes())

    assert failure.value.what == "job finetune-1 failed in step finetune"
    assert failure.value.got == "UserError: CUDA out of memory"
    assert "https://studio" in failure.value.remedy


@pytest.mark.parametrize(("status", "said"), [("Canceled", "Canceled"), ("NotResponding", "does not respond")])
def test_a_job_that_ends_otherwise_says_how(status: str, said: str) -> None:
    """A job without a failed step is reported by its own state."""
    with pytest.raises(StepFailed, match=f"job finetune-1 (ended as )?{said}"):
        wait_for_job(jobs(Answers(job(status)), {}), "finetune-1", clock=virtual_clock(), deadline_s=60, watch=Notes())


def test_without_run_history_the_failed_step_is_still_named() -> None:
    """The cause is a private member of the SDK's: a client without it costs the cause only."""
    client = jobs(Answers(job("Failed")), {"finetune-1": [job("Failed", "n", "node")]})
    del client.jobs._runs_operations

    with pytest.raises(StepFailed, match="failed in step node"):
        wait_for_job(client, "finetune-1", clock=virtual_clock(), deadline_s=60, watch=Notes())


def test_a_job_that_does_not_end_is_given_up_with_the_states_of_its_steps() -> None:
    """Unfinished says where the job hangs."""
    client = jobs(Answers(job("Running")), {"finetune-1": [job("Queued", "n", "node")]})

    with pytest.raises(Unfinished, match="within 100 s; got job finetune-1 is Running, node is Queued"):
        wait_for_job(client, "finetune-1", clock=virtual_clock(), deadline_s=100, watch=Notes())
