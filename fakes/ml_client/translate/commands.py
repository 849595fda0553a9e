"""Where and how a command runs: instances, distribution, time limit and queue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azure.ai.ml import MpiDistribution, PyTorchDistribution, RayDistribution, TensorFlowDistribution
from azure.ai.ml.entities import CommandJobLimits, JobResourceConfiguration, QueueSettings

from fakes.ml_client.refusals import not_done_here

_DISTRIBUTIONS = {
    "Mpi": MpiDistribution,
    "PyTorch": PyTorchDistribution,
    "TensorFlow": TensorFlowDistribution,
    "Ray": RayDistribution,
}


def sent_settings(job: Any) -> dict[str, Any]:
    """Return what is sent of the way that a command runs."""
    limits, queue = job.limits, job.queue_settings
    if getattr(queue, "priority", None):
        raise not_done_here("a command whose queue settings have a priority")
    return {
        "resources": _sent_resources(job.resources),
        "distribution": _sent_distribution(job.distribution),
        "limits": {"jobLimitsType": "Command", "timeout": f"PT{limits.timeout:g}S"} if limits else None,
        "queueSettings": {"jobTier": str(queue.job_tier).capitalize()} if getattr(queue, "job_tier", None) else None,
    }


def shown_settings(filled: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entities of what the service says of the way that a command runs."""
    resources, limits = filled["resources"], filled["limits"]
    return {
        "resources": JobResourceConfiguration(
            instance_count=resources.get("instanceCount"),
            instance_type=resources.get("instanceType"),
            shm_size=resources.get("shmSize"),
            docker_args=resources.get("dockerArgs"),
            properties=resources.get("properties"),
        ),
        "distribution": _shown_distribution(filled["distribution"]),
        "limits": CommandJobLimits(timeout=int(float(limits["timeout"][2:-1]))) if limits else None,
        "queue_settings": QueueSettings(job_tier=filled["queueSettings"]["jobTier"].lower()),
    }


def _sent_resources(resources: Any) -> dict[str, Any] | None:
    if resources is None:
        return None
    told = {
        "instanceCount": resources.instance_count,
        "instanceType": resources.instance_type,
        "shmSize": resources.shm_size,
        "dockerArgs": resources.docker_args,
        "properties": dict(resources.properties or {}),
    }
    return {name: value for name, value in told.items() if value is not None}


def _sent_distribution(distribution: Any) -> dict[str, Any] | None:
    if distribution is None:
        return None
    known = dict(distribution) if isinstance(distribution, Mapping) else dict(vars(distribution))
    kind = str(known.pop("type")).lower()
    given = {_camel(name): value for name, value in known.items() if value is not None}
    return {"distributionType": next(name for name in _DISTRIBUTIONS if name.lower() == kind), **given}


def _shown_distribution(sent: Mapping[str, Any] | None) -> Any:
    if sent is None:
        return None
    entity: Any = _DISTRIBUTIONS[sent["distributionType"]]()
    for name in [name for name in vars(entity) if _camel(name) in sent]:
        setattr(entity, name, sent[_camel(name)])
    return entity


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
