"""Registering the fine-tuned model: names, versions, and where it comes from."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from standins import Answers, book, refusal

from harness.errors import ParameterError, StepFailed
from harness.ledger import CreatedResource
from harness.lifecycle.register import Registration, plan_registration, refuse_taken, register_model
from harness.spec import LifecycleSpec

PLAN = Registration("Phi-3-ultrachat-200k", "17", "fine tuned")


def client(get: Answers, create: Answers, **outputs: Any) -> Any:
    """A client with one job."""
    return SimpleNamespace(
        models=SimpleNamespace(get=get, create_or_update=create),
        jobs=SimpleNamespace(get=Answers(SimpleNamespace(outputs=outputs))),
    )


def test_names_follow_the_tutorial() -> None:
    """Model name and data set, the run's id as version, the tutorial's description."""
    planned = plan_registration(LifecycleSpec(), "1715342400")

    assert planned == Registration(
        "Phi-3-mini-4k-instruct-ultrachat-200k",
        "1715342400",
        "Phi-3-mini-4k-instruct fine tuned model for ultrachat 200k chat-completion",
    )


def test_a_slash_in_the_models_name_becomes_a_hyphen() -> None:
    """Names of hub models are paths; a registered model's name is none."""
    spec = LifecycleSpec().with_overrides({"model.name": "microsoft/phi-2"})

    assert plan_registration(spec, "1").name == "microsoft-phi-2-ultrachat-200k"


@pytest.mark.parametrize("key", ["registration.name", "registration.version"])
def test_a_name_that_azure_does_not_take_is_refused_by_its_key(key: str) -> None:
    """The remedy names the key of the spec to change."""
    with pytest.raises(ParameterError, match=f"Change {key} in the spec"):
        plan_registration(LifecycleSpec().with_overrides({key: "not a name"}), "1")


def test_the_model_is_made_of_the_jobs_output() -> None:
    """The path names job and output, which gives the model its lineage."""
    create = Answers(SimpleNamespace(name=PLAN.name, version="17", id="id"))
    ledger = book()
    done = register_model(client(Answers(refusal(404)), create, trained_model=1), "job-1", PLAN, ledger=ledger)

    (sent,) = create.calls[0]
    assert (sent.path, sent.type) == ("azureml://jobs/job-1/outputs/trained_model", "mlflow_model")
    assert done.facts["model"] == "Phi-3-ultrachat-200k version 17"
    assert ledger.created == [CreatedResource("model", "Phi-3-ultrachat-200k:17")]


def test_a_version_that_exists_is_not_written_again() -> None:
    """The error says what it was made of, and nothing is sent."""
    create = Answers(AssertionError("nothing was to be registered"))
    taken = client(Answers(SimpleNamespace(path="azureml://jobs/older")), create, trained_model=1)

    with pytest.raises(ParameterError, match="version 17 is registered already; got a model made of azureml://jobs"):
        register_model(taken, "job-1", PLAN, ledger=book())


def test_a_service_that_refuses_to_tell_is_not_a_free_version() -> None:
    """Only a 404 says that the version is free."""
    with pytest.raises(type(refusal(403))):
        refuse_taken(client(Answers(refusal(403)), Answers(None)), PLAN)


def test_a_job_without_the_output_is_reported() -> None:
    """The outputs that there are are named."""
    with pytest.raises(StepFailed, match="has no output trained_model; got the outputs default"):
        register_model(client(Answers(refusal(404)), Answers(None), default=1), "job-1", PLAN, ledger=book())
