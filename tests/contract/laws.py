"""What must hold in every world at every moment, whatever has been done to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from fakes.world.states import JOB, PROVISIONING, StateMachine

__all__ = ["Laws"]

_BUSY = ("Creating", "Updating", "Deleting")


class Laws:
    """Looks into a world again and again; what it saw before decides what it may see next."""

    def __init__(self, world: Any) -> None:
        self._world = world
        self._plans: dict[tuple[str, ...], tuple[datetime, str]] = {}
        self._versions: dict[tuple[str, str], tuple[Any, ...]] = {}
        self._endpoints: set[str] = set()

    @property
    def gone_endpoints(self) -> set[str]:
        """The names of endpoints that were there once and are not now."""
        return self._endpoints - {endpoint.name for endpoint in self._world.home.endpoints.values()}

    def newest_version(self, model: str) -> str | None:
        """Return the version that was seen last for the first time, among those that are not archived."""
        assets = self._world.home.assets
        seen = (version for name, version in self._versions if name == model)
        active = [version for version in seen if not assets.get("models", model, version).archived]
        return active[-1] if active else None

    def check(self) -> None:
        """Raise AssertionError for the first law that is broken."""
        self._world.catch_up()
        self._check_traffic()
        self._check_states()
        self._check_versions()

    def _check_traffic(self) -> None:
        for endpoint in self._world.home.endpoints.values():
            shares = endpoint.traffic
            assert sum(shares.values()) in (0, 100), f"traffic of {endpoint.name} is {shares}"
            named = {name.lower() for name in (*shares, *endpoint.mirror_traffic)}
            unknown = named - set(endpoint.deployments)
            assert not unknown, f"traffic of {endpoint.name} names {unknown}"

    def _check_states(self) -> None:
        now = self._world.clock.now()
        seen = {}
        for kind, name, machine, plan in self._planned():
            state = plan.state(now)
            assert state != "Deleted", f"{kind} {'/'.join(name)} is deleted and still there"
            before = self._plans.get((kind, *name))
            if before is not None:
                self._check_move(f"{kind} {'/'.join(name)}", machine, before, (plan.started, state))
            seen[(kind, *name)] = (plan.started, state)
        self._plans = seen

    def _check_move(
        self, what: str, machine: StateMachine, before: tuple[datetime, str], after: tuple[datetime, str]
    ) -> None:
        if before[0] == after[0]:
            assert after[1] in _reachable(machine, before[1]), f"{what} went from {before[1]} to {after[1]}"
        else:
            assert machine is PROVISIONING, f"{what} began again"
            assert after[0] > before[0] or after[1] in _BUSY, f"{what} went back in time"

    def _planned(self) -> Iterator[tuple[str, tuple[str, ...], StateMachine, Any]]:
        home = self._world.home
        for compute in home.computes.values():
            yield "compute", (compute.name,), PROVISIONING, compute.plan
        for endpoint in home.endpoints.values():
            self._endpoints.add(endpoint.name)
            yield "endpoint", (endpoint.name,), PROVISIONING, endpoint.plan
            for deployment in endpoint.deployments.values():
                yield "deployment", (endpoint.name, deployment.name), PROVISIONING, deployment.plan
        for job in home.jobs.values():
            yield "job", (job.name,), JOB, job.run.plan

    def _check_versions(self) -> None:
        for asset in self._world.home.assets.every("models"):
            fixed = (asset.properties["modelUri"], asset.properties["modelType"], asset.created)
            first = self._versions.setdefault((asset.name, asset.version), fixed)
            assert first == fixed, f"model {asset.name}:{asset.version} was {first} and is {fixed}"


def _reachable(machine: StateMachine, state: str) -> set[str]:
    found, ahead = set(), [state]
    while ahead:
        here = ahead.pop()
        if here not in found:
            found.add(here)
            ahead.extend(machine.transitions.get(here, ()))
    return found
