"""Choosing the parameters of a job: who wins, what is checked, what is dropped."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from azure.ai.ml import Input
from standins import Answers, Notes

from harness.errors import ParameterError
from harness.lifecycle.model import FoundationModel
from harness.lifecycle.parameters import FinetuneComponent, JobParameters, choose_parameters, find_component
from harness.spec.document import FinetuneSection

INPUTS = {
    "mlflow_model_path": Input(type="mlflow_model", optional=True),
    "train_file_path": Input(type="uri_file", optional=True),
    "compute_finetune": Input(type="string", default="serverless", optional=True),
    "number_of_gpu_to_use_finetuning": Input(type="integer", default=1, min=1, optional=True),
    "num_train_epochs": Input(type="integer", default=1, min=1, optional=True),
    "per_device_train_batch_size": Input(type="integer", default=1, min=1, optional=True),
    "per_device_eval_batch_size": Input(type="integer", default=1, min=1, optional=True),
    "learning_rate": Input(type="number", default=2e-5, optional=True),
    "lr_scheduler_type": Input(type="string", enum=["linear", "cosine"], default="linear", optional=True),
    "apply_lora": Input(type="string", enum=["true", "false"], default="false", optional=True),
    "apply_deepspeed": Input(type="string", enum=["true", "false"], default="false", optional=True),
    "deepspeed_stage": Input(type="string", enum=["2", "3"], default="2", optional=True),
    "precision": Input(type="string", enum=["32", "16"], default="32", optional=True),
}


def component(**more: Input) -> FinetuneComponent:
    """The fine-tuning component with the inputs that matter here, read as from the registry."""
    found = SimpleNamespace(name="chat_completion_pipeline", version="0.0.82", id="id", inputs={**INPUTS, **more})
    return find_component(SimpleNamespace(components=SimpleNamespace(get=Answers(found))), FinetuneSection())


def choose(
    tags: dict[str, str] | None = None,
    notes: Notes | None = None,
    taker: FinetuneComponent | None = None,
    **section: Any,
) -> JobParameters:
    """The parameters for Phi-3 on nodes with 8 GPUs."""
    return choose_parameters(
        taker or component(),
        FoundationModel("Phi-3-mini-4k-instruct", "5", "id", tags or {}),
        FinetuneSection(**section),
        label="ultrachat",
        gpus_per_node=8,
        watch=notes or Notes(),
    )


def test_inputs_are_read_as_the_sdk_describes_them() -> None:
    """Type, enum, minimum, default and optional survive; optional None means required."""
    inputs = component(task_name=Input(type="string", enum=["ChatCompletion"], default="ChatCompletion")).inputs

    assert inputs["num_train_epochs"].minimum == 1
    assert inputs["apply_lora"].enum == ("true", "false")
    assert (inputs["task_name"].optional, inputs["task_name"].default) == (False, "ChatCompletion")


def test_without_anything_else_the_tutorials_values_are_sent() -> None:
    """Training and optimisation defaults, and all GPUs of a node."""
    assert choose().values == {
        "num_train_epochs": "3",
        "per_device_train_batch_size": "1",
        "per_device_eval_batch_size": "1",
        "learning_rate": "5e-06",
        "lr_scheduler_type": "cosine",
        "apply_lora": "true",
        "apply_deepspeed": "true",
        "deepspeed_stage": "2",
        "number_of_gpu_to_use_finetuning": "8",
    }


def test_the_models_tag_wins_over_defaults_and_the_user_over_both() -> None:
    """The tag sets precision and epochs, the user the epochs again."""
    tags = {"model_specific_defaults": "{'precision': 16, 'num_train_epochs': 2}"}

    assert choose(tags).values["precision"] == "16"
    assert choose(tags).values["num_train_epochs"] == "2"
    assert choose(tags, parameters={"num_train_epochs": 1}).values["num_train_epochs"] == "1"


def test_what_the_component_does_not_take_is_dropped_by_name() -> None:
    """Newer tags hold bounds of the learning rate, which no version of the pipeline takes."""
    notes = Notes()
    chosen = choose({"model_specific_defaults": '{"learning_rate_min": 5e-7}'}, notes)

    assert chosen.dropped == ("learning_rate_min",)
    assert chosen.facts["dropped"] == "learning_rate_min"
    assert notes.warnings[0].startswith("learning_rate_min is dropped")


def test_strict_refuses_what_would_be_dropped() -> None:
    """The error names the parameter."""
    with pytest.raises(ParameterError, match="takes no input learning_rate_min"):
        choose({"model_specific_defaults": "{'learning_rate_min': 1}"}, strict=True)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [("apply_lora", "yes", "one of true, false"), ("num_train_epochs", 0, "at least 1"), ("precision", 8, "one of")],
)
def test_a_value_that_the_component_forbids_is_refused(name: str, value: Any, expected: str) -> None:
    """Enums and minimums are checked here, because the SDK checks neither."""
    with pytest.raises(ParameterError, match=expected):
        choose(parameters={name: value})


def test_booleans_are_spelled_as_the_component_spells_them() -> None:
    """True becomes "true", where the SDK would send "True"."""
    assert choose(parameters={"apply_lora": True}).values["apply_lora"] == "true"


@pytest.mark.parametrize("name", ["mlflow_model_path", "train_file_path", "compute_finetune"])
def test_what_the_lifecycle_sets_is_not_the_users_to_set(name: str) -> None:
    """Model, data and computes have keys of their own in the spec."""
    with pytest.raises(ParameterError, match=f"{name} is set by the lifecycle itself"):
        choose(parameters={name: "x"})


def test_the_user_may_take_fewer_gpus() -> None:
    """The number of GPUs is a parameter like others, and the display name follows it."""
    chosen = choose(parameters={"number_of_gpu_to_use_finetuning": 4})

    assert chosen.values["number_of_gpu_to_use_finetuning"] == "4"
    assert "-bs4-" in chosen.display_name


def test_the_display_name_is_the_tutorials() -> None:
    """One step over 8 GPUs with batch size 1, cosine, DeepSpeed stage 2 and LoRA."""
    expected = "Phi-3-mini-4k-instruct-ultrachat-bs8-cosine-ds2-lora-save_limit-1-seqlen-1"

    assert choose().display_name == expected


def test_a_required_column_key_must_be_given() -> None:
    """Inputs without default that are not optional are asked for before anything is submitted."""
    taker = component(sentence1_key=Input(type="string"))

    with pytest.raises(ParameterError, match="also needs sentence1_key"):
        choose(taker=taker)
    assert choose(taker=taker, inputs={"sentence1_key": "text"}).values["sentence1_key"] == "text"


def test_a_column_key_that_the_component_does_not_take_is_refused() -> None:
    """A misspelled key would leave the right one unset."""
    with pytest.raises(ParameterError, match=r"takes no input sentence_key.*nearest: sentence1_key"):
        choose(taker=component(sentence1_key=Input(type="string")), inputs={"sentence_key": "text"})
