"""How a scoring request finds its deployment: who may call, who answers, who gets a copy."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from fakes.world.containers import ContainerReply
from fakes.world.deployments import OnlineDeployment
from fakes.world.endpoints import OnlineEndpoint
from fakes.world.errors import NotFound, ServiceError, Unauthenticated, Unavailable

if TYPE_CHECKING:
    from fakes.world.world import World

MAX_BODY = 10 * 1024 * 1024
"""Bytes of a request (inferred)."""

AUDIENCES = ("https://ml.azure.com",)
"""Of the tokens that open an endpoint with Entra authentication (SDK source)."""


class TooLargeError(ServiceError):
    """The body is larger than the gateway takes (inferred)."""

    status = 413


@dataclass(frozen=True, slots=True)
class ScoringRequest:
    """A request at the gateway; `deployment` is the header `azureml-model-deployment`, empty without it."""

    method: str
    path: str
    authorization: str
    deployment: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Scored:
    """What a container answered, and in which deployment."""

    deployment: str
    reply: ContainerReply

    @property
    def status(self) -> int:
        """The status at the gateway: anything but 200 becomes 424 (documented and quoted)."""
        return 200 if self.reply.status == 200 or isinstance(self.reply.value, str) else 424


def serve(world: World, name: str, region: str, request: ScoringRequest) -> Scored:
    """Take a request to a container of endpoint `name`; a ServiceError is the gateway's own refusal."""
    endpoint = _find_endpoint(world, name, region)
    authenticate(world, endpoint, request.authorization)
    if len(request.body) > MAX_BODY:
        raise TooLargeError(f"The request has {len(request.body)} bytes; at most {MAX_BODY} are allowed.")
    deployment = _named(endpoint, request.deployment) if request.deployment else _next(endpoint)
    scored = _answer(world, deployment, request)
    if not request.deployment:
        _mirror(world, endpoint, request)
        endpoint.served += 1
    return scored


def authenticate(world: World, endpoint: OnlineEndpoint, authorization: str) -> None:
    """Refuse a caller without a key or token of this endpoint (401; the texts of keys are quoted)."""
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise Unauthenticated("key_auth_bad_header_forbidden")
    now = world.clock.now()
    if endpoint.auth_mode == "AADToken":
        world.identity.verify(authorization, AUDIENCES, now)
    elif endpoint.auth_mode == "AMLToken":
        expires = endpoint.tokens.get(secret)
        if expires is None or now >= expires:
            raise Unauthenticated("token_auth_access_denied")
    elif not any(_same(secret, key) for key in (endpoint.primary_key, endpoint.secondary_key)):
        raise Unauthenticated("key_auth_access_denied")


def _same(secret: str, key: str) -> bool:
    return hmac.compare_digest(secret.encode(), key.encode())


@lru_cache(maxsize=128)
def rotation(shares: tuple[tuple[str, int], ...]) -> tuple[str, ...]:
    """Return one full turn of smooth weighted round robin: each name as often as its share, well mixed."""
    total = sum(share for _, share in shares)
    credit = dict.fromkeys((name for name, _ in shares), 0)
    turn = []
    for _ in range(total):
        for name, share in shares:
            credit[name] += share
        chosen = max(credit, key=credit.__getitem__)
        credit[chosen] -= total
        turn.append(chosen)
    return tuple(turn)


def mirrored(count: int, percent: int) -> bool:
    """Tell whether the request after `count` others gets copied: `percent` of any hundred, evenly spread."""
    return (count + 1) * percent // 100 > count * percent // 100


def _find_endpoint(world: World, name: str, region: str) -> OnlineEndpoint:
    for workspace in world.workspaces():
        endpoint = workspace.endpoints.get(name.lower())
        if endpoint is not None and endpoint.born and endpoint.region == region:
            return endpoint
    raise NotFound(f"There is no endpoint {name} in region {region}.")


def _next(endpoint: OnlineEndpoint) -> OnlineDeployment:
    """Return the deployment whose turn it is; NotFound when none has traffic (quoted)."""
    turn = rotation(_shares(endpoint.traffic))
    if not turn:
        raise NotFound(
            "No valid deployments to route to. Please check that the endpoint has at least one deployment "
            "with positive weight values or use a deployment specific header to route."
        )
    return endpoint.deployments[turn[endpoint.served % len(turn)]]


def _shares(traffic: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((name.lower(), share) for name, share in traffic.items() if share > 0)


def _named(endpoint: OnlineEndpoint, name: str) -> OnlineDeployment:
    found = endpoint.deployments.get(name.lower())
    if found is None:
        raise NotFound("Specified deployment could not be found.")
    return found


def _answer(world: World, deployment: OnlineDeployment, request: ScoringRequest, note: str = "") -> Scored:
    """Let the deployment answer; Unavailable while no container of it is up (inferred)."""
    if deployment.container is None:
        raise Unavailable("no healthy upstream")
    reply = deployment.container.answer(request.method, request.path, request.body)
    line = f"{request.method} {request.path} {reply.status}{note}"
    deployment.log.write(line, world.clock.now())
    return Scored(deployment.name, reply)


def _mirror(world: World, endpoint: OnlineEndpoint, request: ScoringRequest) -> None:
    """Send a copy where mirror traffic asks for it; its answer is dropped, be it good or bad (documented)."""
    for name, percent in endpoint.mirror_traffic.items():
        deployment = endpoint.deployments[name.lower()]
        if deployment.container is not None and mirrored(endpoint.served, percent):
            _answer(world, deployment, request, " (mirrored)")
