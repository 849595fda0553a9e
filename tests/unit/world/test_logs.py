"""The logs that `jobs.stream` prints."""

from __future__ import annotations

import pytest
from fine_tuning import PREPARING, VALIDATION, WHOLE_JOB, command, new_world, step, submit, wait

from fakes.world.datastores import ARTIFACT_STORE
from fakes.world.jobs import Job, cancel_job
from fakes.world.logs import COMMAND_LOG, EXECUTION_LOG, NOT_EXECUTED
from fakes.world.runs import Run
from fakes.world.world import World


@pytest.fixture
def world() -> World:
    """A world at Azure's pace."""
    return new_world()


def _log(world: World, job: Job, name: str = EXECUTION_LOG, run: Run | None = None) -> str:
    store = world.home.datastores[ARTIFACT_STORE]
    blob = world.blobs.get(store.account, store.container, f"{(run or job.run).container}/{name}")
    return world.blobs.open(blob).read().decode() if blob else ""


def test_the_log_grows_with_the_job(world: World) -> None:
    """A step is submitted when it starts and completed when it ends (wording recorded 2023-01)."""
    job = submit(world)
    run = step(job, "ft_nlp_common_validation")
    wait(world, PREPARING)
    started = _log(world, job)
    wait(world, VALIDATION)

    assert f"Submitting 1 runs, first five are: ft_nlp_common_validation:{run.id}" in started
    assert f"Completing processing run id {run.id}." not in started
    assert f"Completing processing run id {run.id}." in _log(world, job)


def test_nothing_is_logged_before_the_job_runs(world: World) -> None:
    """While a job is prepared it has no log."""
    job = submit(world)
    wait(world, PREPARING - 1)

    assert _log(world, job) == ""


def test_the_log_only_grows(world: World) -> None:
    """What was read once stays: later readings begin with it."""
    job, before = submit(world), ""
    for _ in range(26):
        wait(world, 100)
        now = _log(world, job)
        assert now.startswith(before)
        before = now


def test_lines_carry_their_virtual_time(world: World) -> None:
    """A line says when it happened, however late it was written."""
    job = submit(world)
    wait(world, WHOLE_JOB)

    assert _log(world, job).startswith("[2024-05-10 12:00:10Z] Submitting 1 runs")


def test_the_last_line(world: World) -> None:
    """A completed pipeline closes its log (wording recorded)."""
    job = submit(world)
    wait(world, WHOLE_JOB)

    assert _log(world, job).endswith("Finishing experiment: no runs left and nothing to schedule.\n")


def test_a_failed_step_is_named_with_its_cause(world: World) -> None:
    """The log of a failed pipeline holds the cause."""
    world.faults.fail_job("CUDA out of memory")
    job = submit(world)
    wait(world, WHOLE_JOB)

    run = step(job, "chat_completion_finetune")
    assert f"Run chat_completion_finetune:{run.id} failed: CUDA out of memory" in _log(world, job)


def test_a_failed_pipeline_submits_nothing_more(world: World) -> None:
    """Steps that were dropped are not in the log."""
    world.faults.fail_job("no")
    job = submit(world)
    wait(world, WHOLE_JOB)

    assert "ft_nlp_model_converter" not in _log(world, job)


def test_a_cancelled_job_logs_no_more(world: World) -> None:
    """From the cancellation on the log stands still."""
    job = submit(world)
    wait(world, 100)
    cancel_job(world, world.home, "job")
    before = _log(world, job)
    wait(world, WHOLE_JOB)

    assert _log(world, job) == before


def test_a_command_says_that_it_ran_nothing(world: World) -> None:
    """The log of a command job is honest: user code is not executed here."""
    job = command(world)
    wait(world, 1000)

    assert _log(world, job, COMMAND_LOG) == NOT_EXECUTED


def test_a_failed_step_has_a_log_of_its_own(world: World) -> None:
    """A step that fails leaves a log with its cause, from the instant at which it fails."""
    world.faults.fail_job("CUDA out of memory", step="preprocess")
    job = submit(world)
    failed = step(job, "chat_completion_datapreprocess")
    wait(world, PREPARING + 1)
    before = _log(world, job, COMMAND_LOG, failed)
    wait(world, WHOLE_JOB)

    assert before == ""
    assert _log(world, job, COMMAND_LOG, failed).endswith("CUDA out of memory\n")


def test_a_cancelled_step_has_no_cause_of_failure(world: World) -> None:
    """A step that was cancelled before it could fail leaves no log of a failure."""
    world.faults.fail_job("no", step="validation")
    job = submit(world)
    failed = step(job, "ft_nlp_common_validation")
    wait(world, PREPARING + 1)
    cancel_job(world, world.home, "job")
    wait(world, WHOLE_JOB)

    assert _log(world, job, COMMAND_LOG, failed) == ""


def test_a_failed_command_says_why(world: World) -> None:
    """The log of a command that fails ends with the cause."""
    world.faults.fail_job("no space left")
    job = command(world)
    wait(world, 1000)

    assert _log(world, job, COMMAND_LOG).startswith(NOT_EXECUTED)
    assert _log(world, job, COMMAND_LOG).endswith("no space left\n")
