"""The step deploy: an endpoint with a key, a deployment of the fine-tuned model on it, and all of its traffic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from azure.ai.ml.entities import (
    ManagedOnlineDeployment,
    ManagedOnlineEndpoint,
    OnlineRequestSettings,
    ProbeSettings,
)
from azure.core.exceptions import ResourceNotFoundError

from harness.decide.allow_list import check_size, find_allow_list
from harness.errors import ComputeNotAllowed, DeploymentFailed, ParameterError, nearest
from harness.ledger import Ledger
from harness.lifecycle.logs import last_lines_of_deployment
from harness.lifecycle.traffic import read_traffic, shift_traffic
from harness.lifecycle.waiting import Waiting, operate
from harness.lifecycle.watching import Watcher
from harness.spec.document import DeploySection

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = [
    "LiveDeployment",
    "check_instance_type",
    "create_deployment",
    "create_endpoint",
    "give_all_traffic",
    "refuse_existing",
]


@dataclass(frozen=True, slots=True)
class LiveDeployment:
    """A deployment that answers; `traffic` is the whole endpoint's as it was read back."""

    endpoint: str
    deployment: str
    instance_type: str
    scoring_uri: str
    traffic: Mapping[str, int]

    @property
    def facts(self) -> Mapping[str, str]:
        """What to tell about it."""
        return {
            "endpoint": self.endpoint,
            "deployment": f"{self.deployment} on {self.instance_type}",
            "traffic": ", ".join(f"{name} {share} %" for name, share in self.traffic.items()),
            "scoring": self.scoring_uri,
        }


def check_instance_type(
    size: str, tags: Mapping[str, str], offered: Sequence[str], *, strict: bool, watch: Watcher
) -> None:
    """Refuse a size that the workspace does not offer; warn when the model's list does not hold it, refuse if strict.

    Raises ComputeNotAllowed, before anything is trained. Without a list every offered size may be tried: the K80
    rule is about fine-tuning.
    """
    if size.casefold() not in {name.casefold() for name in offered}:
        raise ComputeNotAllowed(
            f"the workspace offers no size {size}",
            where="deploy.instance_type",
            got=size,
            expected=f"one of the {len(offered)} sizes of its region",
            nearest=nearest(size, offered),
            remedy="Set deploy.instance_type to an offered size.",
        )
    allow_list = find_allow_list(tags, "inference")
    if allow_list is None:
        return
    decision = check_size(size, allow_list)
    if decision.allowed:
        return
    if not strict:
        watch.warned(f"deploy.instance_type: {decision.reason}")
        return
    raise ComputeNotAllowed(
        decision.reason.partition("; nearest")[0],
        where="deploy.instance_type",
        expected=f"one of {', '.join(allow_list.sizes)}",
        nearest=decision.nearest,
        remedy="Set deploy.instance_type to an allowed size, or run without strict.",
    )


def refuse_existing(client: Any, name: str) -> None:
    """Raise ParameterError when the endpoint exists: it is somebody else's, and would be deleted at the end."""
    try:
        client.online_endpoints.get(name)
    except ResourceNotFoundError:
        return
    raise ParameterError(
        f"endpoint {name} exists already",
        where="deploy",
        expected="a name that is free",
        remedy="Run again for a new run id, or change deploy.endpoint_prefix in the spec.",
    )


def create_endpoint(
    client: Any,
    name: str,
    *,
    ledger: Ledger,
    **within: Unpack[Waiting],
) -> None:
    """Create an endpoint that takes a key. DeploymentFailed, or Unfinished at the deadline."""
    refuse_existing(client, name)
    description, tags = "Created by the harness.", dict(ledger.tags)
    endpoint = ManagedOnlineEndpoint(name=name, auth_mode="key", description=description, tags=tags)
    begin = partial(client.online_endpoints.begin_create_or_update, endpoint)
    what = f"creating endpoint {name}"
    with ledger.creating("endpoint", name, bills=True):
        operate(begin, what, failure=DeploymentFailed, **within)


def create_deployment(
    client: Any,
    endpoint: str,
    model_id: str,
    section: DeploySection,
    *,
    ledger: Ledger,
    **within: Unpack[Waiting],
) -> None:
    """Deploy a registered model. DeploymentFailed and Unfinished carry the last lines of the container's log."""
    deployment = ManagedOnlineDeployment(
        name=section.deployment,
        endpoint_name=endpoint,
        model=model_id,
        instance_type=section.instance_type,
        instance_count=section.instance_count,
        liveness_probe=ProbeSettings(initial_delay=section.liveness_initial_delay),
        request_settings=OnlineRequestSettings(request_timeout_ms=section.request_timeout_ms),
        tags=dict(ledger.tags),
    )
    begin = partial(client.online_deployments.begin_create_or_update, deployment)
    log = partial(last_lines_of_deployment, client, endpoint, section.deployment)
    see = f"`az ml online-deployment get-logs -e {endpoint} -n {section.deployment}` shows its log."
    try:
        with ledger.creating("deployment", f"{endpoint}/{section.deployment}", bills=True):
            operate(begin, f"deploying {section.deployment}", failure=DeploymentFailed, log=log, see=see, **within)
    except DeploymentFailed as error:
        lines = " | ".join(log())
        raise DeploymentFailed(
            error.what,
            where=f"endpoint {endpoint}",
            got=error.got + (f"; its log ends with: {lines}" if lines else ""),
            remedy="Look for the cause in the log; deploy.instance_type may be too small for the model.",
        ) from error


def give_all_traffic(
    client: Any, endpoint_name: str, section: DeploySection, **within: Unpack[Waiting]
) -> LiveDeployment:
    """Send all traffic of an endpoint to one deployment, and read back that it is so."""
    live = shift_traffic(client, endpoint_name, section.deployment, 100, **within)
    return LiveDeployment(
        endpoint_name, section.deployment, section.instance_type, str(live.scoring_uri), read_traffic(live)
    )
