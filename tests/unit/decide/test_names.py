"""Names: the display name of a job, endpoint and model names, templates."""

from __future__ import annotations

import pytest

from harness.decide.display_name import display_name
from harness.decide.finetune_params import OPTIMISATION_DEFAULTS, TRAINING_DEFAULTS, Scalar
from harness.decide.names import (
    asset_name,
    check_endpoint_name,
    experiment_name,
    fill_template,
    make_endpoint_name,
)
from harness.errors import ParameterError

MODEL = "Phi-3-mini-4k-instruct"


@pytest.mark.parametrize(
    ("parameters", "gpus", "name"),
    [
        (
            {**TRAINING_DEFAULTS, **OPTIMISATION_DEFAULTS},
            8,
            "Phi-3-mini-4k-instruct-ultrachat-bs8-cosine-ds2-lora-save_limit-1-seqlen-1",
        ),
        ({}, 1, "Phi-3-mini-4k-instruct-ultrachat-bs1-linear-nods-nolora-save_limit-1-seqlen-1"),
        (
            {
                "per_device_train_batch_size": 2,
                "gradient_accumulation_steps": "3",
                "num_nodes_finetune": 2,
                "apply_deepspeed": "true",
                "deepspeed_stage": "3",
                "apply_lora": "false",
                "save_total_limit": 1,
                "max_seq_length": 2048,
            },
            4,
            "Phi-3-mini-4k-instruct-ultrachat-bs48-linear-ds3-nolora-save_limit1-seqlen2048",
        ),
        (
            {"apply_deepspeed": "true"},
            1,
            "Phi-3-mini-4k-instruct-ultrachat-bs1-linear-ds2-nolora-save_limit-1-seqlen-1",
        ),
    ],
    ids=["published", "no parameters", "all parameters", "stage left out"],
)
def test_display_name_is_the_published_one(parameters: dict[str, Scalar], gpus: int, name: str) -> None:
    """The name tells batch size, scheduler, optimisations and limits, as the published notebook builds it."""
    assert display_name(MODEL, "ultrachat", parameters, gpus) == name


def test_display_name_refuses_a_batch_size_that_is_no_number() -> None:
    """A factor of the batch size that is no whole number is named."""
    with pytest.raises(ParameterError, match="num_nodes_finetune"):
        display_name(MODEL, "ultrachat", {"num_nodes_finetune": "two"}, 1)


@pytest.mark.parametrize("name", ["abc", "ultrachat-completion-1716462000", "A" * 32, "a--1"])
def test_endpoint_name_within_the_rule_is_taken(name: str) -> None:
    """3 to 32 letters, digits and hyphens, a letter first and no hyphen last."""
    assert check_endpoint_name(name) == name


@pytest.mark.parametrize("name", ["ab", "A" * 33, "1abc", "abc-", "a_b", "a.b", "äbc", "abc\n", ""])
def test_endpoint_name_outside_the_rule_is_refused(name: str) -> None:
    """Everything else is refused with the rule in the message."""
    with pytest.raises(ParameterError, match="3 to 32"):
        check_endpoint_name(name)


def test_endpoint_name_keeps_prefix_and_run_id_when_they_fit() -> None:
    """The name of the published notebook fits."""
    assert make_endpoint_name("ultrachat-completion", "1716462000") == "ultrachat-completion-1716462000"


def test_endpoint_prefix_is_cut_and_the_run_id_is_not() -> None:
    """A long prefix gives way to the run id, and no double hyphen is left at the cut."""
    assert make_endpoint_name("a-rather-long-prefix-for-it", "1716462000") == "a-rather-long-prefix-1716462000"


def test_run_id_without_room_for_a_prefix_is_refused() -> None:
    """A run id that fills the name by itself is refused."""
    with pytest.raises(ParameterError, match="no room"):
        make_endpoint_name("p", "1" * 31)


def test_model_of_a_hub_id_is_named_with_hyphens() -> None:
    """The slash of a hub id, which Azure ML does not take, becomes a hyphen."""
    assert asset_name("microsoft/phi-2-ultrachat-200k") == "microsoft-phi-2-ultrachat-200k"


@pytest.mark.parametrize("name", ["", "-a", "a b", "a" * 256])
def test_model_name_outside_the_rule_is_refused(name: str) -> None:
    """A name that Azure ML would refuse is refused before the request."""
    with pytest.raises(ParameterError, match="model name"):
        asset_name(name)


def test_experiment_name_is_the_published_one() -> None:
    """Task and model name the experiment."""
    assert experiment_name("chat-completion", MODEL) == "chat_completion_Phi-3-mini-4k-instruct"


def test_template_is_filled() -> None:
    """Placeholders are replaced, the rest stays."""
    assert fill_template("{model}-x{{}}", {"model": "m"}) == "m-x{}"


@pytest.mark.parametrize("template", ["{modle}", "{model.__class__}", "{model!r}", "{model:>9}", "{}", "{model"])
def test_template_with_anything_else_in_braces_is_refused(template: str) -> None:
    """Only the known placeholders may stand in braces: no attributes, no formats."""
    with pytest.raises(ParameterError):
        fill_template(template, {"model": "m"})
