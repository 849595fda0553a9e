"""The step parameters: what the job is told, fitted to the component that takes it, and the job's display name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.decide.display_name import display_name
from harness.decide.finetune_params import (
    DEFAULTS_TAG,
    OPTIMISATION_DEFAULTS,
    TRAINING_DEFAULTS,
    InputSpec,
    Scalar,
    fit_to_component,
    merge,
    missing_inputs,
    parse_model_defaults,
)
from harness.errors import ParameterError, nearest
from harness.lifecycle.model import FoundationModel, find_asset
from harness.lifecycle.watching import Watcher
from harness.spec.document import FinetuneSection

__all__ = [
    "DATA_INPUTS",
    "GPUS_INPUT",
    "MODEL_INPUT",
    "NODES_INPUT",
    "STEPS_WITH_COMPUTE",
    "FinetuneComponent",
    "JobParameters",
    "choose_parameters",
    "find_component",
]

MODEL_INPUT = "mlflow_model_path"
GPUS_INPUT = "number_of_gpu_to_use_finetuning"
NODES_INPUT = "num_nodes_finetune"
DATA_INPUTS = {"train": "train_file_path", "validation": "validation_file_path", "test": "test_file_path"}
STEPS_WITH_COMPUTE = (
    "compute_model_import",
    "compute_preprocess",
    "compute_finetune",
    "compute_model_evaluation",
)
"""Inputs that the lifecycle fills; versions of the component lack the last one (registry sources)."""


@dataclass(frozen=True, slots=True)
class FinetuneComponent:
    """The registry's fine-tuning pipeline: what it takes, and the SDK's own object to call."""

    name: str
    version: str
    id: str
    inputs: Mapping[str, InputSpec]
    handle: Any


@dataclass(frozen=True, slots=True)
class JobParameters:
    """Every literal input of the job as wire text. `dropped`: parameters that the component does not take."""

    component: FinetuneComponent
    values: Mapping[str, str]
    dropped: tuple[str, ...]
    display_name: str

    @property
    def nodes(self) -> int:
        """On how many nodes the training runs: as chosen, else as the component has it."""
        spec = self.component.inputs.get(NODES_INPUT)
        return int(self.values.get(NODES_INPUT) or (spec.default if spec is not None else None) or 1)

    @property
    def facts(self) -> Mapping[str, str]:
        """What to tell about them."""
        facts = {
            "component": f"{self.component.name} {self.component.version}",
            "display name": self.display_name,
            "parameters": ", ".join(f"{name}={value}" for name, value in self.values.items()),
        }
        return {**facts, "dropped": ", ".join(self.dropped)} if self.dropped else facts


def find_component(registry: Any, section: FinetuneSection) -> FinetuneComponent:
    """Return the component that the spec names, newest by label or one version."""
    found = find_asset(registry.components, "component", section.component, section.component_version)
    inputs = {name: _input_spec(given) for name, given in found.inputs.items()}
    return FinetuneComponent(found.name, str(found.version), found.id, inputs, found)


def choose_parameters(
    component: FinetuneComponent,
    model: FoundationModel,
    section: FinetuneSection,
    *,
    label: str,
    gpus_per_node: int,
    watch: Watcher,
) -> JobParameters:
    """Merge defaults, the model's tag and the spec, which wins, and fit them to the component.

    ParameterError for a value that the component does not take, a missing one, one that the lifecycle itself
    sets, and, when the spec is strict, for a name that the component does not take.
    """
    _refuse_reserved(section.parameters)
    chosen = merge(
        {**TRAINING_DEFAULTS, **OPTIMISATION_DEFAULTS, GPUS_INPUT: gpus_per_node},
        parse_model_defaults(model.tags.get(DEFAULTS_TAG)),
        section.parameters,
    )
    fitted = fit_to_component(chosen, component.inputs, section.strict)
    _refuse_unknown(section.inputs, component)
    columns = fit_to_component(section.inputs, component.inputs)
    for warning in fitted.warnings:
        watch.warned(warning)
    values = {**fitted.values, **columns.values}
    _refuse_missing(component, values)
    gpus = int(values.get(GPUS_INPUT, gpus_per_node))
    name = display_name(model.name, label, fitted.values, gpus)
    return JobParameters(component, values, fitted.dropped, name)


def _input_spec(given: Any) -> InputSpec:
    """Read one input as the SDK describes it; `optional` can be None there, which means required."""
    return InputSpec(
        type=str(given.type),
        enum=tuple(str(value) for value in given.enum or ()),
        minimum=None if given.min is None else float(given.min),
        maximum=None if given.max is None else float(given.max),
        optional=bool(given.optional),
        default=None if given.default is None else str(given.default),
    )


def _refuse_reserved(parameters: Mapping[str, Scalar]) -> None:
    owners = {
        MODEL_INPUT: "model",
        **dict.fromkeys(DATA_INPUTS.values(), "data"),
        **dict.fromkeys(STEPS_WITH_COMPUTE, "compute.name"),
    }
    for name in parameters:
        if name in owners:
            raise ParameterError(
                f"{name} is set by the lifecycle itself",
                where="finetune.parameters",
                remedy=f"Remove it and set {owners[name]} in the spec.",
            )


def _refuse_unknown(inputs: Mapping[str, str], component: FinetuneComponent) -> None:
    for name in inputs:
        if name not in component.inputs:
            raise ParameterError(
                f"{component.name} takes no input {name}",
                where="finetune.inputs",
                nearest=nearest(name, component.inputs),
                remedy="Correct or remove the key in [finetune.inputs] of the spec.",
            )


def _refuse_missing(component: FinetuneComponent, values: Mapping[str, str]) -> None:
    bound = (MODEL_INPUT, *DATA_INPUTS.values(), *STEPS_WITH_COMPUTE)
    missing = missing_inputs([*values, *bound], component.inputs)
    if missing:
        raise ParameterError(
            f"{component.name} also needs {', '.join(missing)}",
            where="finetune.inputs",
            got=", ".join(values),
            nearest=dict.fromkeys(close for name in missing for close in nearest(name, values, 1)),
            remedy="Name the data's columns by these keys in [finetune.inputs] of the spec.",
        )
