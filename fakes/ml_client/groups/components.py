"""`components` of a client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from azure.ai.ml.entities import Component
from azure.ai.ml.exceptions import ErrorTarget

from fakes.ml_client.groups.assets import AssetGroup
from fakes.ml_client.references import resolve, resolve_code
from fakes.ml_client.refusals import invalid
from fakes.ml_client.translate.components import as_component, component_properties
from fakes.world.asset_rules import ANONYMOUS
from fakes.world.assets import AssetVersion
from fakes.world.registries import Registry
from fakes.world.world import Workspace

if TYPE_CHECKING:
    from fakes.ml_client.client import FakeMLClient

_DEFAULT = "azureml_default"
"""The version that the SDK asks for when none is named (SDK source)."""


class ComponentGroup(AssetGroup):
    """`client.components`."""

    sdk_name = "components"
    kind, entity, target = "components", Component, ErrorTarget.COMPONENT

    def __init__(self, client: FakeMLClient) -> None:
        super().__init__(client.scope)
        self._client = client

    def _render(self, home: Workspace | Registry, asset: AssetVersion) -> Any:
        return as_component(home, asset)

    def create_or_update(self, component: Any, version: str | None = None, *, skip_validation: bool = False) -> Any:
        """Register a component with its code and environment, and return it."""
        del skip_validation  # the schema of a component is not checked here
        if not isinstance(component, Component):
            component = component.component if hasattr(component, "component") else component()
        if version is not None:
            component.version = version
        number = component.version or self._next_version(component.name)
        return self._put(component.name, number, self._sent(component))

    def register_anonymous(self, component: Any) -> str:
        """Register a component that stands inside a job, and return its id: the same one for the same content."""
        sent = {**self._sent(component), "isAnonymous": True}
        return str(self._put(ANONYMOUS, self._scope.world.ids.guid(), sent).id)

    def get(self, name: str, version: str | None = None, label: str | None = None) -> Any:
        """Return a component by version, by the label latest, or the default one."""
        if version and label:
            raise invalid("Cannot specify both version and label.", ErrorTarget.COMPONENT)
        if label and label != "default":
            return self._labelled(name, label)
        return self._read(name, version or _DEFAULT)

    def _sent(self, component: Any) -> dict[str, Any]:
        if component.type == "pipeline":
            from fakes.ml_client.translate.pipelines import sent_nodes

            nodes = sent_nodes(self._client, component.jobs, component.base_path)
            return component_properties(component, code=None, environment=None, jobs=nodes)
        if component.type != "command":
            raise invalid(f"Components of type {component.type} are not doubled.", ErrorTarget.COMPONENT)
        code = resolve_code(self._client, component.code, component.base_path)
        environment = resolve(self._client, "environments", component.environment)
        return component_properties(component, code=code, environment=environment, jobs=None)
