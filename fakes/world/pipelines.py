"""What a submitted pipeline means: its nodes with their inputs resolved, and what the service refuses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fakes.catalogue import RegistryComponent
from fakes.world.component_inputs import check_inputs
from fakes.world.errors import Invalid, NotFound
from fakes.world.job_outputs import JobOutput, named_of_node
from fakes.world.registries import component_of

if TYPE_CHECKING:
    from fakes.world.world import Workspace, World

_REGISTRY_ID = re.compile(
    r"azureml://registries/(?P<registry>[^/]+)/(?P<kind>[^/]+)/(?P<name>[^/]+)/versions/(?P<version>.+)"
)
_ARM_COMPONENT = re.compile(r"(?:azureml:)?/subscriptions/.*/components/(?P<name>[^/]+)/versions/(?P<version>[^/]+)")
_PARENT_INPUT = re.compile(r"\$\{\{parent\.inputs\.(\w+)\}\}")
_PARENT_OUTPUT = re.compile(r"\$\{\{parent\.outputs\.(\w+)\}\}")
SERVERLESS = "serverless"


@dataclass(frozen=True, slots=True)
class BoundInput:
    """An input of a node: a literal's text, or the URI of data or a model."""

    value: str
    kind: str

    @property
    def is_literal(self) -> bool:
        """Whether it is a parameter and no data."""
        return self.kind == "literal"


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a pipeline. `component` is None where the registry's catalogue does not describe it.

    `outputs` maps an output of the component to the output of the job that it feeds; `assets` are the outputs that
    become assets of their own.
    """

    name: str
    kind: str
    component_id: str
    component: RegistryComponent | None
    compute: str | None
    inputs: Mapping[str, BoundInput]
    outputs: Mapping[str, str]
    assets: Mapping[str, JobOutput] = field(default_factory=dict)

    @property
    def task(self) -> str | None:
        """The fine-tuning task, for the fine-tuning pipelines of the registry."""
        return self.component.task if self.component else None


def read_pipeline(world: World, workspace: Workspace, properties: Mapping[str, Any]) -> list[Node]:
    """Return the nodes of a pipeline job; refuses what Azure refuses when it is submitted."""
    check_compute(workspace, properties.get("computeId"))
    settings = properties.get("settings") or {}
    check_compute(workspace, settings.get("default_compute"))
    given = _job_inputs(properties.get("inputs") or {})
    if properties.get("componentId") and not properties.get("jobs"):
        outputs = {name: name for name in properties.get("outputs") or {}}
        spec = {"type": "pipeline", "componentId": properties["componentId"]}
        return [_node(world, workspace, "pipeline", spec, given, outputs)]
    nodes = []
    for name, spec in (properties.get("jobs") or {}).items():
        inputs = {key: _bind(value, given) for key, value in (spec.get("inputs") or {}).items()}
        nodes.append(_node(world, workspace, name, spec, inputs, _outputs(spec)))
    if not nodes:
        raise Invalid("The pipeline job has no nodes.", inner=("BadArgument", "ArgumentInvalid"))
    return nodes


def check_compute(workspace: Workspace, compute: object) -> None:
    """Refuse a compute that does not exist: a 400, not a 404 (recorded 2023-11)."""
    if not compute:
        return
    name = str(compute).rsplit("/", 1)[-1]
    if name.lower() == SERVERLESS or "${{" in name:
        return
    if name.lower() not in workspace.computes:
        raise Invalid(f"Unknown compute target '{name}'.", inner=("BadArgument", "UnknownTargetType"))


def _job_inputs(inputs: Mapping[str, Any]) -> dict[str, BoundInput]:
    return {name: _input(value) for name, value in inputs.items()}


def _input(value: Mapping[str, Any]) -> BoundInput:
    kind = value.get("jobInputType") or value.get("job_input_type") or "literal"
    content = value.get("value") if kind == "literal" else value.get("uri")
    return BoundInput("" if content is None else str(content), str(kind))


def _bind(value: Any, given: Mapping[str, BoundInput]) -> BoundInput:
    bound = _input(value) if isinstance(value, Mapping) else BoundInput(str(value), "literal")
    reference = _PARENT_INPUT.fullmatch(bound.value)
    if reference is None:
        return bound
    if reference[1] not in given:
        raise Invalid(
            f"A node reads the pipeline input '{reference[1]}', which is not given. "
            f"Inputs of the pipeline: {', '.join(given) or 'none'}.",
            inner=("BadArgument", "ArgumentInvalid"),
        )
    return given[reference[1]]


def _outputs(spec: Mapping[str, Any]) -> dict[str, str]:
    bound = {}
    for name, value in (spec.get("outputs") or {}).items():
        text = value.get("value") if isinstance(value, Mapping) else value
        reference = _PARENT_OUTPUT.fullmatch(str(text or ""))
        if reference:
            bound[name] = reference[1]
    return bound


def _node(
    world: World,
    workspace: Workspace,
    name: str,
    spec: Mapping[str, Any],
    inputs: Mapping[str, BoundInput],
    outputs: Mapping[str, str],
) -> Node:
    component_id = str(spec.get("componentId") or "")
    component = _component(world, workspace, component_id)
    check_compute(workspace, spec.get("computeId"))
    if component is not None:
        literals = {key: bound.value for key, bound in inputs.items() if bound.is_literal}
        check_inputs(name, component, literals, given=set(inputs))
        for key, value in literals.items():
            if key.startswith("compute_"):
                check_compute(workspace, value)
        for bound in inputs.values():
            if not bound.is_literal:
                _check_asset(world, bound.value)
    assets = named_of_node(spec.get("outputs") or {})
    kind = str(spec.get("type") or "command")
    return Node(name, kind, component_id, component, spec.get("computeId"), inputs, outputs, assets)


def _component(world: World, workspace: Workspace, component_id: str) -> RegistryComponent | None:
    shared = _REGISTRY_ID.fullmatch(component_id)
    if shared:
        registry = world.registry(shared["registry"])
        if workspace.region not in registry.regions:
            raise Invalid(
                f"key: {component_id}, Message: Invalid region {workspace.region} for operation consume in registry "
                f"{registry.name}. Region {workspace.region} is not a supported region for registry {registry.name}. "
                f"Supported regions are {', '.join(registry.regions)}. Please make sure to have run an updated ARM "
                "deployment with the new region, before trying to consume in it",
                code="BadRequest",
            )
        asset = registry.assets.find("components", shared["name"], shared["version"])
        if asset is None:
            raise _missing(component_id, shared["name"], shared["version"])
        return component_of(registry, asset)
    own = _ARM_COMPONENT.fullmatch(component_id)
    if own:
        if workspace.assets.find("components", own["name"], own["version"]) is None:
            raise _missing(component_id, own["name"], own["version"])
        return None
    raise Invalid(f"'{component_id}' is not the id of a component.", inner=("BadArgument", "ArgumentInvalid"))


def _check_asset(world: World, uri: str) -> None:
    """Refuse a registry asset that does not exist (the code is recorded for components, inferred for models)."""
    shared = _REGISTRY_ID.fullmatch(uri)
    if shared and shared["kind"] == "models":
        registry = world.registry(shared["registry"])
        if registry.assets.find("models", shared["name"], shared["version"]) is None:
            raise NotFound(f"key: {uri}, Message: Not found model {shared['name']} (version: {shared['version']}).")


def _missing(component_id: str, name: str, version: str) -> NotFound:
    return NotFound(f"key: {component_id}, Message: Not found component {name} (version: {version}).")
