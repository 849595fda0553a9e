"""Online endpoints: names, traffic, keys and the life of an endpoint."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fakes.world.errors import Conflict, Invalid, NotFound
from fakes.world.operations import Operation
from fakes.world.states import PROVISIONING, Plan

if TYPE_CHECKING:
    from fakes.world.deployments import OnlineDeployment
    from fakes.world.world import Workspace, World

NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,30}[A-Za-z0-9]")
"""3 to 32 letters, digits and hyphens, a letter first and no hyphen last (documented)."""

AUTH_MODES = ("Key", "AMLToken", "AADToken")
TOKEN_SECONDS, TOKEN_REFRESH_SECONDS = 86_400, 43_200
"""How long an endpoint token lasts, and after how long to ask for a new one (recorded 2022-10)."""


@dataclass(slots=True)
class OnlineEndpoint:
    """An endpoint. `traffic` is what is live: an update shows once its operation has succeeded (recorded)."""

    name: str
    auth_mode: str
    region: str
    plan: Plan
    created: datetime
    modified: datetime
    principal_id: str
    primary_key: str
    secondary_key: str
    description: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    identity: dict[str, Any] = field(default_factory=dict)
    public_network_access: str = "Enabled"
    traffic: dict[str, int] = field(default_factory=dict)
    mirror_traffic: dict[str, int] = field(default_factory=dict)
    deployments: dict[str, OnlineDeployment] = field(default_factory=dict)
    tokens: dict[str, datetime] = field(default_factory=dict)
    operation_id: str = ""
    born: bool = False
    served: int = 0

    @property
    def host(self) -> str:
        """The scoring host."""
        return f"{self.name.lower()}.{self.region}.inference.ml.azure.com"


@dataclass(frozen=True, slots=True)
class EndpointToken:
    """A token that opens one endpoint."""

    text: str
    expires: datetime
    refresh_after: datetime


def get_endpoint(workspace: Workspace, name: str) -> OnlineEndpoint:
    """Return an endpoint; NotFound with the quoted detail when there is none."""
    found = workspace.endpoints.get(name.lower())
    if found is None:
        raise NotFound(
            "The specified resource was not found.",
            details=(("InferencingClientCallFailed", '{{"title":"Not Found"}}'),),
        )
    return found


def put_endpoint(
    world: World, workspace: Workspace, name: str, body: dict[str, Any]
) -> tuple[OnlineEndpoint, Operation]:
    """Create an endpoint, or replace all but its deployments: a PUT without traffic wipes the traffic."""
    properties = body.get("properties") or {}
    endpoint = workspace.endpoints.get(name.lower())
    if endpoint is None:
        endpoint = _new_endpoint(world, workspace, name, str(properties.get("authMode", "")))
        seconds, first = world.pace.of("endpoint.create"), "Creating"
    else:
        require_idle(world, endpoint)
        if properties.get("authMode", endpoint.auth_mode).lower() != endpoint.auth_mode.lower():
            raise refused(f"authMode of endpoint {name} is {endpoint.auth_mode} and cannot be changed.")
        seconds, first = world.pace.of("endpoint.update"), "Updating"
    traffic = _percentages(properties.get("traffic"))
    mirror = _percentages(properties.get("mirrorTraffic"))
    check_traffic(endpoint, traffic, mirror)
    now = world.clock.now()
    operation = world.operations.start(f"oeidp:{workspace.workspace_id}:{world.ids.guid()}", now, seconds)
    endpoint.plan = Plan(PROVISIONING, now, ((first, 0.0), ("Succeeded", seconds)))
    endpoint.modified = now
    endpoint.operation_id = operation.id
    workspace.endpoints[name.lower()] = endpoint

    def settle(at: datetime) -> None:
        endpoint.traffic, endpoint.mirror_traffic = traffic, mirror
        endpoint.born = True
        endpoint.modified = at

    endpoint.description = properties.get("description")
    endpoint.properties = dict(properties.get("properties") or {})
    endpoint.public_network_access = properties.get("publicNetworkAccess") or "Enabled"
    endpoint.tags = dict(body.get("tags") or {})
    endpoint.identity = dict(body.get("identity") or {"type": "SystemAssigned"})
    world.schedule.at(operation.plan.ends, settle)
    return endpoint, operation


def delete_endpoint(world: World, workspace: Workspace, name: str) -> Operation | None:
    """Start to delete an endpoint with its deployments; None when there is nothing to delete (recorded: 204).

    It may be done in any state, or what is stuck could never be removed (inferred).
    """
    endpoint = workspace.endpoints.get(name.lower())
    if endpoint is None:
        return None
    now = world.clock.now()
    if endpoint.plan.state(now) == "Deleting":
        return world.operations.get(endpoint.operation_id)
    seconds = world.pace.of("endpoint.delete")
    operation = world.operations.start(f"oeidp:{workspace.workspace_id}:{world.ids.guid()}", now, seconds)
    endpoint.plan = Plan(PROVISIONING, now, (("Deleting", 0.0), ("Deleted", seconds)))
    endpoint.operation_id = operation.id

    def forget(_: datetime) -> None:
        if workspace.endpoints.get(name.lower()) is endpoint:
            del workspace.endpoints[name.lower()]

    world.schedule.at(operation.plan.ends, forget)
    return operation


def patch_endpoint(world: World, workspace: Workspace, endpoint: OnlineEndpoint, body: dict[str, Any]) -> Operation:
    """Start to change tags and identity; tags that are not named stay (JSON merge patch, inferred)."""
    require_idle(world, endpoint)
    now = world.clock.now()
    seconds = world.pace.of("endpoint.update")
    operation = world.operations.start(f"oeidp:{workspace.workspace_id}:{world.ids.guid()}", now, seconds)
    endpoint.plan = Plan(PROVISIONING, now, (("Updating", 0.0), ("Succeeded", seconds)))
    endpoint.operation_id = operation.id

    def settle(at: datetime) -> None:
        endpoint.tags = merged(endpoint.tags, body.get("tags"))
        endpoint.identity = dict(body.get("identity") or endpoint.identity)
        endpoint.modified = at

    world.schedule.at(operation.plan.ends, settle)
    return operation


def regenerate_key(world: World, workspace: Workspace, endpoint: OnlineEndpoint, key_type: str) -> Operation:
    """Start to replace the primary or the secondary key."""
    if key_type.lower() not in ("primary", "secondary"):
        raise refused(f"keyType is {key_type!r}; expected 'Primary' or 'Secondary'.")
    require_idle(world, endpoint)
    now = world.clock.now()
    seconds = world.pace.of("keys.regenerate")
    operation = world.operations.start(f"oeidp:{workspace.workspace_id}:{world.ids.guid()}", now, seconds)
    fresh = world.ids.key()

    def settle(_: datetime) -> None:
        if key_type.lower() == "primary":
            endpoint.primary_key = fresh
        else:
            endpoint.secondary_key = fresh

    world.schedule.at(operation.plan.ends, settle)
    return operation


def issue_token(world: World, endpoint: OnlineEndpoint) -> EndpointToken:
    """Return a new token of an AMLToken endpoint; Invalid for other endpoints (inferred)."""
    if endpoint.auth_mode != "AMLToken":
        raise refused(f"Endpoint {endpoint.name} uses {endpoint.auth_mode} authentication; it issues no tokens.")
    now, outlasts = world.clock.now(), world.clock.outlasts
    expires = now + timedelta(seconds=TOKEN_SECONDS * outlasts)
    claims = {"aud": "azureml", "iss": "azureml", "exp": int(expires.timestamp()), "jti": world.ids.guid()}
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    parts.append(bytes.fromhex(world.ids.hex(64)))
    text = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    endpoint.tokens[text] = expires
    return EndpointToken(text, expires, now + timedelta(seconds=TOKEN_REFRESH_SECONDS * outlasts))


def require_idle(world: World, endpoint: OnlineEndpoint, *, but: str = "") -> None:
    """Refuse a change while another one runs on the endpoint or on a deployment of it, except on `but`.

    One operation at a time for an endpoint, and the status 409, are inferred.
    """
    now = world.clock.now()
    states = [(f"Endpoint {endpoint.name}", endpoint.plan.state(now))]
    for deployment in endpoint.deployments.values():
        if deployment.name != but:
            states.append((f"Deployment {deployment.name}", deployment.plan.state(now)))
    for what, state in states:
        if state not in PROVISIONING.terminal:
            raise Conflict(
                f"{what} is in state {state}. Wait until the running operation has ended.",
                details=(("InferencingClientCallFailed", f"{what} is in {state} state."),),
            )


def check_traffic(endpoint: OnlineEndpoint, traffic: dict[str, int], mirror: dict[str, int]) -> None:
    """Refuse unknown deployments and sums other than 0 and 100 (documented; texts inferred)."""
    unknown = [name for name in (*traffic, *mirror) if name.lower() not in endpoint.deployments]
    if unknown:
        raise refused(
            f"Traffic names deployments that do not exist: {', '.join(unknown)}. "
            f"Deployments of {endpoint.name}: {', '.join(endpoint.deployments) or 'none'}."
        )
    if any(not 0 <= percent <= 100 for percent in (*traffic.values(), *mirror.values())):
        raise refused(f"Traffic percentages must lie between 0 and 100; got {traffic or mirror}.")
    if sum(traffic.values()) not in (0, 100):
        raise refused(f"Traffic must add up to 0 or 100 percent; {traffic} adds up to {sum(traffic.values())}.")
    if len(mirror) > 1 or any(percent > 50 for percent in mirror.values()):
        raise refused(f"Mirror traffic goes to one deployment and is at most 50 percent; got {mirror}.")
    if any(traffic.get(name, 0) > 0 and percent > 0 for name, percent in mirror.items()):
        raise refused("A deployment gets live traffic or mirror traffic, not both.")


def _new_endpoint(world: World, workspace: Workspace, name: str, auth_mode: str) -> OnlineEndpoint:
    if not NAME.fullmatch(name):
        raise refused(
            f"Endpoint name '{name}' is not valid: 3 to 32 letters, digits and hyphens, beginning with a "
            "letter and ending with a letter or digit."
        )
    known = {mode.lower(): mode for mode in AUTH_MODES}
    if auth_mode.lower() not in known:
        raise refused(f"authMode is {auth_mode!r}; expected one of {', '.join(AUTH_MODES)}.")
    if any(name.lower() in other.endpoints for other in world.workspaces() if other.region == workspace.region):
        raise refused(
            "There is already an endpoint with this name, Endpoint name needs to be unique within a region. "
            "Try some other name."
        )
    now = world.clock.now()
    return OnlineEndpoint(
        name=name,
        auth_mode=known[auth_mode.lower()],
        region=workspace.region,
        plan=Plan(PROVISIONING, now, (("Creating", 0.0),)),
        created=now,
        modified=now,
        principal_id=world.ids.guid(),
        primary_key=world.ids.key(),
        secondary_key=world.ids.key(),
    )


def _percentages(traffic: Any) -> dict[str, int]:
    try:
        return {str(name): int(percent) for name, percent in (traffic or {}).items()}
    except (TypeError, ValueError, AttributeError):
        raise refused(f"Traffic must map deployment names to whole percentages; got {json.dumps(traffic)}.") from None


def merged(tags: dict[str, str], changes: Any) -> dict[str, str]:
    """Return tags after a PATCH: named ones are set, those set to null are removed."""
    after = {**tags, **(changes or {})}
    return {name: str(value) for name, value in after.items() if value is not None}


def refused(problem: str) -> Invalid:
    """The envelope in which the inferencing service refuses (quoted in public issues)."""
    text = problem.replace('"', "'")
    detail = '{"errors":{"":["' + text + '"]},"title":"One or more validation errors occurred."}'
    return Invalid("The request is invalid.", code="BadRequest", details=(("InferencingClientCallFailed", detail),))
