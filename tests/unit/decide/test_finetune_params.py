"""Fine-tuning parameters: defaults, precedence, and what the component takes."""

from __future__ import annotations

import pytest

from harness.decide.finetune_params import (
    OPTIMISATION_DEFAULTS,
    TRAINING_DEFAULTS,
    InputSpec,
    Scalar,
    fit_to_component,
    merge,
    missing_inputs,
    parse_model_defaults,
    wire_value,
)
from harness.errors import ParameterError

SWITCH = InputSpec("string", enum=("true", "false"))
INPUTS = {
    "learning_rate": InputSpec("number"),
    "num_train_epochs": InputSpec("integer", minimum=1),
    "apply_lora": SWITCH,
    "deepspeed_stage": InputSpec("string", enum=("2", "3")),
}


def test_defaults_are_the_published_ones() -> None:
    """Training and optimisation start from the values of the published notebook."""
    assert dict(TRAINING_DEFAULTS) == {
        "num_train_epochs": 3,
        "per_device_train_batch_size": 1,
        "per_device_eval_batch_size": 1,
        "learning_rate": 5e-6,
        "lr_scheduler_type": "cosine",
    }
    assert dict(OPTIMISATION_DEFAULTS) == {
        "apply_lora": "true",
        "apply_deepspeed": "true",
        "deepspeed_stage": 2,
    }


@pytest.mark.parametrize(
    "tag",
    [
        "{'apply_lora': 'true', 'precision': 16, 'learning_rate': 5e-06, 'apply_ort': False}",
        '{"apply_lora": "true", "precision": 16, "learning_rate": 5e-06, "apply_ort": false}',
        '{"apply_lora": "true", "precision": 16, "learning_rate": 5e-06, "apply_ort": false, "seed": null}',
    ],
    ids=["python", "json", "json-null"],
)
def test_model_defaults_are_read_as_python_and_as_json(tag: str) -> None:
    """Both spellings that the registry holds give the same values; a null is no value."""
    expected = {"apply_lora": "true", "precision": 16, "learning_rate": 5e-06, "apply_ort": False}

    assert parse_model_defaults(tag) == expected


@pytest.mark.parametrize("tag", [None, "", "  "])
def test_absent_or_empty_tag_brings_no_defaults(tag: str | None) -> None:
    """A model without the tag, or with an empty one, leaves the defaults alone."""
    assert parse_model_defaults(tag) == {}


@pytest.mark.parametrize("tag", ["[1]", "{'a': [1]}", "{1: 2}", "{'a':", "{" * 60_000, "x" * 70_000, "f()"])
def test_malformed_model_defaults_are_refused(tag: str) -> None:
    """Anything but a flat dictionary is refused, naming the tag and what it should hold."""
    with pytest.raises(ParameterError) as refused:
        parse_model_defaults(tag)

    assert refused.value.where == "tag model_specific_defaults"
    assert refused.value.remedy


def test_user_wins_over_model_and_model_over_defaults() -> None:
    """The user's own value comes first, then the model's, then the default."""
    merged = merge({"a": 1, "b": 1, "c": 1}, {"b": 2, "c": 2}, {"c": 3})

    assert merged == {"a": 1, "b": 2, "c": 3}


def test_unknown_parameters_are_dropped_with_a_warning_each() -> None:
    """What the component does not take is left out, and a warning names it and the nearest input."""
    fitted = fit_to_component({"learning_rate_min": "5e-7", "learning_rate": "5e-6"}, INPUTS)

    assert dict(fitted.values) == {"learning_rate": "5e-6"}
    assert fitted.dropped == ("learning_rate_min",)
    assert "learning_rate_min" in fitted.warnings[0]
    assert "learning_rate)" in fitted.warnings[0]


def test_unknown_parameters_are_refused_when_strict() -> None:
    """With strict, every unknown parameter is named and the nearest inputs are given."""
    with pytest.raises(ParameterError, match="learning_rate_max, learning_rate_min") as refused:
        fit_to_component({"learning_rate_min": 1, "learning_rate_max": 2}, INPUTS, strict=True)

    assert refused.value.nearest == ("learning_rate",)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("deepspeed_stage", 2, "2"),
        ("apply_lora", True, "true"),
        ("apply_lora", "False", "false"),
        ("learning_rate", 5e-6, "5e-06"),
        ("learning_rate", "5e-6", "5e-6"),
        ("learning_rate", 1, "1"),
        ("num_train_epochs", "3", "3"),
        ("num_train_epochs", 1, "1"),
    ],
)
def test_values_become_the_text_that_goes_over_the_wire(name: str, value: Scalar, text: str) -> None:
    """A value is sent as the SDK would send it, and switches in the component's own spelling."""
    assert wire_value(name, value, INPUTS[name]) == text


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("deepspeed_stage", 1, "one of 2, 3"),
        ("apply_lora", "yes", "one of true, false"),
        ("num_train_epochs", 0, "at least 1"),
        ("num_train_epochs", 1.5, "an integer"),
        ("num_train_epochs", True, "an integer"),
        ("learning_rate", "fast", "a finite number"),
        ("learning_rate", float("nan"), "a finite number"),
    ],
)
def test_value_that_the_component_refuses_is_refused_before_submission(name: str, value: Scalar, expected: str) -> None:
    """Enum, minimum and type are checked here, since neither the SDK nor the wire does."""
    with pytest.raises(ParameterError, match=name) as refused:
        fit_to_component({name: value}, INPUTS)

    assert refused.value.expected == expected


def test_maximum_is_checked() -> None:
    """A value over an input's maximum is refused with the maximum as the nearest value."""
    with pytest.raises(ParameterError) as refused:
        wire_value("lora_dropout", 1.5, InputSpec("number", maximum=1))

    assert refused.value.nearest == ("1",)


def test_required_inputs_without_default_are_missed() -> None:
    """Only an input that is required, has no default and was not given is missing."""
    inputs = {
        "task_name": InputSpec("string", optional=False, default="ChatCompletion"),
        "label_key": InputSpec("string", optional=False),
        "text_key": InputSpec("string", optional=False),
        "seed": InputSpec("integer"),
    }

    assert missing_inputs(["text_key"], inputs) == ("label_key",)
