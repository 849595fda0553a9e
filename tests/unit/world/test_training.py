"""The work of a fine-tuning node: what the engine is asked, and where its results go."""

from __future__ import annotations

import pytest
from fine_tuning import (
    BASE_MODEL,
    BEFORE_TRAINING,
    CONVERSION,
    FINE_TUNING,
    TRAIN,
    TRAINING,
    WHOLE_JOB,
    NoteTaker,
    fine_tuning,
    new_world,
    status,
    step,
    submit,
    upload,
    wait,
)

from fakes.world.datastores import ARTIFACT_STORE, BLOB_STORE
from fakes.world.engine import FineTuneError
from fakes.world.jobs import Job, cancel_job, put_job
from fakes.world.training import NO_TRAINING_DATA
from fakes.world.world import World


@pytest.fixture
def engine() -> NoteTaker:
    """An engine that notes what it is asked."""
    return NoteTaker()


@pytest.fixture
def world(engine: NoteTaker) -> World:
    """A world at Azure's pace."""
    return new_world(engine)


def _blobs(world: World, store: str, prefix: str = "") -> list[str]:
    datastore = world.home.datastores[store]
    return [blob.name for blob in world.blobs.list(datastore.account, datastore.container, prefix=prefix).blobs]


def _outputs(world: World) -> list[str]:
    return _blobs(world, BLOB_STORE, "azureml/")


def _done(world: World, **inputs: object) -> Job:
    job = submit(world, **inputs)
    wait(world, WHOLE_JOB)
    return job


def test_nothing_is_computed_before_the_node_runs(world: World, engine: NoteTaker) -> None:
    """Submitting a job asks the engine for nothing; the clock does."""
    submit(world)
    wait(world, 9)
    assert engine.requests == []

    wait(world, 1)

    assert len(engine.requests) == 1


def test_what_the_engine_is_asked(world: World, engine: NoteTaker) -> None:
    """The request names task, base model, the node's run and the world's seed."""
    job = _done(world)
    (request,) = engine.requests

    assert (request.task, request.base_model, request.base_model_id) == (
        "chat-completion",
        "Phi-3-mini-4k-instruct",
        BASE_MODEL,
    )
    assert (request.run_id, request.seed) == (step(job, "chat").id, 0)


def test_parameters_are_over_the_component_s_defaults(world: World, engine: NoteTaker) -> None:
    """Every parameter goes to the engine as the string that went over the wire."""
    _done(world, learning_rate="5e-6")
    parameters = engine.requests[0].parameters

    assert (parameters["learning_rate"], parameters["apply_lora"]) == ("5e-6", "false")


def test_the_data_is_what_was_uploaded(world: World, engine: NoteTaker) -> None:
    """Each split opens its own file, and a split that was not given is None."""
    upload(world, world.home, "data/test.jsonl", b"test")
    _done(world, test_file_path={"job_input_type": "uri_file", "uri": TRAIN.replace("train.", "test.")})
    (request,) = engine.requests

    assert request.test is not None
    assert (request.train().read(), request.test().read(), request.validation) == (b"{}\n", b"test", None)


def test_an_mltable_wins_over_a_file(world: World, engine: NoteTaker) -> None:
    """With both given, the mltable is read (component source)."""
    upload(world, world.home, "table/MLTable", b"paths:\n- file: ./rows.jsonl\n")
    upload(world, world.home, "table/rows.jsonl", b"rows")
    table = {"job_input_type": "mltable", "uri": "azureml://datastores/workspaceblobstore/paths/table/"}
    _done(world, train_mltable_path=table)

    assert engine.requests[0].train().read() == b"rows"


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"train_file_path": {"job_input_type": "uri_file", "uri": ""}}, NO_TRAINING_DATA),
        ({"train_file_path": {"job_input_type": "uri_file", "uri": TRAIN + "l"}}, f"{TRAIN}l does not exist."),
    ],
    ids=["none given", "none there"],
)
def test_missing_training_data_fails_the_validation(
    world: World, engine: NoteTaker, inputs: dict[str, object], words: str
) -> None:
    """A job without training data is accepted and fails in its first step (component source, inferred)."""
    job = _done(world, **inputs)

    assert words in step(job, "ft_nlp_common_validation").error.message
    assert (status(world, job), engine.requests) == ("Failed", [])


def test_metrics_come_as_training_goes_on(world: World) -> None:
    """A metric is logged at its own time after the start of training, at the step and at the root."""
    job = submit(world)
    wait(world, BEFORE_TRAINING + 130)
    now = world.clock.now()

    assert [metric.step for metric in step(job, FINE_TUNING).logged(now)] == [1, 2]
    assert job.run.logged(now) == step(job, FINE_TUNING).logged(now)


def test_a_short_training_logs_everything(engine: NoteTaker) -> None:
    """When training takes less virtual time than its metrics tell, they are spread over it."""
    world = new_world(engine, pace="instant")
    job = _done(world)

    assert len(step(job, FINE_TUNING).logged(step(job, FINE_TUNING).plan.ends)) == 5


def test_the_log_and_the_properties_come_with_the_end_of_training(world: World) -> None:
    """Run properties and the training log are not there a second earlier."""
    job = submit(world)
    log = f"ExperimentRun/dcid.{step(job, FINE_TUNING).id}/user_logs/std_log_process_0.txt"
    wait(world, BEFORE_TRAINING + TRAINING - 1)
    assert ("score" in job.run.properties, log in _blobs(world, ARTIFACT_STORE)) == (False, False)

    wait(world, 1)

    assert job.run.properties["score"] == "0.5"
    assert job.run.properties["PipelineType"] == "Finetune"
    assert log in _blobs(world, ARTIFACT_STORE)


def test_the_model_is_written_when_the_node_has_run(world: World) -> None:
    """The folder of the bound output is written after the conversion, where the SDK looks for it."""
    submit(world)
    wait(world, BEFORE_TRAINING + TRAINING + CONVERSION - 1)
    before = _outputs(world)
    wait(world, 1)

    assert (before, _outputs(world)) == ([], ["azureml/job/trained_model/MLmodel"])


def test_an_output_with_a_name_becomes_a_model(world: World) -> None:
    """A declared output that carries an asset's name is registered when the job writes it (documented)."""
    properties = fine_tuning()
    properties["outputs"]["trained_model"] |= {"assetName": "tuned", "assetVersion": "7"}
    put_job(world, world.home, "job", properties)
    wait(world, WHOLE_JOB)

    model = world.home.assets.get("models", "tuned", "7")
    assert (model.properties["jobName"], model.properties["modelType"]) == ("job", "mlflow_model")


@pytest.mark.parametrize("end", ["cancelled", "failed"])
def test_a_job_that_did_not_complete_leaves_nothing(end: str) -> None:
    """Neither a cancelled nor a failed job writes its outputs or tells its scores."""
    error = FineTuneError("UserError", "no", FINE_TUNING) if end == "failed" else None
    world = new_world(NoteTaker(error))
    job = submit(world)
    wait(world, BEFORE_TRAINING + 60)
    if end == "cancelled":
        cancel_job(world, world.home, "job")
    wait(world, WHOLE_JOB)

    assert _outputs(world) == []
    assert not job.outputs["trained_model"].path
    assert "score" not in job.run.properties
