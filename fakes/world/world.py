"""A world: one tenant with its subscription, workspaces and registries, its clock and everything that is due."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fakes.catalogue import Catalogue
from fakes.world.assets import AssetStore
from fakes.world.blobs import BlobStore
from fakes.world.clock import VirtualClock
from fakes.world.compute import Compute
from fakes.world.datastores import Datastore, default_datastores
from fakes.world.endpoints import OnlineEndpoint
from fakes.world.engine import Engine
from fakes.world.errors import Forbidden, NotFound
from fakes.world.faults import Faults
from fakes.world.identity import Application, Identity
from fakes.world.ids import Ids
from fakes.world.jobs import Job
from fakes.world.operations import Operations
from fakes.world.pace import Pace
from fakes.world.quotas import Quotas
from fakes.world.references import CURATED
from fakes.world.registries import Registry, environment_properties, open_registry
from fakes.world.runs import Run
from fakes.world.schedule import Schedule

REGION = "eastus2"
"""The region of the first workspace."""


@dataclass(slots=True)
class Workspace:
    """A workspace and everything in it. Names are kept as given and compared without case, as ARM does."""

    subscription_id: str
    resource_group: str
    name: str
    region: str
    workspace_id: str
    storage_account: str
    created: datetime
    principal_id: str
    tags: dict[str, str] = field(default_factory=dict)
    description: str = ""
    friendly_name: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    assets: AssetStore = field(default_factory=AssetStore)
    datastores: dict[str, Datastore] = field(default_factory=dict)
    computes: dict[str, Compute] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    endpoints: dict[str, OnlineEndpoint] = field(default_factory=dict)
    experiments: dict[str, str] = field(default_factory=dict)
    tracked: dict[str, Run] = field(default_factory=dict)

    @property
    def arm_id(self) -> str:
        """The ARM id."""
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
            f"/providers/Microsoft.MachineLearningServices/workspaces/{self.name}"
        )

    def describe(
        self, tags: Mapping[str, str] | None, description: str | None = None, friendly_name: str | None = None
    ) -> None:
        """Add tags, and replace what of the rest is given."""
        self.tags.update(tags or {})
        self.description = description or self.description
        self.friendly_name = friendly_name or self.friendly_name

    @property
    def tracking_uri(self) -> str:
        """The address of its MLflow service."""
        return f"azureml://{self.region}.api.azureml.ms/mlflow/v1.0{self.arm_id}"

    def runs(self) -> Iterator[Run]:
        """Yield every run, those of clients' own first, then those of jobs with what is below them, newest first."""
        yield from reversed(self.tracked.values())
        for job in reversed(self.jobs.values()):
            yield from job.run.walk()

    def datastore_uri(self, datastore: str, path: str) -> str:
        """Return the URI of a path on a datastore, as models have it (recorded)."""
        return (
            f"azureml://subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
            f"/workspaces/{self.name}/datastores/{datastore}/paths/{path}"
        )

    @property
    def default_container(self) -> str:
        """The container behind `workspaceblobstore`."""
        return f"azureml-blobstore-{self.workspace_id}"


class World:
    """Everything that exists. Handlers hold `lock` while they work, so threads see whole changes."""

    def __init__(
        self, *, catalogue: Catalogue, pace: Pace, engine: Engine, seed: int, clock: VirtualClock | None = None
    ) -> None:
        self.catalogue = catalogue
        self.pace = pace
        self.engine = engine
        self.seed = seed
        self.cloud = "AzureCloud"
        self.clock = clock or VirtualClock(catalogue.opened)
        self.ids = Ids(seed)
        self.lock = threading.RLock()
        self.schedule = Schedule()
        self.faults = Faults()
        self.quotas = Quotas(catalogue)
        self.operations = Operations()
        self.blobs = BlobStore(self.clock.now)
        self.subscription_id = self.ids.guid()
        self.identity = Identity(
            Application(self.ids.guid(), self.ids.guid(), self.ids.key(), self.ids.guid()), self.ids.hex(64)
        )
        self.registries: dict[str, Registry] = {}
        self._workspaces: dict[tuple[str, str, str], Workspace] = {}
        for name in ("azureml", "azureml-meta"):
            self.registries[name] = open_registry(self.catalogue, name, self.ids)
        self.home = self.create_workspace(self.subscription_id, "acceptance", "acceptance", REGION)

    def catch_up(self) -> None:
        """Perform everything that has fallen due."""
        self.schedule.run_due(self.clock.now())

    def create_workspace(self, subscription_id: str, group: str, name: str, region: str, **given: Any) -> Workspace:
        """Create a workspace with its storage account and default datastores, or return the existing one."""
        key = (subscription_id.lower(), group.lower(), name.lower())
        if key in self._workspaces:
            return self._workspaces[key]
        workspace = Workspace(
            subscription_id=subscription_id,
            resource_group=group,
            name=name,
            region=region,
            workspace_id=self.ids.guid(),
            storage_account="st" + self.ids.hex(12),
            created=self.clock.now(),
            principal_id=self.ids.guid(),
            **given,
        )
        for datastore in default_datastores(workspace.workspace_id, workspace.storage_account, self.clock.now()):
            workspace.datastores[datastore.name] = datastore
            self.blobs.create_container(datastore.account, datastore.container)
        for curated in self.catalogue.environments:
            if curated.name.startswith(CURATED):
                sent = environment_properties(curated)
                workspace.assets.put("environments", curated.name, curated.version, sent, curated.created)
        self._workspaces[key] = workspace
        return workspace

    def workspace(self, subscription_id: str, group: str, name: str) -> Workspace:
        """Return a workspace; NotFound with ARM's own code when there is none (documented)."""
        found = self._workspaces.get((subscription_id.lower(), group.lower(), name.lower()))
        if found is None:
            raise NotFound(
                f"The Resource 'Microsoft.MachineLearningServices/workspaces/{name}' under resource group '{group}' "
                "was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
                code="ResourceNotFound",
            )
        return found

    def workspaces(self) -> list[Workspace]:
        """Return every workspace."""
        return list(self._workspaces.values())

    def workspace_by_id(self, workspace_id: str) -> Workspace:
        """Return the workspace with this guid; NotFound when there is none."""
        for workspace in self._workspaces.values():
            if workspace.workspace_id == workspace_id:
                return workspace
        raise NotFound(f"Workspace {workspace_id} was not found.", code="UserError", inner=("NotFoundError",))

    def delete_workspace(self, workspace: Workspace) -> None:
        """Remove a workspace with everything in it."""
        key = (workspace.subscription_id.lower(), workspace.resource_group.lower(), workspace.name.lower())
        self._workspaces.pop(key, None)

    def registry(self, name: str) -> Registry:
        """Return a registry; Forbidden when there is none, which is how Azure answers (recorded 2025-05)."""
        found = self.registries.get(name.lower())
        if found is None:
            raise Forbidden(
                f"User/tenant/subscription is not allowed to access registry {name}",
                code="UserError",
                inner=("Auth", "Authorization", "UnAuthorizedRegistryAccess"),
                format="User/tenant/subscription is not allowed to access registry {feedName}",
                parameters={"feedName": name},
            )
        return found

    def close(self) -> None:
        """Remove what was spooled to disk."""
        self.blobs.close()
