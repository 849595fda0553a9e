"""Component specs as the service returns them: every scalar a string, `optional` on every input (recorded)."""

from __future__ import annotations

from typing import Any

from fakes.catalogue import ComponentInput, RegistryComponent, StepSpec


def component_spec(component: RegistryComponent) -> dict[str, Any]:
    """Return the `componentSpec` of a catalogue component."""
    spec: dict[str, Any] = {
        "name": component.name,
        "version": component.version,
        "display_name": component.display_name,
        "type": component.type,
    }
    if component.description:
        spec["description"] = component.description
    if component.is_deterministic is not None:
        spec["is_deterministic"] = str(component.is_deterministic)
    spec["inputs"] = {name: _input(given) for name, given in component.inputs.items()}
    spec["outputs"] = {name: {"type": kind} for name, kind in component.outputs.items()}
    if component.type == "pipeline":
        spec["jobs"] = {name: _step(component, step) for name, step in component.jobs.items()}
    return spec


def _input(given: ComponentInput) -> dict[str, Any]:
    spec: dict[str, Any] = {"type": given.type, "optional": str(given.optional)}
    if given.default is not None:
        spec["default"] = given.default
    if given.enum:
        spec["enum"] = list(given.enum)
    if given.minimum is not None:
        spec["min"] = _number(given.minimum)
    if given.maximum is not None:
        spec["max"] = _number(given.maximum)
    if given.description:
        spec["description"] = given.description
    return spec


def _step(component: RegistryComponent, step: StepSpec) -> dict[str, Any]:
    return {
        "type": "command",
        "componentId": f"azureml://registries/{component.registry}/components/{step.component}/versions/{step.version}",
        **({"computeId": step.compute} if step.compute else {}),
        "inputs": {name: {"job_input_type": "literal", "value": value} for name, value in step.inputs.items()},
        "outputs": {name: {"type": "literal", "value": value} for name, value in step.outputs.items()},
    }


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)
