"""Jobs: how they are submitted, described, found and cancelled."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from fine_tuning import BEFORE_TRAINING, WHOLE_JOB, command, fine_tuning, new_world, status, step, submit, wait

from fakes.world.errors import Invalid, NotFound, NotServed
from fakes.world.jobs import Job, cancel_job, find_run, get_job, put_job
from fakes.world.world import World


@pytest.fixture
def world() -> World:
    """A world at Azure's pace."""
    return new_world()


@pytest.mark.parametrize("make", [submit, command])
def test_a_job_is_not_born_terminal(world: World, make: Callable[[World], Job]) -> None:
    """A job begins in NotStarted (recorded 2023-04)."""
    assert status(world, make(world)) == "NotStarted"


@pytest.mark.parametrize("make", [submit, command])
def test_reading_does_not_move_a_job(world: World, make: Callable[[World], Job]) -> None:
    """A job that is looked at a thousand times is where it was."""
    job = make(world)

    assert {status(world, job) for _ in range(1000)} == {"NotStarted"}


def test_a_second_put_only_describes(world: World) -> None:
    """A PUT of a job that exists changes its description and tags, and nothing is run again."""
    job = submit(world)
    again, new = put_job(world, world.home, "job", {"description": "mine", "tags": {"a": "1"}})

    assert (again, new) == (job, False)
    assert (job.properties["description"], job.run.tags, job.kind) == ("mine", {"a": "1"}, "Pipeline")


def test_an_unserved_kind_says_so(world: World) -> None:
    """A job type that is not run here is 501, not a job that pretends."""
    with pytest.raises(NotServed, match="does not run jobs of type 'Sweep'; it runs Pipeline and Command"):
        put_job(world, world.home, "job", {"jobType": "Sweep"})


def test_a_bad_name_is_refused(world: World) -> None:
    """A job's name is one of letters, digits, '-' and '_'."""
    with pytest.raises(Invalid, match=r"'a\.b' is invalid"):
        put_job(world, world.home, "a.b", fine_tuning())


def test_a_refused_job_leaves_nothing(world: World) -> None:
    """What was refused is not in the list of jobs."""
    with pytest.raises(Invalid):
        submit(world, learning_rate="fast")

    assert world.home.jobs == {}


def test_an_unknown_job_is_named(world: World) -> None:
    """A job or a run that does not exist is not found."""
    with pytest.raises(NotFound, match="Job with name other was not found"):
        get_job(world.home, "other")
    with pytest.raises(NotFound, match="Run other was not found"):
        find_run(world.home, "other")


def test_a_run_is_found_at_any_depth(world: World) -> None:
    """A step of a node of a pipeline leads to its job."""
    job = submit(world)
    run = step(job, "chat_completion_finetune")

    assert find_run(world.home, run.id) == (job, run)


def test_the_experiment_is_made(world: World) -> None:
    """The experiment of a job exists from then on, once for all its jobs."""
    submit(world, "one")
    submit(world, "two")

    assert list(world.home.experiments) == ["chat"]


def test_a_pipeline_s_run_tells_its_parameters(world: World) -> None:
    """The parameters of the pipeline are among its properties as JSON text (recorded 2023-01)."""
    properties = {**fine_tuning(), "inputs": {"epochs": {"jobInputType": "literal", "value": "3"}}}
    job, _ = put_job(world, world.home, "job", properties)

    assert json.loads(job.run.properties["azureml.parameters"]) == {"epochs": "3"}
    assert job.run.properties["azureml.runsource"] == "azureml.PipelineRun"


@pytest.mark.parametrize("make", [submit, command])
def test_cancelling_takes_its_time(world: World, make: Callable[[World], Job]) -> None:
    """A running job is CancelRequested for 30 s and then Canceled (recorded 2023-03)."""
    job = make(world)
    wait(world, 60)
    operation = cancel_job(world, world.home, job.name)
    assert operation is not None
    seen = [(status(world, job), operation.done(world.clock.now()))]
    wait(world, 30)
    seen.append((status(world, job), operation.done(world.clock.now())))

    assert seen == [("CancelRequested", False), ("Canceled", True)]


def test_a_cancelled_pipeline_never_gets_to_training(world: World) -> None:
    """Steps that had not begun are dropped, and no work is done for them."""
    job = submit(world)
    wait(world, 5)
    cancel_job(world, world.home, "job")
    wait(world, WHOLE_JOB)

    assert world.engine.requests == []  # type: ignore[attr-defined]
    assert [run.status(world.clock.now()) for run in job.run.walk()] == ["Canceled"]


def test_cancelling_leaves_the_past(world: World) -> None:
    """A step that had completed stays completed."""
    job = submit(world)
    wait(world, BEFORE_TRAINING + 1)
    cancel_job(world, world.home, "job")
    wait(world, 60)

    states = {run.display_name: run.status(world.clock.now()) for run in job.run.walk() if run.kind == "step"}
    assert states["chat_completion_datapreprocess"] == "Completed"
    assert states["chat_completion_finetune"] == "Canceled"


def test_a_pipeline_that_has_ended_cannot_be_cancelled(world: World) -> None:
    """A terminal pipeline refuses with its own code (recorded)."""
    submit(world)
    wait(world, WHOLE_JOB)

    with pytest.raises(Invalid, match="The pipeline run job is in terminal status") as refused:
        cancel_job(world, world.home, "job")
    assert refused.value.inner[-1] == "CancelPipelineRunInTerminalStatus"


def test_cancelling_a_command_that_has_ended_does_nothing(world: World) -> None:
    """A terminal command job answers at once and stays what it was (recorded)."""
    job = command(world)
    wait(world, 1000)

    assert cancel_job(world, world.home, "command") is None
    assert status(world, job) == "Completed"
