"""The display name is the published notebook's, character by character."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from harness.decide.display_name import display_name

COUNT = st.integers(min_value=1, max_value=64)
FLAG = st.sampled_from(["true", "false"])
PARAMETERS = st.fixed_dictionaries(
    {},
    optional={
        "per_device_train_batch_size": COUNT | COUNT.map(str),
        "gradient_accumulation_steps": COUNT | COUNT.map(str),
        "num_nodes_finetune": COUNT | COUNT.map(str),
        "lr_scheduler_type": st.sampled_from(["linear", "cosine", "polynomial", "constant_with_warmup"]),
        "apply_deepspeed": FLAG,
        "deepspeed_stage": st.sampled_from([2, 3, "2", "3"]),
        "apply_lora": FLAG,
        "save_total_limit": st.integers(min_value=-1, max_value=10) | st.sampled_from(["-1", "1"]),
        "max_seq_length": st.integers(min_value=-1, max_value=8192) | st.sampled_from(["-1", "2048"]),
        "learning_rate": st.floats(min_value=0, max_value=1),
        "num_train_epochs": COUNT,
    },
)
MODELS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,40}", fullmatch=True)


def published(model: str, parameters: dict[str, object], gpus: int) -> str:
    """Spell the notebook's rule out once more, from its description and not from the code under test."""
    batch = (
        int(str(parameters.get("per_device_train_batch_size", "1")))
        * int(str(parameters.get("gradient_accumulation_steps", "1")))
        * gpus
        * int(str(parameters.get("num_nodes_finetune", "1")))
    )
    stage = (
        "ds" + str(parameters.get("deepspeed_stage", "2")) if parameters.get("apply_deepspeed") == "true" else "nods"
    )
    lora = "lora" if parameters.get("apply_lora") == "true" else "nolora"
    scheduler = parameters.get("lr_scheduler_type", "linear")
    limit, length = parameters.get("save_total_limit", "-1"), parameters.get("max_seq_length", "-1")
    return f"{model}-ultrachat-bs{batch}-{scheduler}-{stage}-{lora}-save_limit{limit}-seqlen{length}"


@given(MODELS, PARAMETERS, COUNT)
def test_the_display_name_is_the_published_one(model: str, parameters: dict[str, object], gpus: int) -> None:
    """For every set of parameters the name equals the notebook's."""
    assert display_name(model, "ultrachat", parameters, gpus) == published(model, parameters, gpus)  # type: ignore[arg-type]


@given(MODELS, PARAMETERS, COUNT)
def test_what_is_not_in_the_name_does_not_change_it(model: str, parameters: dict[str, object], gpus: int) -> None:
    """Learning rate and epochs are not part of the name, so runs that differ only in them share it."""
    named = {key: value for key, value in parameters.items() if key not in ("learning_rate", "num_train_epochs")}

    assert display_name(model, "ultrachat", parameters, gpus) == display_name(model, "ultrachat", named, gpus)  # type: ignore[arg-type]


@given(PARAMETERS, COUNT, COUNT)
def test_more_gpus_are_a_larger_batch(parameters: dict[str, object], gpus: int, more: int) -> None:
    """The batch of one step grows with the GPUs, so the names of two cluster sizes differ."""
    names = {display_name("m", "ultrachat", parameters, count) for count in (gpus, gpus + more)}  # type: ignore[arg-type]

    assert len(names) == 2
