"""What a component's inputs may be."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fine_tuning import catalogue
from hypothesis import given
from hypothesis import strategies as st

from fakes.catalogue import RegistryComponent
from fakes.world.component_inputs import check_inputs, with_defaults
from fakes.world.errors import Invalid


def _chat() -> RegistryComponent:
    found = (entry for entry in catalogue().components if entry.registry == "azureml")
    return next(component for component in found if component.name == "chat_completion_pipeline")


CHAT = _chat()


def _check(given: Any = (), **literals: str) -> None:
    check_inputs("node", CHAT, {"task_name": "ChatCompletion", **literals}, given={"task_name", *literals, *given})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("learning_rate", "5e-6"),
        ("num_train_epochs", "1"),
        ("apply_lora", "true"),
        ("deepspeed_stage", "3"),
        ("lr_scheduler_type", "cosine"),
        ("max_seq_length", "-1"),
        ("num_train_epochs", "${{parent.inputs.epochs}}"),
    ],
)
def test_what_the_tutorial_sends_is_taken(name: str, value: str) -> None:
    """Values inside the rules, and references to the pipeline's inputs, pass."""
    _check(**{name: value})


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("apply_lora", "True", "is 'True'; allowed values are: true, false"),
        ("lr_scheduler_type", "cosin", "is 'cosin'; allowed values are: linear, cosine, "),
        ("num_train_epochs", "0", "is 0; it must be at least 1"),
        ("num_train_epochs", "1.5", "is '1.5'; integer is expected"),
        ("learning_rate", "fast", "is 'fast'; number is expected"),
    ],
)
def test_what_breaks_a_rule_is_refused(name: str, value: str, words: str) -> None:
    """A wrong enum value, number or minimum is refused by name (that it is refused is inferred)."""
    with pytest.raises(Invalid, match=re.escape(f"Input '{name}' of node 'node' {words}")):
        _check(**{name: value})


def test_an_unknown_input_is_refused_with_the_nearest() -> None:
    """An input that the component does not take is refused, and the nearest one is named (inferred)."""
    expected = "'max_seq_len' of node 'node' is not an input of component chat_completion_pipeline:0.0.42. Did you mean"
    with pytest.raises(Invalid, match=f"{expected} 'max_seq_length'"):
        _check(max_seq_len="1")


def test_an_unknown_data_input_is_refused_too() -> None:
    """Data inputs are checked by name like parameters."""
    with pytest.raises(Invalid, match="'train_file' of node"):
        _check(given=["train_file"])


def test_a_required_input_is_missed() -> None:
    """An input that is neither optional nor has a default must be given."""
    evaluation = next(entry for entry in catalogue().components if entry.name == "model_evaluation_pipeline")

    with pytest.raises(Invalid, match=r"Required input '\w+' of node 'node' \(model_evaluation_pipeline:.*is missing"):
        check_inputs("node", evaluation, {}, given=set())


def test_steps_see_defaults_under_what_was_given() -> None:
    """A parameter that was not given has the component's default."""
    seen = with_defaults(CHAT, {"learning_rate": "5e-6"})

    assert (seen["learning_rate"], seen["num_train_epochs"], seen["task_name"]) == ("5e-6", "1", "ChatCompletion")


@given(st.integers(-(10**6), 10**6))
def test_a_minimum_is_itself_allowed(epochs: int) -> None:
    """Exactly the values from the minimum on are taken."""
    taken = True
    try:
        _check(num_train_epochs=str(epochs))
    except Invalid:
        taken = False

    assert taken == (epochs >= 1)
