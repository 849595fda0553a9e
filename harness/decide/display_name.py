"""The display name of a fine-tuning pipeline, which tells two runs apart in the studio."""

from __future__ import annotations

from collections.abc import Mapping

from harness.decide.finetune_params import Scalar
from harness.errors import ParameterError, excerpt

__all__ = ["display_name"]

_BATCH_FACTORS = ("per_device_train_batch_size", "gradient_accumulation_steps", "num_nodes_finetune")


def display_name(model: str, dataset: str, parameters: Mapping[str, Scalar], gpus_per_node: int) -> str:
    """Return the name that the published notebook builds, with `dataset` in the place of its "ultrachat".

    The batch size is that of one optimiser step over all GPUs; what `parameters` do not say has the
    component's default.
    """
    batch = gpus_per_node
    for factor in _BATCH_FACTORS:
        batch *= _whole(factor, parameters.get(factor, 1))
    deepspeed = f"ds{parameters.get('deepspeed_stage', 2)}" if _on(parameters, "apply_deepspeed") else "nods"
    return "-".join(
        (
            model,
            dataset,
            f"bs{batch}",
            str(parameters.get("lr_scheduler_type", "linear")),
            deepspeed,
            "lora" if _on(parameters, "apply_lora") else "nolora",
            f"save_limit{parameters.get('save_total_limit', -1)}",
            f"seqlen{parameters.get('max_seq_length', -1)}",
        )
    )


def _on(parameters: Mapping[str, Scalar], name: str) -> bool:
    return str(parameters.get(name, "false")).lower() == "true"


def _whole(name: str, value: Scalar) -> int:
    try:
        return int(value)
    except ValueError:
        raise ParameterError(
            f"{name} is no whole number",
            where="fine-tuning parameters",
            got=excerpt(value),
            expected="an integer",
            remedy=f"Set finetune.parameters.{name} to a whole number.",
        ) from None
