"""What the service checks of a component's inputs, which the SDK does not: names, presence, enums, numbers."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping

from fakes.catalogue import ComponentInput, RegistryComponent
from fakes.world.errors import Invalid


def check_inputs(
    node: str, component: RegistryComponent, literals: Mapping[str, str], *, given: Collection[str]
) -> None:
    """Refuse inputs that the component does not take, lacks or restricts (that it is refused is inferred).

    literals: the parameters as text; given: the names of all inputs, data included.
    """
    for name in given:
        if name not in component.inputs:
            near = difflib.get_close_matches(name, component.inputs, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise _refused(f"Input '{name}' of node '{node}' is not an input of component {_id(component)}.{hint}")
    for name, spec in component.inputs.items():
        if not spec.optional and spec.default is None and name not in given:
            raise _refused(f"Required input '{name}' of node '{node}' ({_id(component)}) is missing.")
    for name, value in literals.items():
        _check_value(node, name, component.inputs[name], value)


def with_defaults(component: RegistryComponent, literals: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters that the steps see: what was given over the component's defaults."""
    defaults = {name: spec.default for name, spec in component.inputs.items() if spec.default is not None}
    return {**defaults, **literals}


def _check_value(node: str, name: str, spec: ComponentInput, value: str) -> None:
    where = f"Input '{name}' of node '{node}'"
    if "${{" in value:
        return
    if spec.enum and value not in spec.enum:
        raise _refused(f"{where} is '{value}'; allowed values are: {', '.join(spec.enum)}.")
    if spec.type not in ("integer", "number"):
        return
    try:
        number = int(value) if spec.type == "integer" else float(value)
    except ValueError:
        raise _refused(f"{where} is '{value}'; {spec.type} is expected.") from None
    if spec.minimum is not None and number < spec.minimum:
        raise _refused(f"{where} is {value}; it must be at least {spec.minimum:g}.")
    if spec.maximum is not None and number > spec.maximum:
        raise _refused(f"{where} is {value}; it must be at most {spec.maximum:g}.")


def _id(component: RegistryComponent) -> str:
    return f"{component.name}:{component.version}"


def _refused(message: str) -> Invalid:
    return Invalid(message, inner=("BadArgument", "ArgumentInvalid"))
