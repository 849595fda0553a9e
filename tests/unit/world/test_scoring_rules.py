"""Who answers a scoring request: rights, shares of traffic, copies, and what goes wrong on the way."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from typing import Any

import online
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.world.containers import Container
from fakes.world.endpoints import issue_token, put_endpoint
from fakes.world.errors import NotFound, Unauthenticated, Unavailable
from fakes.world.scoring import MAX_BODY, ScoringRequest, TooLargeError, authenticate, mirrored, rotation, serve
from fakes.world.world import World


@pytest.fixture
def world() -> World:
    """A world with the endpoint `chat-1`, whose deployments are `blue` and `green`."""
    world = online.small_world()
    online.endpoint(world)
    online.deployment(world, "blue")
    online.deployment(world, "green")
    return world


def score(world: World, **changes: Any) -> str:
    """Send a request with the primary key and return the deployment that answers."""
    endpoint = world.home.endpoints["chat-1"]
    parts = {
        "method": "POST",
        "path": "/score",
        "authorization": f"Bearer {endpoint.primary_key}",
        "deployment": "",
        "body": b'{"input_data": "hi"}',
    }
    return serve(world, "chat-1", endpoint.region, ScoringRequest(**{**parts, **changes})).deployment


shares = st.lists(st.integers(1, 99), min_size=1, max_size=5).map(
    lambda cuts: [b - a for a, b in zip([0, *sorted(set(cuts))], [*sorted(set(cuts)), 100], strict=True)]
)


@given(shares)
def test_a_turn_gives_everyone_its_share(parts: list[int]) -> None:
    """In a turn of 100 requests every deployment answers exactly its percentage."""
    named = tuple((f"d{place}", part) for place, part in enumerate(parts))

    assert dict(named) == Counter(rotation(named))


def test_a_turn_is_well_mixed() -> None:
    """Half and half alternates; it is not fifty of one and then fifty of the other."""
    assert rotation((("blue", 50), ("green", 50)))[:4] == ("blue", "green", "blue", "green")


@given(st.integers(0, 50), st.integers(0, 10_000))
def test_any_hundred_requests_are_mirrored_by_their_percentage(percent: int, start: int) -> None:
    """Of any hundred requests in a row exactly `percent` are copied."""
    assert percent == sum(mirrored(count, percent) for count in range(start, start + 100))


def test_traffic_decides_who_answers(world: World) -> None:
    """Nine requests of ten go to the deployment with 90 percent."""
    online.endpoint(world, traffic={"blue": 90, "green": 10})

    assert Counter(score(world) for _ in range(10)) == {"blue": 9, "green": 1}


def test_header_names_the_deployment(world: World) -> None:
    """A named deployment answers whatever the traffic says."""
    assert score(world, deployment="GREEN") == "green"


def test_unknown_deployment_is_not_found(world: World) -> None:
    """The gateway's own 404 (text quoted in public issues)."""
    with pytest.raises(NotFound, match="Specified deployment could not be found"):
        score(world, deployment="purple")


def test_no_traffic_is_not_found(world: World) -> None:
    """Without traffic nobody answers (quoted in public issues)."""
    with pytest.raises(NotFound, match="No valid deployments to route to"):
        score(world)


def test_deployment_without_container_is_unavailable(world: World) -> None:
    """Until a deployment has succeeded nobody is there to answer (inferred)."""
    world.home.endpoints["chat-1"].deployments["blue"].container = None

    with pytest.raises(Unavailable):
        score(world, deployment="blue")


def test_mirrored_requests_are_counted_in_the_log(world: World) -> None:
    """Half of the requests are copied, and only the live answer comes back."""
    online.endpoint(world, traffic={"blue": 100}, mirrorTraffic={"green": 50})

    answered = {score(world) for _ in range(10)}

    log = world.home.endpoints["chat-1"].deployments["green"].log.text("InferenceServer", None)
    assert (answered, log.count("POST /score 200 (mirrored)")) == ({"blue"}, 5)


def test_a_request_that_names_a_deployment_is_not_copied(world: World) -> None:
    """Who asks for a deployment by name gets that one, without a copy and without a place in the rotation."""
    endpoint = online.endpoint(world, traffic={"blue": 100}, mirrorTraffic={"green": 50})
    before = endpoint.served

    assert {score(world, deployment="blue") for _ in range(10)} == {"blue"}
    assert "(mirrored)" not in endpoint.deployments["green"].log.text("InferenceServer", None)
    assert endpoint.served == before


@pytest.mark.parametrize(
    ("authorization", "text"),
    [
        ("", "key_auth_bad_header_forbidden"),
        ("Basic x", "key_auth_bad_header_forbidden"),
        ("Bearer ", "key_auth_bad_header_forbidden"),
        ("Bearer wrong", "key_auth_access_denied"),
        ("Bearer schlüssel", "key_auth_access_denied"),
    ],
)
def test_caller_without_key_is_refused(world: World, authorization: str, text: str) -> None:
    """401 tells a malformed header from a wrong key (texts quoted in public repositories)."""
    with pytest.raises(Unauthenticated, match=text):
        score(world, authorization=authorization)


@pytest.mark.parametrize(("waited", "opens"), [(86_399, True), (86_400, False)])
def test_endpoint_token_expires_after_a_day(waited: float, opens: bool) -> None:
    """A token of an AMLToken endpoint opens it for 24 hours (recorded 2022)."""
    world = online.small_world()
    endpoint = online.endpoint(world, auth_mode="AMLToken")
    token = issue_token(world, endpoint)
    online.pass_time(world, waited)

    with nullcontext() if opens else pytest.raises(Unauthenticated):
        authenticate(world, endpoint, f"Bearer {token.text}")


@pytest.mark.parametrize("mode", ["AMLToken", "AADToken"])
def test_made_up_token_is_refused(mode: str) -> None:
    """An endpoint with tokens does not take its keys, nor anything else."""
    world = online.small_world()
    endpoint = online.endpoint(world, auth_mode=mode)

    with pytest.raises(Unauthenticated):
        authenticate(world, endpoint, f"Bearer {endpoint.primary_key}")


def test_token_for_another_audience_is_refused() -> None:
    """An endpoint with Entra authentication takes tokens for https://ml.azure.com only (SDK source)."""
    world = online.small_world()
    endpoint = online.endpoint(world, auth_mode="AADToken")
    token = world.identity.issue("https://management.azure.com/.default", world.clock.now())

    with pytest.raises(Unauthenticated, match="wrong audience"):
        authenticate(world, endpoint, f"Bearer {token.text}")


def test_both_keys_open(world: World) -> None:
    """The secondary key is as good as the primary one."""
    key = world.home.endpoints["chat-1"].secondary_key

    assert score(world, authorization=f"Bearer {key}", deployment="blue") == "blue"


def test_endpoint_of_another_region_is_not_found(world: World) -> None:
    """The host names a region, and the endpoint must live there."""
    with pytest.raises(NotFound):
        serve(world, "chat-1", "westus", ScoringRequest("POST", "/score", "", "", b""))


def test_endpoint_that_is_not_born_is_not_found() -> None:
    """Before it was created once, an endpoint has no scoring host."""
    world = online.small_world()
    put_endpoint(world, world.home, "chat-1", {"properties": {"authMode": "Key"}})

    with pytest.raises(NotFound, match="There is no endpoint chat-1"):
        score(world)


def test_large_body_is_refused(world: World) -> None:
    """The gateway takes 10 MiB (inferred)."""
    with pytest.raises(TooLargeError):
        score(world, body=b" " * (MAX_BODY + 1))


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/score", b'{"input_data": "hi"}', 200),
        ("POST", "/score/", b'{"input_data": "hi"}', 200),
        ("GET", "/", b"", 200),
        ("GET", "/swagger.json", b"", 200),
        ("GET", "/score", b"", 405),
        ("POST", "/chat/completions", b"{}", 404),
        ("POST", "/score", b"{}", 400),
        ("POST", "/score", b"[1]", 400),
        ("POST", "/score", b"not json", 400),
        ("POST", "/score", b'{"input_data": "bad"}', 400),
        ("POST", "/score", b'{"input_data": "hi", "params": 1}', 400),
    ],
)
def test_container_answers(method: str, path: str, body: bytes, status: int) -> None:
    """The routes of Azure ML's inference server, and the requests that a model cannot read (SDK source)."""
    container = Container(online.Echo("m"), "m:1")

    assert status == container.answer(method, path, body).status
