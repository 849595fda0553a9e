"""The parameters of a fine-tuning job: what wins, what the component takes, and what goes over the wire.

The SDK checks neither enums nor minimums nor types of a registry component's inputs (measured on azure-ai-ml
1.35), so a wrong value would surface an hour later as a failed job. Here it surfaces before submission.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from harness.decide.literal import check_length, read_literal
from harness.errors import ParameterError, excerpt, nearest

__all__ = [
    "OPTIMISATION_DEFAULTS",
    "TRAINING_DEFAULTS",
    "FittedParameters",
    "InputSpec",
    "Scalar",
    "fit_to_component",
    "merge",
    "missing_inputs",
    "parse_model_defaults",
    "wire_value",
]

Scalar = str | int | float | bool

TRAINING_DEFAULTS: Mapping[str, Scalar] = MappingProxyType(
    {
        "num_train_epochs": 3,
        "per_device_train_batch_size": 1,
        "per_device_eval_batch_size": 1,
        "learning_rate": 5e-6,
        "lr_scheduler_type": "cosine",
    }
)
"""How long and how fast to train, unless the model or the user says otherwise."""

OPTIMISATION_DEFAULTS: Mapping[str, Scalar] = MappingProxyType(
    {"apply_lora": "true", "apply_deepspeed": "true", "deepspeed_stage": 2}
)
"""How to fit the training into GPU memory, unless the model or the user says otherwise."""

DEFAULTS_TAG = "model_specific_defaults"


@dataclass(frozen=True, slots=True)
class InputSpec:
    """One input of a registry component: its Azure ML type and what limits it; `default` is wire text."""

    type: str
    enum: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    optional: bool = True
    default: str | None = None


@dataclass(frozen=True, slots=True)
class FittedParameters:
    """`values` as they go over the wire, the names that were `dropped`, and one warning for each of those."""

    values: Mapping[str, str]
    dropped: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def parse_model_defaults(tag: str | None) -> dict[str, Scalar]:
    """Return the defaults that a model brings, as a Python literal or JSON; {} for an absent or empty tag.

    A None (null) value counts as absent. Anything that is no flat dictionary raises ParameterError.
    """
    if tag is None:
        return {}
    check_length(tag, DEFAULTS_TAG)
    if not tag.strip():
        return {}
    expected = "a flat dictionary such as {'apply_lora': 'true', 'precision': 16}"
    value = read_literal(tag, DEFAULTS_TAG, expected)
    if not isinstance(value, dict) or not all(_is_flat(key, item) for key, item in value.items()):
        raise ParameterError(
            "the model's defaults are no flat dictionary",
            where=f"tag {DEFAULTS_TAG}",
            got=excerpt(tag),
            expected=expected,
            remedy="Correct the tag on the model, or choose another version of it.",
        )
    return {key: item for key, item in value.items() if item is not None}


def merge(
    defaults: Mapping[str, Scalar], model_defaults: Mapping[str, Scalar], user: Mapping[str, Scalar]
) -> dict[str, Scalar]:
    """Merge by precedence: the user's own values win over the model's, and the model's over `defaults`."""
    return {**defaults, **model_defaults, **user}


def fit_to_component(
    parameters: Mapping[str, Scalar], inputs: Mapping[str, InputSpec], strict: bool = False
) -> FittedParameters:
    """Check `parameters` against the component's `inputs` and return them as wire text.

    A name that the component does not take is dropped with a warning, or refused when `strict`; a value that
    it does not take is always refused (ParameterError).
    """
    unknown = sorted(set(parameters) - set(inputs))
    if strict and unknown:
        raise ParameterError(
            f"the component takes no {_plural('input', unknown)} {', '.join(unknown)}",
            where="fine-tuning parameters",
            nearest=dict.fromkeys(close for name in unknown for close in nearest(name, inputs)),
            remedy="Remove them, or run without strict to drop them with a warning.",
        )
    values = {name: wire_value(name, value, inputs[name]) for name, value in parameters.items() if name in inputs}
    return FittedParameters(values, tuple(unknown), tuple(_warning(name, inputs) for name in unknown))


def wire_value(name: str, value: Scalar, spec: InputSpec) -> str:
    """Return `value` as the text that goes over the wire; ParameterError when the input forbids it.

    A boolean becomes "true" or "false" where the component spells its enum so; the SDK would send "True".
    """
    text = str(value)
    if spec.enum:
        text = text.lower() if set(spec.enum) == {"true", "false"} else text
        if text not in spec.enum:
            raise _refused(name, value, f"one of {', '.join(spec.enum)}", nearest(text, spec.enum))
    elif spec.type in ("integer", "number"):
        _check_number(name, value, spec)
    return text


def missing_inputs(given: Iterable[str], inputs: Mapping[str, InputSpec]) -> tuple[str, ...]:
    """Return the required inputs that are neither in `given` nor have a default, in the component's order."""
    named = set(given)
    return tuple(
        name for name, spec in inputs.items() if not spec.optional and spec.default is None and name not in named
    )


def _check_number(name: str, value: Scalar, spec: InputSpec) -> None:
    number = _as_number(value, spec.type)
    if number is None:
        raise _refused(name, value, "an integer" if spec.type == "integer" else "a finite number")
    if spec.minimum is not None and number < spec.minimum:
        raise _refused(name, value, f"at least {spec.minimum:g}", (f"{spec.minimum:g}",))
    if spec.maximum is not None and number > spec.maximum:
        raise _refused(name, value, f"at most {spec.maximum:g}", (f"{spec.maximum:g}",))


def _as_number(value: Scalar, kind: str) -> float | None:
    """Return `value` as a number of an Azure ML `kind`, or None; True is no number, 3.0 is no integer."""
    if isinstance(value, bool) or (kind == "integer" and isinstance(value, float)):
        return None
    try:
        number = int(value) if kind == "integer" else float(value)
        return number if math.isfinite(number) else None
    except (ValueError, OverflowError):
        return None


def _refused(name: str, value: Scalar, expected: str, close: tuple[str, ...] = ()) -> ParameterError:
    return ParameterError(
        f"{name} has a value that the component does not take",
        where="fine-tuning parameters",
        got=excerpt(value),
        expected=expected,
        nearest=close,
        remedy=f"Set finetune.parameters.{name}; the user's own value wins over the model's.",
    )


def _warning(name: str, inputs: Mapping[str, InputSpec]) -> str:
    close = nearest(name, inputs)
    hint = f" (nearest inputs: {', '.join(close)})" if close else ""
    return f"{name} is dropped: the component has no such input{hint}"


def _is_flat(key: object, value: object) -> bool:
    return isinstance(key, str) and (value is None or isinstance(value, str | int | float))


def _plural(word: str, items: list[str]) -> str:
    return word if len(items) == 1 else f"{word}s"
