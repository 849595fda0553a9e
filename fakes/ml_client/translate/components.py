"""Components: those of a registry's catalogue, and those that users write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from azure.ai.ml.entities import Command, CommandComponent, JobResourceConfiguration, PipelineComponent

from fakes.catalogue import ComponentInput, RegistryComponent, StepSpec
from fakes.ml_client.refusals import not_done_here
from fakes.ml_client.translate.assets import identity
from fakes.ml_client.translate.ports import port_spec, typed
from fakes.world.assets import AssetVersion
from fakes.world.registries import Registry, component_of
from fakes.world.world import Workspace


class StoredPipeline(PipelineComponent):  # type: ignore[misc]
    """A pipeline component whose nodes are made when somebody looks at them: most readers never do."""

    def __init__(self, nodes: Callable[[], dict[str, Any]], **told: Any) -> None:
        self._nodes: Callable[[], dict[str, Any]] | None = None
        self._made: dict[str, Any] | None = None
        super().__init__(**told)
        self._nodes = nodes

    @property
    def jobs(self) -> dict[str, Any]:
        """The nodes by name."""
        if self._made is None:
            if self._nodes is None:  # the base class asks while it is being made
                return {}
            self._made = self._nodes()
        return self._made


def as_component(home: Workspace | Registry, asset: AssetVersion) -> Any:
    """Return a component, whose call makes a node."""
    told = identity(home, asset)
    known = component_of(home, asset) if isinstance(home, Registry) else None
    if known is not None:
        return _of_catalogue(known, told)
    spec = asset.properties.get("componentSpec") or {}
    told |= {
        "display_name": spec.get("display_name"),
        "description": told["description"] or spec.get("description"),
        "inputs": {name: _read_port(port) for name, port in (spec.get("inputs") or {}).items()},
        "outputs": {name: dict(port) for name, port in (spec.get("outputs") or {}).items()},
        "is_deterministic": typed("boolean", spec.get("is_deterministic")),
    }
    if spec.get("type") == "pipeline":
        return StoredPipeline(dict, **told)
    if spec.get("type") != "command":
        raise not_done_here(f"components of type {spec.get('type')}")
    count = (spec.get("resources") or {}).get("instance_count")
    return CommandComponent(
        **told,
        command=spec.get("command"),
        code=spec.get("code"),
        environment=_named(spec.get("environment")),
        resources=JobResourceConfiguration(instance_count=int(count)) if count else None,
    )


def _named(reference: str | None) -> str | None:
    """Return `name:version` of `azureml:name:version`, and any id as it is."""
    short = str(reference or "")
    return (short if short.startswith("azureml://") else short.removeprefix("azureml:")) or None


def component_properties(component: Any, *, code: str | None, environment: str | None, jobs: Any) -> dict[str, Any]:
    """Return what is sent of a component whose parts have these ids; `jobs` are the nodes of a pipeline, as sent."""
    spec: dict[str, Any] = {
        "name": component.name,
        "version": component.version,
        "display_name": component.display_name,
        "type": component.type,
        "description": component.description,
        "is_deterministic": component.is_deterministic,
        "inputs": {name: port_spec(port) for name, port in component.inputs.items()},
        "outputs": {name: port_spec(port) for name, port in component.outputs.items()},
        "code": code,
        "environment": environment,
    }
    if component.type == "pipeline":
        spec["jobs"] = jobs
    else:
        spec["command"] = component.command
        if component.resources:
            spec["resources"] = {"instance_count": component.resources.instance_count}
    return {
        "componentSpec": {name: value for name, value in spec.items() if value is not None},
        "description": component.description,
        "isArchived": False,
        "properties": dict(component.properties or {}),
        "tags": dict(component.tags or {}),
    }


def _of_catalogue(component: RegistryComponent, told: dict[str, Any]) -> Any:
    told |= {
        "display_name": component.display_name,
        "inputs": {name: _spec(given) for name, given in component.inputs.items()},
        "outputs": {name: {"type": kind} for name, kind in component.outputs.items()},
        "is_deterministic": component.is_deterministic,
    }
    if component.type == "pipeline":
        return StoredPipeline(lambda: _steps(component), **told)
    return CommandComponent(**told)


def _spec(given: ComponentInput) -> dict[str, Any]:
    spec = {
        "type": given.type,
        "optional": given.optional,
        "default": typed(given.type, given.default),
        "enum": list(given.enum) or None,
        "min": _bound(given.minimum, given.type),
        "max": _bound(given.maximum, given.type),
        "description": given.description,
    }
    return {name: value for name, value in spec.items() if value is not None}


def _bound(value: float | None, kind: str) -> float | None:
    return int(value) if value is not None and kind == "integer" else value


def _read_port(port: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(port.get("type"))
    read = {
        **port,
        "optional": typed("boolean", port.get("optional")),
        **{name: typed(kind, port.get(name)) for name in ("default", "min", "max")},
    }
    return {name: value for name, value in read.items() if value is not None}


def _steps(component: RegistryComponent) -> dict[str, Any]:
    return {name: _step(component, step) for name, step in component.jobs.items()}


def _step(component: RegistryComponent, step: StepSpec) -> Any:
    return Command(
        component=f"azureml://registries/{component.registry}/components/{step.component}/versions/{step.version}",
        compute=step.compute,
        inputs=dict(step.inputs),
        outputs=dict(step.outputs),
    )
