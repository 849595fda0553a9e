"""The fine-tuning pipelines of the registries, their siblings and their steps, as they stood on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from fakes.catalogue.datafile import created, read_data, stands
from fakes.catalogue.entries import ComponentInput, RegistryComponent, StepSpec

_REGISTRIES = ("azureml", "azureml-meta")


def components_on(day: str) -> tuple[RegistryComponent, ...]:
    """Every version of every component that existed on the day (YYYY-MM-DD), in both registries."""
    data = read_data("components.json")
    inputs = _input_variants(data["inputs"], data["about"])
    served = [_component(record, inputs) for record in data["components"] if stands(record, "created", day)]
    return tuple(replace(component, registry=registry) for registry in _REGISTRIES for component in served)


def _input_variants(
    variants: Mapping[str, Sequence[Any]], about: Mapping[str, str]
) -> dict[str, tuple[str, ComponentInput]]:
    """The inputs by reference: `name` is the first variant of that input, `name#2` the third."""
    return {
        f"{name}#{number}" if number else name: (name, _input(raw, about[name]))
        for name, raws in variants.items()
        for number, raw in enumerate(raws)
    }


def _input(raw: Mapping[str, Any], description: str) -> ComponentInput:
    """One input; no specification of these components has a maximum."""
    minimum = raw.get("min")
    return ComponentInput(
        type=raw["type"],
        optional=raw.get("optional", False),
        default=raw.get("default"),
        enum=tuple(raw.get("enum", ())),
        minimum=None if minimum is None else float(minimum),
        maximum=None,
        description=description,
    )


def _component(record: Mapping[str, Any], inputs: Mapping[str, tuple[str, ComponentInput]]) -> RegistryComponent:
    steps = {name: _step(raw) for name, raw in record.get("steps", {}).items()}
    return RegistryComponent(
        registry=_REGISTRIES[0],
        name=record["name"],
        version=record["version"],
        created=created(record),
        type=record["type"],
        display_name=record["display_name"],
        description=None,
        is_deterministic=record.get("is_deterministic"),
        inputs=MappingProxyType(dict(inputs[reference] for reference in record["inputs"])),
        outputs=MappingProxyType(record["outputs"]),
        jobs=MappingProxyType(steps),
        task=record.get("task"),
    )


def _step(raw: Mapping[str, Any]) -> StepSpec:
    passed_on = {name: f"${{{{parent.inputs.{name}}}}}" for name in raw["same"]}
    return StepSpec(
        component=raw["component"],
        version=raw["version"],
        compute=raw.get("compute"),
        instance_type=raw.get("instance_type"),
        inputs=MappingProxyType(passed_on | raw["inputs"]),
        outputs=MappingProxyType(raw.get("outputs", {})),
    )
