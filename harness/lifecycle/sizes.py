"""The step sizes: on which VM sizes the model will be trained and deployed, decided before anything is created."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from azure.core.exceptions import ResourceNotFoundError

from harness.decide.allow_list import AllowList, check_size, find_allow_list
from harness.decide.gpus import gpus_of
from harness.errors import ComputeNotAllowed
from harness.lifecycle.watching import Watcher
from harness.spec.document import ComputeSection

__all__ = ["ClusterPlan", "Offered", "cluster_size", "existing_cluster", "offered_sizes", "plan_cluster"]

Offered = Sequence[tuple[str, "int | str | None"]]
"""The VM sizes of a workspace's region: names, and GPUs of one node as Azure lists them."""


@dataclass(frozen=True, slots=True)
class ClusterPlan:
    """On what the job will run: a cluster that exists, or one to create. `allowed` says why its size is.

    alternatives: the sizes of the model's allow list; () when it has none.
    """

    name: str
    size: str
    gpus_per_node: int
    exists: bool
    allowed: str
    alternatives: tuple[str, ...] = ()

    @property
    def facts(self) -> Mapping[str, str]:
        """What to tell about it."""
        return {
            "cluster": f"{self.name} ({'exists' if self.exists else 'to be created'})",
            "size": self.size,
            "GPUs per node": str(self.gpus_per_node),
            "allowed": self.allowed,
        }


def offered_sizes(client: Any) -> Offered:
    """Return the VM sizes that the workspace offers."""
    return [(size.name, size.gpus) for size in client.compute.list_sizes()]


def plan_cluster(
    client: Any, section: ComputeSection, tags: Mapping[str, str], *, offered: Offered, watch: Watcher
) -> ClusterPlan:
    """Decide on the spec's cluster; an existing one is used as it is, and its own size is what counts.

    ComputeNotAllowed for a size that the model or the workspace does not offer.
    """
    allow_list = find_allow_list(tags, "finetune")
    existing = existing_cluster(client, section.name)
    size = section.size if existing is None else cluster_size(existing)
    allowed = _allowed(size, allow_list, existing is not None)
    gpus = gpus_of(size, offered)
    if size.casefold() != section.size.casefold():
        watch.warned(f"cluster {section.name} exists with size {size}; {section.size} is not used")
    alternatives = allow_list.sizes if allow_list else ()
    return ClusterPlan(section.name, size, gpus, existing is not None, allowed, tuple(alternatives))


def existing_cluster(client: Any, name: str) -> Any:
    """Return a compute of the workspace, None when there is none of that name."""
    try:
        return client.compute.get(name)
    except ResourceNotFoundError:
        return None


def cluster_size(compute: Any) -> str:
    """Return the size of a cluster; other kinds of compute have none that a job could be planned by."""
    size = getattr(compute, "size", None)
    if compute.type.casefold() == "amlcompute" and size:
        return str(size)
    raise ComputeNotAllowed(
        f"{compute.name} is no compute cluster",
        where="compute",
        got=f"a compute of type {compute.type}",
        expected="an AmlCompute cluster",
        remedy="Set compute.name to a cluster, or to a new name to create one.",
    )


def _allowed(size: str, allow_list: AllowList | None, exists: bool) -> str:
    decision = check_size(size, allow_list)
    if decision.allowed:
        return decision.reason
    remedy = "Set compute.size to an allowed size."
    if exists:
        remedy = "Set compute.name to a new name and compute.size to an allowed size."
    raise ComputeNotAllowed(
        decision.reason.partition("; nearest")[0],
        where="compute",
        got=size,
        expected=f"one of {', '.join(allow_list.sizes)}" if allow_list else "a size without K80 GPUs",
        nearest=decision.nearest,
        remedy=remedy,
    )
