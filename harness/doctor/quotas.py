"""Checks of what a subscription may still use: cores for the cluster and the deployment, and room for an endpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from azure.core.exceptions import AzureError

from harness.decide.quota import TOTAL_CLUSTERS, QuotaRow, Room, cores_for_deployment, room_for, room_in
from harness.doctor.looking import NotToldError
from harness.errors import ComputeNotAllowed
from harness.lifecycle.deploy import refuse_existing
from harness.lifecycle.planning import PlannedSizes
from harness.lifecycle.refusals import reason
from harness.lifecycle.sizes import Offered, OfferedSize, spelled
from harness.lifecycle.watching import Watcher
from harness.spec.document import DeploySection

__all__ = ["Answer", "check_cluster_quota", "check_deployment_quota", "check_endpoint", "list_quotas"]

_ENDPOINTS = 100
"""How many endpoints a subscription may have in a region, unless it has asked for more (documented)."""

_ASK = "Ask for quota on the page Quota of Azure ML studio"
_LOOK = "Look on the page Quota of Azure ML studio."


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check found out, when that is all there is."""

    facts: Mapping[str, str] = field(default_factory=dict)


def list_quotas(client: Any) -> tuple[QuotaRow, ...]:
    """Return the quotas of the workspace's region."""
    return tuple(_row(usage) for usage in client.compute.list_usage())


def check_cluster_quota(quotas: Sequence[QuotaRow], sizes: PlannedSizes, nodes: int, watch: Watcher) -> Answer:
    """Refuse a cluster whose nodes no tier has cores for: its job would be queued for ever."""
    plan = sizes.cluster
    size = _offered(plan.size, sizes.offered)
    cores = nodes * _vcpus(size)
    rooms = {tier: room_for(quotas, size.family, tier) for tier in plan.tiers}
    told = {tier: room for tier, room in rooms.items() if room is not None}
    if not told:
        raise NotToldError(f"the region lists no quota of the family {size.family or 'of ' + plan.size}", _LOOK)
    facts = {"needed": f"{cores} cores for {nodes} x {plan.size}", **{tier: room.said for tier, room in told.items()}}
    if not any(room.holds(cores) for room in told.values()):
        raise ComputeNotAllowed(
            f"the quota has no room for {nodes} x {plan.size}",
            where="compute",
            got="; ".join(f"{tier}: {room.said}" for tier, room in told.items()),
            expected=f"{cores} free cores of the family {size.family}",
            remedy=f"{_ASK}, or set compute.size to another family, or finetune.parameters.num_nodes_finetune to less.",
        )
    first = told.get(plan.tiers[0])
    if first is not None and not first.holds(cores):
        watch.warned(f"the quota has no room for {plan.tiers[0]} nodes ({first.said}); another tier will be tried")
    _refuse_full(room_in(quotas, TOTAL_CLUSTERS), new=not plan.exists)
    return Answer(facts)


def check_deployment_quota(
    quotas: Sequence[QuotaRow], section: DeploySection, offered: Offered, watch: Watcher
) -> Answer:
    """Refuse a deployment whose instances have no cores; a reserve that does not fit is only warned of."""
    size = _offered(section.instance_type, offered)
    cores = section.instance_count * _vcpus(size)
    reserved = cores_for_deployment(section.instance_count, _vcpus(size))
    room = room_for(quotas, size.family, "Dedicated")
    if room is None:
        raise NotToldError(f"the region lists no quota of the family {size.family}", _LOOK)
    if not room.holds(cores):
        raise ComputeNotAllowed(
            f"the quota has no room for {section.instance_count} x {size.name}",
            where="deploy.instance_type",
            got=room.said,
            expected=f"{reserved} free cores of the family {size.family}",
            remedy=f"{_ASK}, or set deploy.instance_type to another family, or deploy.instance_count to less.",
        )
    if not room.holds(reserved):
        watch.warned(f"{reserved} cores are needed with the fifth that Azure keeps for upgrades, and {room.said}")
    return Answer({"needed": f"{cores} cores, {reserved} with the reserve for upgrades", "Dedicated": room.said})


def check_endpoint(client: Any, name: str, watch: Watcher) -> Answer:
    """Refuse a name that the workspace has already; warn when it has as many endpoints as a region usually may have."""
    refuse_existing(client, name)
    free = f"{name} is free in this workspace; that no other one of the region has it shows at its creation"
    try:
        count = sum(1 for _ in islice(client.online_endpoints.list(), _ENDPOINTS + 1))
    except AzureError as error:  # a run does not count them
        return Answer({"name": free, "endpoints": f"not counted: {reason(error)}"})
    if count >= _ENDPOINTS:
        watch.warned(f"the workspace has {_ENDPOINTS} endpoints or more, and a region usually may have {_ENDPOINTS}")
    return Answer({"name": free, "endpoints": f"{count} in this workspace"})


def _refuse_full(room: Room | None, *, new: bool) -> None:
    if room is not None and new and not room.holds(1):
        raise ComputeNotAllowed(
            "the region has as many clusters as it may have",
            where="compute",
            got=room.said,
            expected="room for one more",
            remedy="Delete a cluster, set compute.name to one that exists, or ask for more on the page Quota.",
        )


def _offered(name: str, offered: Offered) -> OfferedSize:
    found = next((size for size in offered if size.name.casefold() == name.casefold()), None)
    if found is None:
        raise NotToldError(f"the workspace's list of sizes does not hold {name}", _LOOK)
    return found


def _vcpus(size: OfferedSize) -> int:
    if not size.vcpus:
        raise NotToldError(f"the workspace's list does not say how many cores {size.name} has", _LOOK)
    return size.vcpus


def _row(usage: Any) -> QuotaRow:
    """Read one row: the tier is in its type, and members are spelled as the version of the SDK does it."""
    kind = str(usage.type or "").casefold()
    tier = ""
    if "vmfamily" in kind:
        tier = "LowPriority" if "lowpriority" in kind else "Dedicated"
    name = spelled(usage.name, "value") if usage.name is not None else ""
    return QuotaRow(
        str(name or ""),
        tier,
        _number(spelled(usage, "current_value", "currentValue")),
        _number(spelled(usage, "limit")),
    )


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
