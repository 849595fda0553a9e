"""Step 3, compute: the GPU cluster, reused or created, on a size that the model allows; its GPUs per node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from azure.ai.ml.entities import AmlCompute
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from harness.decide.allow_list import AllowList, check_size, find_allow_list
from harness.decide.gpus import gpus_of
from harness.errors import ComputeNotAllowed, StepFailed, Unfinished, nearest
from harness.lifecycle.delete import CleanUp
from harness.lifecycle.refusals import reason
from harness.lifecycle.report import CreatedResource
from harness.lifecycle.waiting import Deadline, Waiting, wait_for, word
from harness.spec.document import ComputeSection

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["Cluster", "Offered", "offered_sizes", "prepare_cluster"]

Offered = Sequence[tuple[str, "int | str | None"]]
"""The VM sizes of a workspace's region: names, and GPUs of one node as Azure lists them."""

_TIERS = {"Dedicated": "dedicated", "LowPriority": "low_priority"}
"""The SDK turns its own spelling into Azure's, and "LowPriority" into "Lowpriority" (measured on 1.35)."""

_POLL_S = 10.0
_MOVING = ("creating", "updating")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that the job can use. `allowed` says why its size is."""

    name: str
    size: str
    tier: str
    gpus_per_node: int
    created: bool
    allowed: str

    @property
    def facts(self) -> Mapping[str, str]:
        """What to tell about it."""
        return {
            "cluster": f"{self.name} ({'created' if self.created else 'reused'}, {self.tier})",
            "size": self.size,
            "GPUs per node": str(self.gpus_per_node),
            "allowed": self.allowed,
        }


def offered_sizes(client: Any) -> Offered:
    """Return the VM sizes that the workspace offers."""
    return [(size.name, size.gpus) for size in client.compute.list_sizes()]


def prepare_cluster(
    client: Any,
    section: ComputeSection,
    tags: Mapping[str, str],
    *,
    offered: Offered,
    created: list[CreatedResource],
    **within: Unpack[Waiting],
) -> Cluster:
    """Return the spec's cluster; an existing one is used as it is, and its own size is what counts.

    ComputeNotAllowed for a size that the model or the workspace does not offer, before anything is created;
    StepFailed when it does not come up.
    """
    allow_list = find_allow_list(tags, "finetune")
    existing = _existing(client, section.name)
    size = section.size if existing is None else _size_of(existing)
    allowed = _allowed(size, allow_list, existing is not None)
    gpus = gpus_of(size, offered)
    if existing is None:
        cluster = _create(client, section, allow_list, created, within)
    else:
        cluster = _settled(client, existing, within)
        if size.casefold() != section.size.casefold():
            within["watch"].warned(f"cluster {section.name} exists with size {size}; {section.size} is not used")
    return Cluster(section.name, size, str(cluster.tier), gpus, existing is None, allowed)


def _existing(client: Any, name: str) -> Any:
    try:
        return client.compute.get(name)
    except ResourceNotFoundError:
        return None


def _size_of(compute: Any) -> str:
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
        expected=f"one of {', '.join(allow_list.sizes)}" if allow_list else "a size without K80 GPUs",
        nearest=decision.nearest,
        remedy=remedy,
    )


_TIER_REFUSED = (400, 409)
"""Answers that mean a lack of quota or of the size; another tier may have it. Rights and outages are no such thing."""


def _create(
    client: Any,
    section: ComputeSection,
    allow_list: AllowList | None,
    created: list[CreatedResource],
    within: Waiting,
) -> Any:
    """Create the cluster with the first tier that comes up. Its minimum of 0 nodes costs nothing.

    One that ends as Failed is deleted before the next attempt: it would be in the way of this run and the next.
    """
    answers = []
    for tier in section.tiers:
        resource = CreatedResource("compute", section.name)
        created.append(resource)
        try:
            return _come_up(client, _cluster(section, tier), within)
        except HttpResponseError as error:
            if error.status_code is not None and error.status_code < 500:  # else it may have been created
                created.remove(resource)
            if error.status_code not in _TIER_REFUSED:
                raise StepFailed(
                    f"creating cluster {section.name} failed", where="compute", got=reason(error)
                ) from error
            problem = reason(error)
        except StepFailed as error:
            if not _has_failed(client, section.name):
                raise
            CleanUp(client, **within).delete_compute(section.name)
            created.remove(resource)
            problem = error.got
        answers.append(f"{tier}: {problem}")
        within["watch"].progress(f"no {tier} nodes: {problem}")
    raise _refused(section, answers, allow_list)


def _come_up(client: Any, cluster: AmlCompute, within: Waiting) -> Any:
    """Create a cluster and return it once it can be used; an HttpResponseError is the answer to the creation itself."""
    what = f"creating cluster {cluster.name}"
    wait_for(partial(client.compute.begin_create_or_update, cluster), what, **within)
    try:
        return _settled(client, client.compute.get(cluster.name), within)
    except HttpResponseError as error:
        raise StepFailed(f"{what} failed", where="compute", got=reason(error)) from error


def _cluster(section: ComputeSection, tier: str) -> AmlCompute:
    return AmlCompute(
        name=section.name,
        size=section.size,
        tier=_TIERS[tier],
        min_instances=0,
        max_instances=section.max_instances,
    )


def _has_failed(client: Any, name: str) -> bool:
    cluster = _existing(client, name)
    return cluster is not None and _state(cluster) == "failed"


def _refused(section: ComputeSection, answers: list[str], allow_list: AllowList | None) -> ComputeNotAllowed:
    others = [size for size in (allow_list.sizes if allow_list else ()) if size != section.size]
    return ComputeNotAllowed(
        f"the workspace grants no cluster of size {section.size}",
        where="compute",
        got="; ".join(answers),
        nearest=nearest(section.size, others) or tuple(others[:3]),
        remedy="Ask for quota of this size, or set compute.size to another allowed one.",
    )


def _settled(client: Any, cluster: Any, within: Waiting) -> Any:
    """Wait until a cluster is neither created nor changed by anybody; StepFailed if it cannot be used then."""
    deadline = Deadline(within["clock"], within["deadline_s"])
    while _state(cluster) in _MOVING:
        if deadline.passed:
            raise Unfinished(
                f"cluster {cluster.name} has not come up within {deadline.seconds:g} s",
                got=f"provisioning state {cluster.provisioning_state}",
                remedy="Look at the cluster in Azure ML studio, or raise limits.compute in the spec.",
            )
        within["clock"].sleep(_POLL_S)
        cluster = client.compute.get(cluster.name)
    if _state(cluster) == "succeeded":
        return cluster
    problem = f" ({cluster.provisioning_errors})" if cluster.provisioning_errors else ""
    raise StepFailed(
        f"cluster {cluster.name} cannot be used",
        where="compute",
        got=f"provisioning state {_state(cluster)}{problem}",
        expected="provisioning state succeeded",
        remedy="Delete the cluster and run again, or set compute.name to another one.",
    )


def _state(cluster: Any) -> str:
    return word(cluster.provisioning_state).casefold()
