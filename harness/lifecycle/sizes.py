"""The step sizes: on which VM sizes the model will be trained and deployed, decided before anything is created."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from azure.core.exceptions import ResourceNotFoundError

from harness.decide.allow_list import AllowList, check_size, find_allow_list
from harness.decide.cost import OfferedPrice
from harness.decide.gpus import gpus_of
from harness.errors import ComputeNotAllowed
from harness.lifecycle.watching import Watcher
from harness.spec.document import ComputeSection

__all__ = [
    "ClusterPlan",
    "Offered",
    "OfferedSize",
    "cluster_size",
    "existing_cluster",
    "offered_sizes",
    "plan_cluster",
    "refuse_too_few_nodes",
    "spelled",
]


@dataclass(frozen=True, slots=True)
class OfferedSize:
    """A VM size of a workspace's region, as Azure lists it; what is not listed is None, "" or ()."""

    name: str
    gpus: int | str | None = None
    family: str = ""
    vcpus: int | None = None
    prices: tuple[OfferedPrice, ...] = ()


Offered = Sequence[OfferedSize]
"""The VM sizes of a workspace's region."""


@dataclass(frozen=True, slots=True)
class ClusterPlan:
    """On what the job will run: a cluster that exists, or one to create. `allowed` says why its size is.

    alternatives: the sizes of the model's allow list; () when it has none. tiers: those it may have, and max_nodes as
    many as it may grow to.
    """

    name: str
    size: str
    gpus_per_node: int
    exists: bool
    allowed: str
    alternatives: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ("Dedicated",)
    max_nodes: int | None = None

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
    return [
        OfferedSize(
            str(size.name),
            size.gpus,
            str(size.family or ""),
            spelled(size, "v_cp_us", "vCPUs"),
            tuple(_prices(spelled(size, "estimated_vm_prices", "estimatedVMPrices"))),
        )
        for size in client.compute.list_sizes()
    ]


def spelled(thing: Any, *names: str) -> Any:
    """Return the first of these members that has a value: the SDK spells them otherwise since 1.35 (measured)."""
    for name in names:
        value = thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)
        if value is not None:
            return value
    return None


def _prices(listed: Any) -> Iterator[OfferedPrice]:
    """Yield the prices of a size; one without an amount, or with one that is no number, is none."""
    for price in spelled(listed, "values") or () if listed is not None else ():
        amount = spelled(price, "retail_price", "retailPrice")
        if isinstance(amount, int | float) and not isinstance(amount, bool):
            yield OfferedPrice(
                float(amount),
                str(spelled(listed, "billing_currency", "billingCurrency") or ""),
                str(spelled(price, "vm_tier", "vmTier") or ""),
                str(spelled(price, "os_type", "osType") or ""),
                str(spelled(listed, "unit_of_measure", "unitOfMeasure") or ""),
            )


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
    gpus = gpus_of(size, [(known.name, known.gpus) for known in offered])
    if size.casefold() != section.size.casefold():
        watch.warned(f"cluster {section.name} exists with size {size}; {section.size} is not used")
    return ClusterPlan(
        section.name,
        size,
        gpus,
        existing is not None,
        allowed,
        tuple(allow_list.sizes if allow_list else ()),
        tuple(section.tiers) if existing is None else (_tier(existing),),
        section.max_instances if existing is None else existing.max_instances,
    )


def _tier(cluster: Any) -> str:
    """Return a cluster's tier as the spec spells it; the SDK turns Azure's spelling into its own."""
    return "LowPriority" if str(cluster.tier).replace("_", "").casefold() == "lowpriority" else "Dedicated"


def refuse_too_few_nodes(plan: ClusterPlan, nodes: int) -> None:
    """Raise ComputeNotAllowed when the job wants more nodes than the cluster may have, for which it would wait."""
    if plan.max_nodes is not None and nodes > plan.max_nodes:
        where = "compute.name to a larger cluster" if plan.exists else "compute.max_instances"
        raise ComputeNotAllowed(
            f"the job wants {nodes} nodes, and cluster {plan.name} has {plan.max_nodes} at most",
            where="finetune.parameters.num_nodes_finetune",
            got=str(nodes),
            expected=f"at most {plan.max_nodes}",
            remedy=f"Lower finetune.parameters.num_nodes_finetune, or set {where}.",
        )


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
