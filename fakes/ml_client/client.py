"""`FakeMLClient`: the SDK's client, answered by a world in this process."""

from __future__ import annotations

from typing import Any

from azure.ai.ml.entities import (
    Component,
    Compute,
    Data,
    Environment,
    Job,
    Model,
    OnlineDeployment,
    OnlineEndpoint,
    Workspace,
)
from azure.ai.ml.exceptions import ErrorTarget
from azure.core.polling import LROPoller

from fakes.catalogue import load_catalogue
from fakes.engines import engine_by_name
from fakes.ml_client.groups.components import ComponentGroup
from fakes.ml_client.groups.computes import ComputeGroup
from fakes.ml_client.groups.deployments import DeploymentGroup
from fakes.ml_client.groups.endpoints import EndpointGroup
from fakes.ml_client.groups.jobs import JobGroup
from fakes.ml_client.groups.registered import DataGroup, EnvironmentGroup, ModelGroup
from fakes.ml_client.groups.workspaces import DatastoreGroup, RegistryGroup, WorkspaceGroup
from fakes.ml_client.line import Line
from fakes.ml_client.not_doubled import why_missing
from fakes.ml_client.refusals import invalid
from fakes.ml_client.scope import Scope
from fakes.world.pace import pace_by_name
from fakes.world.world import World


def make_world(*, catalog: str = "2024-04", pace: str = "recorded", seed: int = 0, engine: Any = "retrieval") -> World:
    """Return a new world; the arguments are those of the emulator."""
    return World(
        catalogue=load_catalogue(catalog),
        pace=pace_by_name(pace),
        engine=engine_by_name(engine) if isinstance(engine, str) else engine,
        seed=seed,
    )


class FakeMLClient:
    """Stands in for `MLClient`: the same operations on the same entities, without HTTP and without waiting.

    `FakeMLClient()` has a world of its own, with one workspace. `FakeMLClient(world)` is a client of a world's first
    workspace, or of the one that is named; with `registry_name` it is a client of a registry.
    """

    def __init__(
        self,
        world: World | Line | None = None,
        *,
        subscription_id: str | None = None,
        resource_group_name: str | None = None,
        workspace_name: str | None = None,
        registry_name: str | None = None,
        credential: Any = None,
    ) -> None:
        line = world if isinstance(world, Line) else Line(world or make_world())
        if registry_name and workspace_name:
            message = "Both workspace_name and registry_name cannot be used together, for the ml_client."
            raise invalid(message, ErrorTarget.GENERAL)
        home = line.world.home
        named = None if registry_name else workspace_name or home.name
        if registry_name:
            registry = line.send("Registry_Discover", "GET", lambda: line.world.registry(registry_name))
            subscription_id, resource_group_name = registry.subscription_id, registry.resource_group
        self.scope = Scope(
            line,
            subscription_id or home.subscription_id,
            resource_group_name or home.resource_group,
            named,
            registry_name,
            credential,
        )
        self.workspaces = WorkspaceGroup(self.scope)
        self.registries = RegistryGroup(self.scope)
        self.datastores = DatastoreGroup(self.scope)
        self.compute = ComputeGroup(self.scope)
        self.models = ModelGroup(self.scope)
        self.data = DataGroup(self.scope)
        self.environments = EnvironmentGroup(self.scope)
        self.components = ComponentGroup(self)
        self.jobs = JobGroup(self)
        self.online_endpoints = EndpointGroup(self.scope)
        self.online_deployments = DeploymentGroup(self)

    @property
    def subscription_id(self) -> str:
        """The subscription of the workspace or of the registry."""
        return self.scope.subscription_id

    @property
    def resource_group_name(self) -> str:
        """The resource group of the workspace or of the registry."""
        return self.scope.resource_group

    @property
    def workspace_name(self) -> str | None:
        """The workspace; None for a client of a registry."""
        return self.scope.workspace_name

    def create_or_update(self, entity: Any, **kwargs: Any) -> Any:
        """Create or update what can be had at once: jobs, models, data, environments, components."""
        groups = {
            Job: self.jobs,
            Model: self.models,
            Data: self.data,
            Environment: self.environments,
            Component: self.components,
        }
        for kind, group in groups.items():
            if isinstance(entity, kind):
                return group.create_or_update(entity, **kwargs)
        raise TypeError("Please refer to create_or_update docstring for valid input types.")

    def begin_create_or_update(self, entity: Any, **kwargs: Any) -> LROPoller[Any]:
        """Start to create or update what takes time: workspaces, computes, endpoints, deployments."""
        if isinstance(entity, Workspace):
            return self.workspaces.begin_create(entity, **kwargs)
        groups = {
            Compute: self.compute,
            OnlineEndpoint: self.online_endpoints,
            OnlineDeployment: self.online_deployments,
        }
        for kind, group in groups.items():
            if isinstance(entity, kind):
                return group.begin_create_or_update(entity, **kwargs)  # type: ignore[no-any-return]
        raise TypeError("Please refer to begin_create_or_update docstring for valid input types.")

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(why_missing(name))

    def __repr__(self) -> str:
        return (
            f"FakeMLClient(subscription_id={self.subscription_id}, "
            f"resource_group_name={self.resource_group_name}, workspace_name={self.workspace_name})"
        )
