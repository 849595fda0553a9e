"""Online deployments: what is checked, how long they take, when their container starts and how they go."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fakes.world.compute import require_size
from fakes.world.containers import Container, CrashError, start_container
from fakes.world.deployment_log import DeploymentLog
from fakes.world.endpoints import NAME, OnlineEndpoint, get_endpoint, merged, refused, require_idle
from fakes.world.errors import Invalid, NotFound
from fakes.world.faults import DEPLOYMENT, Failure, Stuck
from fakes.world.operations import Operation
from fakes.world.references import find_asset
from fakes.world.states import PROVISIONING, Plan

if TYPE_CHECKING:
    from fakes.world.world import Workspace, World

LONGEST_REQUEST_SECONDS = 180.0
"""The highest `requestTimeout` of a managed endpoint (documented)."""

_DURATION = re.compile(r"PT(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?")
_NEVER = 1e9


@dataclass(slots=True)
class OnlineDeployment:
    """A deployment. `settings` are the properties of the last PUT; `container` answers requests."""

    name: str
    plan: Plan
    created: datetime
    modified: datetime
    log: DeploymentLog
    settings: dict[str, Any] = field(default_factory=dict)
    capacity: int = 1
    tags: dict[str, str] = field(default_factory=dict)
    operation_id: str = ""
    container: Container | None = None


def get_deployment(workspace: Workspace, endpoint_name: str, name: str) -> OnlineDeployment:
    """Return a deployment; NotFound when there is none (text quoted in public issues)."""
    endpoint = get_endpoint(workspace, endpoint_name)
    found = endpoint.deployments.get(name.lower())
    if found is None:
        raise NotFound(
            f"Deployment {name} not found in endpoint {endpoint.name}, workspace {workspace.name}",
            code="UserError",
        )
    return found


def put_deployment(
    world: World, workspace: Workspace, endpoint_name: str, name: str, body: dict[str, Any]
) -> tuple[OnlineDeployment, Operation]:
    """Create or replace a deployment. What runs already goes on answering until the new container is up."""
    endpoint = get_endpoint(workspace, endpoint_name)
    require_idle(world, endpoint)
    settings = dict(body.get("properties") or {})
    capacity = _check(world, name, settings, body.get("sku") or {})
    now = world.clock.now()
    deployment = endpoint.deployments.get(name.lower())
    seconds = world.pace.of("deployment.update" if deployment else "deployment.create")
    fault = world.faults.take(DEPLOYMENT)
    stuck = isinstance(fault, Stuck)
    plan = _plan(now, None if stuck else seconds, getattr(fault, "state", None))
    operation = _start(world, workspace, now, _NEVER if stuck else seconds)
    if deployment is None:
        deployment = OnlineDeployment(name, plan, now, now, DeploymentLog.begun(now))
        endpoint.deployments[name.lower()] = deployment
    deployment.plan, deployment.modified, deployment.operation_id = plan, now, operation.id
    deployment.settings, deployment.capacity = settings, capacity
    deployment.tags = merged({}, body.get("tags"))
    deployment.log = DeploymentLog.begun(now)
    if not stuck:
        cause = fault if isinstance(fault, Failure) else None
        _schedule_start(world, deployment, operation, now + timedelta(seconds=seconds / 2), cause)
    return deployment, operation


def patch_deployment(
    world: World, workspace: Workspace, endpoint_name: str, name: str, body: dict[str, Any]
) -> Operation:
    """Start to change the number of instances and the tags; everything else needs a PUT (SDK source)."""
    endpoint = get_endpoint(workspace, endpoint_name)
    deployment = get_deployment(workspace, endpoint_name, name)
    require_idle(world, endpoint)
    sku = body.get("sku") or {}
    capacity = _check_capacity(sku) if sku else deployment.capacity
    now = world.clock.now()
    seconds = world.pace.of("deployment.update")
    operation = _start(world, workspace, now, seconds)
    deployment.plan, deployment.operation_id = _plan(now, seconds), operation.id

    def settle(at: datetime) -> None:
        deployment.capacity, deployment.modified = capacity, at
        deployment.tags = merged(deployment.tags, body.get("tags"))

    world.schedule.at(operation.plan.ends, settle)
    return operation


def delete_deployment(world: World, workspace: Workspace, endpoint_name: str, name: str) -> Operation | None:
    """Start to delete a deployment; None when there is none (recorded: 204).

    Live traffic forbids it (documented; status and text inferred); the deployment's own state does not, or
    one that is stuck could never be removed (inferred).
    """
    endpoint = workspace.endpoints.get(endpoint_name.lower())
    deployment = endpoint.deployments.get(name.lower()) if endpoint else None
    if endpoint is None or deployment is None:
        return None
    now = world.clock.now()
    if deployment.plan.state(now) == "Deleting":
        return world.operations.get(deployment.operation_id)
    require_idle(world, endpoint, but=deployment.name)
    percent = _share(endpoint, deployment)
    if percent:
        raise refused(
            f"Deployment {deployment.name} gets {percent} percent of the traffic of endpoint {endpoint.name} "
            "and cannot be deleted. Set its traffic to 0 first."
        )
    seconds = world.pace.of("deployment.delete")
    operation = _start(world, workspace, now, seconds)
    deployment.plan = Plan(PROVISIONING, now, (("Deleting", 0.0), ("Deleted", seconds)))
    deployment.operation_id = operation.id
    world.schedule.at(operation.plan.ends, lambda _: _forget(endpoint, deployment))
    return operation


def _start(world: World, workspace: Workspace, now: datetime, seconds: float) -> Operation:
    operation_id = f"odidp:{workspace.workspace_id}:{world.ids.guid()}"
    return world.operations.start(operation_id, now, seconds)


def _plan(now: datetime, seconds: float | None, state: str | None = None) -> Plan:
    """Plan a change, endless without `seconds`; a new deployment is `Updating` too (recorded)."""
    first = (state or "Updating", 0.0)
    return Plan(PROVISIONING, now, (first,) if seconds is None else (first, ("Succeeded", seconds)))


def _schedule_start(
    world: World, deployment: OnlineDeployment, operation: Operation, start: datetime, fault: Failure | None
) -> None:
    """Let the container start halfway: it loads the model, or the deployment fails there and then."""

    def bring_up(at: datetime) -> None:
        if deployment.operation_id != operation.id:
            return
        try:
            if fault is not None:
                raise CrashError(fault.message, code=fault.code)
            container = start_container(world, deployment.settings)
        except CrashError as crash:
            deployment.log.crashed(crash.message, at)
            deployment.plan = deployment.plan.cut(at, ("Failed", 0.0))
            operation.fail(crash, at)
            return
        deployment.log.started(container.model, container.refusal, at)
        world.schedule.at(operation.plan.ends, lambda _: go_live(container))

    def go_live(container: Container) -> None:
        if deployment.operation_id == operation.id:
            deployment.container = container

    world.schedule.at(start, bring_up)


def _forget(endpoint: OnlineEndpoint, deployment: OnlineDeployment) -> None:
    gone = deployment.name.lower()
    endpoint.deployments.pop(gone, None)
    for shares in (endpoint.traffic, endpoint.mirror_traffic):
        for name in [name for name in shares if name.lower() == gone]:
            del shares[name]


def _share(endpoint: OnlineEndpoint, deployment: OnlineDeployment) -> int:
    return sum(share for name, share in endpoint.traffic.items() if name.lower() == deployment.name.lower())


def _check(world: World, name: str, settings: dict[str, Any], sku: dict[str, Any]) -> int:
    """Refuse what Azure ML cannot deploy, and return the number of instances. The texts are inferred."""
    if not NAME.fullmatch(name):
        raise refused(
            f"Deployment name '{name}' is not valid: 3 to 32 letters, digits and hyphens, beginning with a "
            "letter and ending with a letter or digit."
        )
    if settings.get("endpointComputeType") != "Managed":
        raise refused(
            f"endpointComputeType is {json.dumps(settings.get('endpointComputeType'))}; the local Azure ML deploys to "
            "'Managed' compute only."
        )
    capacity = _check_capacity(sku)
    require_size(world, str(settings.get("instanceType") or ""))
    _check_requests(settings.get("requestSettings") or {})
    _check_assets(world, settings)
    return capacity


def _check_capacity(sku: dict[str, Any]) -> int:
    capacity = sku.get("capacity")
    if not isinstance(capacity, int) or isinstance(capacity, bool) or capacity < 1:
        raise refused(f"sku.capacity is {json.dumps(capacity)}; a deployment needs at least 1 instance.")
    return capacity


def _check_requests(requests: dict[str, Any]) -> None:
    for name in ("requestTimeout", "maxQueueWait"):
        sent = requests.get(name)
        seconds = _seconds(str(sent)) if sent else 0.0
        if seconds is None:
            raise refused(f"requestSettings.{name} is {sent!r}; an ISO 8601 duration such as 'PT90S' is expected.")
        if name == "requestTimeout" and seconds > LONGEST_REQUEST_SECONDS:
            raise refused(f"requestSettings.requestTimeout is {sent}; it must be at most 180 seconds.")


def _seconds(duration: str) -> float | None:
    found = _DURATION.fullmatch(duration)
    if found is None or not any(found.groups()):
        return None
    return int(found["h"] or 0) * 3600 + int(found["m"] or 0) * 60 + float(found["s"] or 0)


def _check_assets(world: World, settings: dict[str, Any]) -> None:
    """Look for everything that is named; NotFound (inferred). A custom model needs a script (quoted)."""
    model = find_asset(world, "models", str(settings["model"])) if settings.get("model") else None
    environment: dict[str, Any] = {}
    if settings.get("environmentId"):
        environment = find_asset(world, "environments", str(settings["environmentId"])).asset.properties
    code = settings.get("codeConfiguration")
    if code:
        find_asset(world, "codes", str(code.get("codeId") or ""))
    is_mlflow = model is not None and model.asset.properties.get("modelType") == "mlflow_model"
    if not (code or is_mlflow or environment.get("inferenceConfig")):
        raise Invalid(
            "The request is invalid.",
            code="BadRequest",
            details=(("MissingDriverProgram", "Could not find driver program in the request."),),
        )
