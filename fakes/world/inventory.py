"""What there is in a world and what of it bills, as plain data: for whoever looks afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fakes.world.compute_instances import INSTANCE
from fakes.world.instants import timestamp
from fakes.world.states import JOB

if TYPE_CHECKING:
    from fakes.world.assets import AssetStore
    from fakes.world.compute import Compute
    from fakes.world.endpoints import OnlineEndpoint
    from fakes.world.world import Workspace, World

_ASSETS = {"models": "model", "data": "data", "environments": "environment", "components": "component"}
"""Kinds of assets that are listed, and one of each; codes are parts of others."""


@dataclass(frozen=True, slots=True)
class Held:
    """A resource. scope: the workspace or registry that it is in. bills: whether it costs money at this moment.

    why: what the money is for, "" where nothing bills.
    """

    kind: str
    name: str
    scope: str
    state: str
    created: str
    tags: Mapping[str, str]
    bills: bool = False
    why: str = ""


def inventory(world: World) -> dict[str, Any]:
    """Return every resource that somebody made, and the names of those that bill, as JSON takes it."""
    held = list(resources(world))
    return {
        "now": timestamp(world.clock.now()),
        "catalog": world.catalogue.era,
        "pace": world.pace.name,
        "seed": world.seed,
        "resources": [asdict(each) for each in held],
        "billable": [f"{each.kind} {each.name}" for each in held if each.bills],
    }


def resources(world: World) -> Iterator[Held]:
    """Yield every resource but what Azure itself brings along: curated environments, the public registries' assets."""
    now = world.clock.now()
    for workspace in world.workspaces():
        yield Held("workspace", workspace.name, "", "Succeeded", timestamp(workspace.created), workspace.tags)
        yield from _computes(workspace, now)
        yield from _jobs(workspace, now)
        for endpoint in workspace.endpoints.values():
            yield from _endpoint(workspace.name, endpoint, now)
        yield from _assets(workspace.name, workspace.assets, world)
    for registry in world.registries.values():
        yield from _assets(registry.name, registry.assets, world)


def _computes(workspace: Workspace, now: datetime) -> Iterator[Held]:
    for compute in workspace.computes.values():
        why = _cost_of(compute, now)
        state = compute.power.state(now) if compute.power else compute.plan.state(now)
        tags, created = compute.tags or {}, timestamp(compute.created)
        yield Held("compute", compute.name, workspace.name, state, created, tags, bool(why), why)


def _cost_of(compute: Compute, now: datetime) -> str:
    """Say what a compute costs while nobody uses it; the nodes that a job makes it have are the job's."""
    if compute.compute_type == INSTANCE:
        stopped = compute.power is not None and compute.power.state(now) == "Stopped"
        return "" if stopped else "an instance that is not stopped"
    least = (compute.settings.get("scaleSettings") or {}).get("minNodeCount") or 0
    return f"{least} nodes that are kept without work" if least else ""


def _jobs(workspace: Workspace, now: datetime) -> Iterator[Held]:
    for job in workspace.jobs.values():
        state = job.run.status(now)
        why = "" if state in JOB.terminal else "nodes to run on"
        yield Held("job", job.name, workspace.name, state, timestamp(job.created), job.run.tags, bool(why), why)


def _endpoint(scope: str, endpoint: OnlineEndpoint, now: datetime) -> Iterator[Held]:
    """Yield an endpoint and its deployments; it is counted also while it has none, since one may be on its way."""
    state, created = endpoint.plan.state(now), timestamp(endpoint.created)
    yield Held(
        "endpoint", endpoint.name, scope, state, created, endpoint.tags, True, "the instances of its deployments"
    )
    for each in endpoint.deployments.values():
        name, made = f"{endpoint.name}/{each.name}", timestamp(each.created)
        why = f"{each.capacity} instances"
        yield Held("deployment", name, scope, each.plan.state(now), made, each.tags, True, why)


def _assets(scope: str, store: AssetStore, world: World) -> Iterator[Held]:
    for kinds, kind in _ASSETS.items():
        for asset in store.every(kinds):
            if asset.created >= world.catalogue.opened:
                name = f"{asset.name}:{asset.version}"
                state = "Archived" if asset.archived else "Succeeded"
                yield Held(kind, name, scope, state, timestamp(asset.created), asset.tags)
