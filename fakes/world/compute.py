"""Computes: clusters, and what they have in common with compute instances."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fakes.catalogue import VmSize
from fakes.world.compute_instances import INSTANCE, power
from fakes.world.errors import EmptyNotFound, Invalid, NotServed
from fakes.world.faults import COMPUTE, Failure, Fault, Stuck
from fakes.world.operations import Operation
from fakes.world.states import PROVISIONING, Plan

if TYPE_CHECKING:
    from fakes.world.world import Workspace, World

NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,30}[A-Za-z0-9]")
"""3 to 32 letters, digits and hyphens (documented naming rules of Azure); a letter first, no hyphen last (inferred)."""


@dataclass(slots=True)
class Compute:
    """A compute. `settings` are the inner properties of an AmlCompute as they were sent."""

    name: str
    compute_type: str
    location: str
    settings: dict[str, Any]
    plan: Plan
    created: datetime
    modified: datetime
    description: str | None = None
    tags: dict[str, str] | None = None
    errors: list[tuple[str, str]] = field(default_factory=list)
    updated: bool = False
    identity: dict[str, Any] = field(default_factory=dict)
    power: Plan | None = None
    last_action: str = "Create"

    @property
    def vm_size(self) -> str:
        """The size in upper case, as the service returns it (recorded)."""
        return str(self.settings.get("vmSize", "")).upper()

    @property
    def vm_priority(self) -> str:
        """The tier as the service spells it: the SDK sends `Lowpriority` (SDK source; the answer is inferred)."""
        low = str(self.settings.get("vmPriority") or "").lower() == "lowpriority"
        return "LowPriority" if low else "Dedicated"


def find_size(world: World, name: str) -> VmSize | None:
    """Return the VM size called `name`, whatever its case, or None."""
    wanted = name.lower()
    return next((size for size in world.catalogue.vm_sizes if size.name.lower() == wanted), None)


def require_size(world: World, name: str) -> VmSize:
    """Return the VM size called `name`; Invalid with the nearest real one otherwise (text inferred)."""
    size = find_size(world, name)
    if size is None:
        names = [size.name for size in world.catalogue.vm_sizes]
        near = difflib.get_close_matches(name.title(), names, n=3, cutoff=0.3)
        raise Invalid(
            f"VM size '{name}' is not supported in this region. Nearest sizes: {', '.join(near) or 'none'}.",
            code="BadRequest",
        )
    return size


def put_compute(
    world: World,
    workspace: Workspace,
    name: str,
    location: str,
    properties: dict[str, Any],
    tags: dict[str, str] | None = None,
) -> tuple[Compute, Operation]:
    """Create a cluster or an instance, or change it.

    The operation succeeds also where the compute ends as Failed: users wait first and look at the state then
    (inferred from the published notebook).
    """
    settings = dict(properties.get("properties") or {})
    kind = _check(world, name, properties, settings)
    now, seconds = world.clock.now(), world.pace.of("compute.create")
    fault = world.faults.take(COMPUTE)
    plan, errors = _planned(fault, now, seconds)
    lasts = float(10**9) if isinstance(fault, Stuck) else seconds
    operation = world.operations.start(world.ids.guid(), now, lasts, running="InProgress")
    existing = workspace.computes.get(name.lower())
    compute = Compute(
        name=name,
        compute_type=kind,
        location=location,
        settings=settings,
        plan=plan,
        created=existing.created if existing else now,
        modified=now,
        description=properties.get("description"),
        tags=tags or ({} if existing else None),
        errors=errors,
        updated=existing is not None,
        power=power("Create", now, seconds) if kind == INSTANCE else None,
    )
    workspace.computes[name.lower()] = compute
    return compute, operation


def get_compute(workspace: Workspace, name: str) -> Compute:
    """Return a compute; EmptyNotFound when there is none."""
    found = workspace.computes.get(name.lower())
    if found is None:
        raise EmptyNotFound(f"compute {name} does not exist")
    return found


def delete_compute(world: World, workspace: Workspace, name: str) -> Operation:
    """Start to delete a compute; it is gone when the operation has succeeded."""
    compute = get_compute(workspace, name)
    now = world.clock.now()
    seconds = world.pace.of("compute.delete")
    compute.plan = Plan(PROVISIONING, now, (("Deleting", 0.0), ("Deleted", seconds)))
    operation = world.operations.start(world.ids.guid(), now, seconds, running="InProgress")
    world.schedule.at(operation.plan.ends, lambda _: _forget(workspace, compute))
    return operation


def _forget(workspace: Workspace, compute: Compute) -> None:
    if workspace.computes.get(compute.name.lower()) is compute:
        del workspace.computes[compute.name.lower()]


def _planned(fault: Fault | None, now: datetime, seconds: float) -> tuple[Plan, list[tuple[str, str]]]:
    """Return the states to come and the errors that a failed cluster shows."""
    if isinstance(fault, Failure):
        return Plan(PROVISIONING, now, (("Creating", 0.0), ("Failed", seconds))), [(fault.code, fault.message)]
    if isinstance(fault, Stuck):
        return Plan(PROVISIONING, now, (("Creating", 0.0),)), []
    return Plan(PROVISIONING, now, (("Creating", 0.0), ("Succeeded", seconds))), []


def _check(world: World, name: str, properties: dict[str, Any], settings: dict[str, Any]) -> str:
    """Refuse what cannot be made, and return the type of the compute."""
    kind = str(properties.get("computeType"))
    if kind not in ("AmlCompute", INSTANCE):
        raise NotServed(f"The local Azure ML makes no computes of type {kind!r}; it makes AmlCompute and {INSTANCE}.")
    _check_name(name)
    require_size(world, str(settings.get("vmSize", "")))
    if kind == "AmlCompute":
        _check_scale(settings.get("scaleSettings") or {})
    return kind


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise Invalid(
            f"Compute name '{name}' is not valid: 3 to 32 letters, digits and hyphens, beginning with a letter "
            "and ending with a letter or digit.",
            code="BadRequest",
        )


def _check_scale(scale: dict[str, Any]) -> None:
    low, high = int(scale.get("minNodeCount") or 0), int(scale.get("maxNodeCount") or 0)
    if high < 1 or low > high:
        raise Invalid(
            f"scaleSettings has minNodeCount {low} and maxNodeCount {high}; "
            "maxNodeCount must be at least 1 and minNodeCount at most maxNodeCount.",
            code="BadRequest",
        )
