"""The lifecycle of the published notebook: fine-tune a chat model, register, deploy, score and delete it."""

from __future__ import annotations

import pytest
from closeness import closeness

from harness.errors import DeploymentFailed, JobFailed
from harness.plugin.fixtures import Change
from harness.plugin.lifecycle import Lifecycle
from harness.spec import LifecycleSpec


def test_whole_lifecycle_passes(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """Every step is done, in order, and the deployed model has answered a held-out conversation."""
    report = lifecycle.run(chat)

    assert report.error is None
    assert {step.outcome for step in report.steps} == {"done"}
    assert report.answer


def test_training_loss_falls(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """The metrics that come back through MLflow show a model that has learned."""
    three_epochs = chat.with_overrides({"finetune.parameters.num_train_epochs": "3"})
    loss = lifecycle.run(three_epochs).metrics["loss"]

    assert loss[0].value > loss[-1].value


@pytest.mark.usefixtures("nothing_billable")
def test_nothing_that_bills_is_left(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """After the run the endpoint with its deployment is gone, while model and job stay to be looked at."""
    report = lifecycle.run(chat)

    assert {made.kind for made in report.created if made.deleted} == {"endpoint", "deployment"}


def test_answers_come_closer_to_the_truth(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """On held-out conversations the fine-tuned model is far closer to the ground truth than the foundation model."""
    report = lifecycle.run(chat)
    tuned = closeness(lifecycle.answers(report, "fine-tuned", rows=12))
    untuned = closeness(lifecycle.answers(report, "foundation", rows=12))

    assert tuned > untuned + 0.3


@pytest.mark.usefixtures("nothing_billable")
def test_failed_job_names_the_failing_step(lifecycle: Lifecycle, chat: LifecycleSpec, arrange: Change) -> None:
    """A job that runs out of memory is reported with the step and the cause, and nothing is deployed."""
    arrange(lambda azure: azure.faults.fail_job("CUDA out of memory"))
    report = lifecycle.run(chat)

    assert isinstance(report.error, JobFailed)
    assert "chat_completion_finetune" in report.error.what
    assert "CUDA out of memory" in report.error.got
    assert "endpoint" not in {made.kind for made in report.created}


@pytest.mark.usefixtures("nothing_billable")
def test_failed_deployment_is_cleaned_up(lifecycle: Lifecycle, chat: LifecycleSpec, arrange: Change) -> None:
    """A container that does not come up is reported with its cause, and its endpoint is deleted."""
    arrange(lambda azure: azure.faults.fail_deployment())
    report = lifecycle.run(chat)

    assert isinstance(report.error, DeploymentFailed)
    assert "Liveness probe failed" in str(report.error)
    assert {made.kind for made in report.created if made.deleted} == {"endpoint", "deployment"}


@pytest.mark.usefixtures("nothing_billable")
def test_endpoint_is_kept_when_asked(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """Who asks for it keeps the endpoint, and is told that it bills; with the scenario it goes."""
    report = lifecycle.run(chat.with_overrides({"keep_endpoint": "true"}))

    assert {made.kind for made in report.left()} == {"endpoint", "deployment"}
