"""The rules of online endpoints: names, traffic, keys, tokens, and one operation at a time."""

from __future__ import annotations

import online
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fakes.world import endpoints
from fakes.world.errors import Conflict, Invalid, NotFound
from fakes.world.world import World


@pytest.fixture
def world() -> World:
    """A world with the endpoint `chat-1` and its deployments `blue` and `green`."""
    world = online.small_world()
    online.endpoint(world)
    online.deployment(world, "blue")
    online.deployment(world, "green")
    return world


def put(world: World, name: str = "chat-1", **properties: object) -> endpoints.OnlineEndpoint:
    """Send an endpoint without waiting for it."""
    sent = {"properties": {"authMode": "Key", **properties}}
    return endpoints.put_endpoint(world, world.home, name, sent)[0]


def reason(error: pytest.ExceptionInfo[Invalid]) -> str:
    """Return why the inferencing service refused."""
    return error.value.details[0][1]


@pytest.mark.parametrize("name", ["ab", "1chat", "chat_1", "chat-", "c" * 33, ""])
def test_bad_name_is_refused(name: str) -> None:
    """A name has 3 to 32 letters, digits and hyphens, a letter first and no hyphen last."""
    with pytest.raises(Invalid) as error:
        put(online.small_world(), name)

    assert "is not valid: 3 to 32 letters" in reason(error)


def test_name_is_unique_in_a_region(world: World) -> None:
    """Another workspace of the region cannot take the name (quoted in public issues)."""
    other = world.create_workspace(world.subscription_id, "acceptance", "other", world.home.region)

    with pytest.raises(Invalid) as error:
        endpoints.put_endpoint(world, other, "CHAT-1", {"properties": {"authMode": "Key"}})

    assert "Endpoint name needs to be unique within a region" in reason(error)


def test_name_is_free_in_another_region(world: World) -> None:
    """Names are taken by region only."""
    other = world.create_workspace(world.subscription_id, "acceptance", "other", "westus")

    made, _ = endpoints.put_endpoint(world, other, "chat-1", {"properties": {"authMode": "Key"}})

    assert made.host == "chat-1.westus.inference.ml.azure.com"


def test_unknown_auth_mode_is_refused() -> None:
    """authMode is one of three words, in any case."""
    with pytest.raises(Invalid) as error:
        put(online.small_world(), authMode="None")

    assert "expected one of Key, AMLToken, AADToken" in reason(error)


def test_auth_mode_cannot_be_changed(world: World) -> None:
    """An update with another authMode is refused (inferred)."""
    with pytest.raises(Invalid) as error:
        put(world, authMode="AMLToken")

    assert "is Key and cannot be changed" in reason(error)


@pytest.fixture(scope="module")
def endpoint() -> endpoints.OnlineEndpoint:
    """An endpoint that no test changes, with the deployments `blue` and `green`."""
    world = online.small_world()
    online.endpoint(world)
    online.deployment(world, "blue")
    online.deployment(world, "green")
    return world.home.endpoints["chat-1"]


SHARES = st.sampled_from([-1, 0, 1, 10, 50, 90, 99, 100, 101])


@given(st.dictionaries(st.sampled_from(["blue", "green", "Green", "purple"]), SHARES))
@example({"blue": -1, "green": 1})
@example({"blue": 101, "green": -1})
def test_traffic_adds_up_to_nothing_or_everything(endpoint: endpoints.OnlineEndpoint, traffic: dict[str, int]) -> None:
    """Shares are taken exactly when their deployments exist, each lies in 0..100 and they add up to 0 or 100."""
    fits = "purple" not in traffic and all(0 <= share <= 100 for share in traffic.values())

    try:
        endpoints.check_traffic(endpoint, traffic, {})
        taken = True
    except Invalid:
        taken = False

    assert taken is (fits and sum(traffic.values()) in (0, 100))


def test_traffic_to_nobody_is_refused(world: World) -> None:
    """Traffic may only name deployments that exist, and the refusal lists them."""
    with pytest.raises(Invalid) as error:
        put(world, traffic={"purple": 100})

    assert "do not exist: purple. Deployments of chat-1: blue, green." in reason(error)


@pytest.mark.parametrize(
    ("live", "mirror", "problem"),
    [
        ({"blue": 100}, {"green": 51}, "at most 50 percent"),
        ({}, {"green": 10, "blue": 10}, "goes to one deployment"),
        ({"blue": 100}, {"blue": 10}, "live traffic or mirror traffic, not both"),
    ],
)
def test_bad_mirror_traffic_is_refused(
    world: World, live: dict[str, int], mirror: dict[str, int], problem: str
) -> None:
    """At most half of the traffic is mirrored, to one deployment that gets none of it live (documented)."""
    with pytest.raises(Invalid) as error:
        put(world, traffic=live, mirrorTraffic=mirror)

    assert problem in reason(error)


def test_new_traffic_shows_after_the_update(world: World) -> None:
    """While an update runs the old traffic is live (recorded)."""
    endpoint = put(world, traffic={"blue": 100})
    before = dict(endpoint.traffic)

    online.pass_time(world, 20)

    assert (before, endpoint.traffic) == ({}, {"blue": 100})


def test_update_without_traffic_wipes_it(world: World) -> None:
    """A PUT replaces: traffic that it does not name is gone (SDK source)."""
    online.endpoint(world, traffic={"blue": 100})

    assert online.endpoint(world).traffic == {}


def test_busy_endpoint_refuses_a_change(world: World) -> None:
    """A second update has to wait for the first (409, inferred)."""
    put(world)

    with pytest.raises(Conflict, match="Endpoint chat-1 is in state Updating"):
        put(world)


def test_deleting_twice_is_one_operation(world: World) -> None:
    """A DELETE of what is being deleted names the operation that runs (inferred)."""
    first = endpoints.delete_endpoint(world, world.home, "chat-1")

    assert first is not None
    assert first is endpoints.delete_endpoint(world, world.home, "chat-1")


def test_deleted_endpoint_takes_its_deployments_along(world: World) -> None:
    """After 12 s the endpoint is gone, and a further DELETE finds nothing (recorded)."""
    endpoints.delete_endpoint(world, world.home, "chat-1")
    online.pass_time(world, 12)

    with pytest.raises(NotFound):
        endpoints.get_endpoint(world.home, "chat-1")
    assert endpoints.delete_endpoint(world, world.home, "chat-1") is None


def test_regenerating_replaces_one_key_when_done(world: World) -> None:
    """The old key works until the operation has ended, and the other key stays."""
    endpoint = world.home.endpoints["chat-1"]
    old, other = endpoint.primary_key, endpoint.secondary_key

    endpoints.regenerate_key(world, world.home, endpoint, "Primary")
    during = endpoint.primary_key
    online.pass_time(world, 10)

    assert (during, endpoint.secondary_key) == (old, other)
    assert endpoint.primary_key != old


def test_patch_merges_tags(world: World) -> None:
    """A PATCH adds tags, removes those set to null and leaves the rest (inferred)."""
    endpoint = world.home.endpoints["chat-1"]
    endpoint.tags = {"a": "1", "b": "2"}

    endpoints.patch_endpoint(world, world.home, endpoint, {"tags": {"b": None, "c": "3"}})
    online.pass_time(world, 20)

    assert endpoint.tags == {"a": "1", "c": "3"}


def test_token_lasts_a_day() -> None:
    """A token is to be refreshed after 12 hours and expires after 24 (recorded 2022)."""
    world = online.small_world()
    endpoint = online.endpoint(world, auth_mode="AMLToken")

    token = endpoints.issue_token(world, endpoint)

    now = world.clock.now()
    assert (token.refresh_after - now).total_seconds() == 12 * 3600
    assert (token.expires - now).total_seconds() == 24 * 3600


def test_endpoint_with_keys_issues_no_tokens(world: World) -> None:
    """Only an AMLToken endpoint has tokens (inferred)."""
    with pytest.raises(Invalid) as error:
        endpoints.issue_token(world, world.home.endpoints["chat-1"])

    assert "uses Key authentication" in reason(error)
