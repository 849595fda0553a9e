"""When the runs of a job do what."""

from __future__ import annotations

import pytest
from fine_tuning import (
    BEFORE_TRAINING,
    FINALIZING,
    FINE_TUNING,
    IMPORT,
    PREPARING,
    TRAINING,
    VALIDATION,
    WHOLE_JOB,
    NoteTaker,
    command,
    new_world,
    status,
    step,
    submit,
    wait,
)

from fakes.world.engine import FineTuneError
from fakes.world.faults import JOB, Failure
from fakes.world.jobs import Job
from fakes.world.timetable import PARENT_FAILURE
from fakes.world.world import World


@pytest.fixture
def world() -> World:
    """A world at Azure's pace."""
    return new_world()


def _states(world: World, job: Job) -> dict[str, str]:
    now = world.clock.now()
    return {run.display_name: run.status(now) for run in job.run.walk() if run.visible(now)}


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "NotStarted"),
        (PREPARING / 2, "Preparing"),
        (PREPARING, "Running"),
        (WHOLE_JOB - FINALIZING, "Finalizing"),
        (WHOLE_JOB, "Completed"),
    ],
)
def test_a_pipeline_s_states(world: World, seconds: float, expected: str) -> None:
    """NotStarted, Preparing, Running, Finalizing, Completed: the statuses that the SDK polls."""
    job = submit(world)
    wait(world, seconds)

    assert status(world, job) == expected


def test_steps_come_one_after_the_other(world: World) -> None:
    """A step is scheduled when the one before it has completed; later ones are not known yet."""
    job = submit(world)
    wait(world, PREPARING + VALIDATION + IMPORT / 2)

    assert _states(world, job) == {
        "job": "Running",
        "chat": "Running",
        "ft_nlp_common_validation": "Completed",
        "chat_completion_model_import": "Running",
    }


def test_everything_ends_completed(world: World) -> None:
    """A job that nothing happened to completes with all its steps."""
    job = submit(world)
    wait(world, WHOLE_JOB)

    assert set(_states(world, job).values()) == {"Completed"}
    assert len(_states(world, job)) == 7


def test_one_jump_is_as_good_as_many_steps(world: World) -> None:
    """Whether time passes at once or second by second, the job ends the same."""
    slow = new_world()
    job, slow_job = submit(world), submit(slow)
    wait(world, WHOLE_JOB)
    for _ in range(WHOLE_JOB):
        wait(slow, 1)

    assert _states(world, job) == _states(slow, slow_job)
    assert [run.plan for run in job.run.walk()] == [run.plan for run in slow_job.run.walk()]


def test_a_failing_step_has_the_cause_and_its_parents_a_general_one(world: World) -> None:
    """The step says why; node and job point to their children (quoted in public issues)."""
    world.faults.fail_job("CUDA out of memory")
    job = submit(world)
    wait(world, WHOLE_JOB)

    assert {run.display_name: run.error for run in job.run.walk() if run.status(world.clock.now()) == "Failed"} == {
        FINE_TUNING: step(job, FINE_TUNING).error,
        "chat": PARENT_FAILURE,
        "job": PARENT_FAILURE,
    }
    assert step(job, FINE_TUNING).error.message == "CUDA out of memory"


def test_a_failure_takes_as_long_as_the_step(world: World) -> None:
    """A step runs before it fails: nobody knows sooner."""
    world.faults.fail_job("CUDA out of memory")
    job = submit(world)
    wait(world, BEFORE_TRAINING + TRAINING - 1)
    before = (status(world, job), step(job, FINE_TUNING).status(world.clock.now()))
    wait(world, 1 + FINALIZING)

    assert before == ("Running", "Running")
    assert status(world, job) == "Failed"


def test_nothing_runs_after_a_failed_step(world: World) -> None:
    """A step that would have come later is never started."""
    world.faults.fail_job("no", step="model_import")
    job = submit(world)
    wait(world, WHOLE_JOB)

    assert [run.display_name for run in job.run.walk() if run.kind == "step"] == [
        "ft_nlp_common_validation",
        "chat_completion_model_import",
    ]


def test_the_engine_chooses_the_failing_step() -> None:
    """An engine's user error fails the step that it names, with its code and message."""
    world = new_world(NoteTaker(FineTuneError("UserError", "too few rows", "chat_completion_datapreprocess")))
    job = submit(world)
    wait(world, WHOLE_JOB)

    assert step(job, "chat_completion_datapreprocess").error.message == "too few rows"
    assert status(world, job) == "Failed"


def test_a_stuck_job_never_leaves_its_state(world: World) -> None:
    """A job that is stuck in Preparing is there a day later."""
    world.faults.stick_job()
    job = submit(world)
    wait(world, 86_400)

    assert status(world, job) == "Preparing"
    assert job.run.children == []


@pytest.mark.parametrize(("seconds", "expected"), [(0, "NotStarted"), (60, "Running"), (200, "Completed")])
def test_a_command_s_states(world: World, seconds: float, expected: str) -> None:
    """A command job runs for two minutes and completes."""
    job = command(world)
    wait(world, seconds)

    assert status(world, job) == expected


def test_a_command_may_fail(world: World) -> None:
    """A failing command ends with the cause itself, since it has no steps."""
    world.faults.on(JOB, Failure("exit code 1", "ExecutionFailed"))
    job = command(world)
    wait(world, 1000)

    assert status(world, job) == "Failed"
    assert (job.run.error.code, job.run.error.message) == ("ExecutionFailed", "exit code 1")


def test_an_instant_job_still_has_states() -> None:
    """At the instant pace a job goes through its states too, a second each."""
    world = new_world(pace="instant")
    job = submit(world)
    seen = [status(world, job)]
    for _ in range(20):
        wait(world, 0.5)
        seen.append(status(world, job))

    assert list(dict.fromkeys(seen)) == ["NotStarted", "Preparing", "Running", "Finalizing", "Completed"]
