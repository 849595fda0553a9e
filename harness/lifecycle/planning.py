"""What is found out, and refused, before anything is created: a run does it, and who asks whether one would succeed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.lifecycle.deploy import check_instance_type
from harness.lifecycle.estimate import PlannedCost, estimate_run
from harness.lifecycle.model import FoundationModel
from harness.lifecycle.parameters import JobParameters, choose_parameters, find_component
from harness.lifecycle.sizes import ClusterPlan, Offered, offered_sizes, plan_cluster, refuse_too_few_nodes
from harness.lifecycle.watching import Watcher
from harness.spec import LifecycleSpec

__all__ = ["PlannedSizes", "plan_cost", "plan_parameters", "plan_sizes"]


@dataclass(frozen=True, slots=True)
class PlannedSizes:
    """The cluster that the job will run on, and every size that the workspace offers."""

    cluster: ClusterPlan
    offered: Offered

    @property
    def facts(self) -> Mapping[str, str]:
        """What to tell about them."""
        return self.cluster.facts


def plan_sizes(client: Any, spec: LifecycleSpec, model: FoundationModel, watch: Watcher) -> PlannedSizes:
    """Check both sizes, also the one to deploy on, which would otherwise be refused after hours of training."""
    offered, deploy = offered_sizes(client), spec.deploy
    names = [size.name for size in offered]
    check_instance_type(deploy.instance_type, model.tags, names, strict=spec.finetune.strict, watch=watch)
    return PlannedSizes(plan_cluster(client, spec.compute, model.tags, offered=offered, watch=watch), offered)


def plan_parameters(
    registry: Any, spec: LifecycleSpec, model: FoundationModel, cluster: ClusterPlan | None, watch: Watcher
) -> JobParameters:
    """Choose the job's parameters for the registry's component and the planned cluster.

    cluster: None where it is not known; then for one GPU.
    """
    component = find_component(registry, spec.finetune)
    gpus = 1 if cluster is None else cluster.gpus_per_node
    label = spec.data.label
    chosen = choose_parameters(component, model, spec.finetune, label=label, gpus_per_node=gpus, watch=watch)
    if cluster is not None:
        refuse_too_few_nodes(cluster, chosen.nodes)
    return chosen


def plan_cost(spec: LifecycleSpec, sizes: PlannedSizes, parameters: JobParameters) -> PlannedCost:
    """Estimate the run that is planned so far."""
    return estimate_run(spec, sizes.cluster, parameters.nodes, sizes.offered)
