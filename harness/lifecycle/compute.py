"""The step compute: the GPU cluster that was planned, reused or created with the first tier that comes up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from azure.ai.ml.entities import AmlCompute
from azure.core.exceptions import HttpResponseError

from harness.errors import ComputeNotAllowed, StepFailed, nearest
from harness.ledger import Ledger
from harness.lifecycle.delete import CleanUp
from harness.lifecycle.outages import answered
from harness.lifecycle.refusals import reason
from harness.lifecycle.sizes import ClusterPlan, cluster_size, existing_cluster
from harness.lifecycle.waiting import Deadline, Waiting, unfinished, wait_for, word
from harness.spec.document import ComputeSection

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["Cluster", "prepare_cluster"]

_TIERS = {"Dedicated": "dedicated", "LowPriority": "low_priority"}
"""The SDK turns its own spelling into Azure's, and "LowPriority" into "Lowpriority" (measured on 1.35)."""

_POLL_S = 10.0
_MOVING = ("creating", "updating")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that the job can use."""

    name: str
    size: str
    tier: str
    gpus_per_node: int
    created: bool

    @property
    def facts(self) -> Mapping[str, str]:
        """What to tell about it."""
        return {"cluster": f"{self.name} ({'created' if self.created else 'reused'}, {self.tier})"}


def prepare_cluster(
    client: Any,
    section: ComputeSection,
    plan: ClusterPlan,
    *,
    ledger: Ledger,
    **within: Unpack[Waiting],
) -> Cluster:
    """Return the planned cluster; StepFailed when it does not come up, or is no longer what the job was planned for."""
    existing = existing_cluster(client, plan.name)
    size = section.size if existing is None else cluster_size(existing)
    if size.casefold() != plan.size.casefold():
        raise StepFailed(
            f"cluster {plan.name} has changed since the job was planned",
            where="compute",
            got=f"size {size}",
            expected=f"size {plan.size}",
            remedy="Run again: size and parameters are then chosen for the cluster as it is.",
        )
    new = existing is None
    cluster = _create(client, section, plan, ledger, within) if new else _settled(client, existing, within)
    return Cluster(plan.name, size, str(cluster.tier), plan.gpus_per_node, new)


_TIER_REFUSED = (400, 409)
"""Answers that mean a lack of quota or of the size; another tier may have it. Rights and outages are no such thing."""


def _create(
    client: Any,
    section: ComputeSection,
    plan: ClusterPlan,
    ledger: Ledger,
    within: Waiting,
) -> Any:
    """Create the cluster with the first tier that comes up. Its minimum of 0 nodes costs nothing.

    One that ends as Failed is deleted before the next attempt: it would be in the way of this run and the next.
    """
    answers = []
    for tier in section.tiers:
        try:
            with ledger.creating("compute", section.name) as resource:
                return _come_up(client, _cluster(section, tier, ledger.tags), within)
        except HttpResponseError as error:
            if error.status_code is not None and error.status_code < 500:  # else it may have been created
                ledger.retract(resource)
            if error.status_code not in _TIER_REFUSED:
                raise StepFailed(
                    f"creating cluster {section.name} failed",
                    where="compute",
                    got=reason(error),
                    remedy="See to what Azure names, or set compute.name to a cluster that exists.",
                ) from error
            problem = reason(error)
        except StepFailed as error:
            if not _has_failed(client, section.name):
                raise
            cleaner = CleanUp(client, clock=within["clock"], deadline_s=within["deadline_s"], watch=within["watch"])
            cleaner.delete_compute(section.name)
            ledger.retract(resource)
            problem = error.got
        answers.append(f"{tier}: {problem}")
        within["watch"].progress(f"no {tier} nodes: {problem}")
    raise _refused(section, answers, plan)


def _come_up(client: Any, cluster: AmlCompute, within: Waiting) -> Any:
    """Create a cluster and return it once it can be used; an HttpResponseError is the answer to the creation itself."""
    what = f"creating cluster {cluster.name}"
    wait_for(partial(client.compute.begin_create_or_update, cluster), what, **within)
    try:
        return _settled(client, client.compute.get(cluster.name), within)
    except HttpResponseError as error:
        remedy = "See to what Azure names, and run again: a cluster that has come up is used."
        raise StepFailed(f"{what} failed", where="compute", got=reason(error), remedy=remedy) from error


def _cluster(section: ComputeSection, tier: str, tags: Mapping[str, str]) -> AmlCompute:
    return AmlCompute(
        name=section.name,
        size=section.size,
        tier=_TIERS[tier],
        min_instances=0,
        max_instances=section.max_instances,
        tags=dict(tags),
    )


def _has_failed(client: Any, name: str) -> bool:
    cluster = existing_cluster(client, name)
    return cluster is not None and _state(cluster) == "failed"


def _refused(section: ComputeSection, answers: list[str], plan: ClusterPlan) -> ComputeNotAllowed:
    others = [size for size in plan.alternatives if size != section.size]
    return ComputeNotAllowed(
        f"the workspace grants no cluster of size {section.size}",
        where="compute",
        got="; ".join(answers),
        nearest=nearest(section.size, others) or tuple(others[:3]),
        remedy="Ask for quota of this size, or set compute.size to another allowed one.",
    )


def _settled(client: Any, cluster: Any, within: Waiting) -> Any:
    """Wait until a cluster is neither created nor changed by anybody; StepFailed if it cannot be used then."""
    clock, watch, what = within["clock"], within["watch"], f"bringing up cluster {cluster.name}"
    deadline, see = Deadline(clock, within["deadline_s"], within.get("cap")), "Look at the cluster in Azure ML studio."
    while _state(cluster) in _MOVING:
        if deadline.passed:
            raise unfinished(what, deadline, f"provisioning state {cluster.provisioning_state}", see=see)
        clock.sleep(_POLL_S)
        ask = partial(client.compute.get, cluster.name)
        cluster = answered(ask, what, clock=clock, watch=watch, deadline=deadline, see=see)
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
