"""Contract: how an endpoint's traffic is divided, mirrored and wiped."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from contract_steps import ENDPOINT, make_endpoint, serve, set_traffic
from contract_subject import Subject
from evidence import Evidence, evidence

ONLY_BLUE = {"blue": 100, "green": 0}


@pytest.fixture
def client(aml: Subject) -> Any:
    """A client of a workspace whose endpoint has `blue`, with all the traffic, and `green`."""
    serve(aml.workspace, "blue", "green")
    return aml.workspace


@evidence(Evidence.RECORDED, "endpoint PUT: the old traffic in the 201, the new one after Succeeded")
def test_new_traffic_shows_when_it_is_there(aml: Subject, client: Any) -> None:
    """While an update runs the endpoint shows the old traffic."""
    endpoint = client.online_endpoints.get(ENDPOINT)
    endpoint.traffic = {"blue": 0, "green": 100}
    with aml.paused():
        poller = client.online_endpoints.begin_create_or_update(endpoint)
        found = client.online_endpoints.get(ENDPOINT)
    poller.wait()

    assert (found.provisioning_state, found.traffic) == ("Updating", ONLY_BLUE)
    assert client.online_endpoints.get(ENDPOINT).traffic == {"blue": 0, "green": 100}


@evidence(Evidence.SDK_SOURCE, "OnlineEndpointOperations.get adds every deployment that has no share")
def test_a_deployment_without_a_share_shows_as_nought(client: Any) -> None:
    """`get` shows each deployment's share, also where it is 0; `list` shows what the service keeps."""
    (listed,) = client.online_endpoints.list()

    assert client.online_endpoints.get(ENDPOINT).traffic == ONLY_BLUE
    assert listed.traffic == {"blue": 100}


@evidence(Evidence.SDK_SOURCE, "begin_create_or_update with what get returned sends the traffic too")
def test_an_update_of_what_was_read_keeps_the_traffic(client: Any) -> None:
    """An endpoint that was read, changed and sent again keeps its traffic."""
    endpoint = client.online_endpoints.get(ENDPOINT)
    endpoint.tags = {"a": "1"}
    client.online_endpoints.begin_create_or_update(endpoint).wait()

    found = client.online_endpoints.get(ENDPOINT)
    assert (found.tags, found.traffic) == ({"a": "1"}, ONLY_BLUE)


@evidence(Evidence.DOCUMENTED, "a PUT replaces the whole resource")
def test_an_update_without_traffic_wipes_it(client: Any) -> None:
    """An endpoint that is put together anew and sent has no traffic left, and keeps its deployments."""
    make_endpoint(client)

    assert client.online_endpoints.get(ENDPOINT).traffic == {"blue": 0, "green": 0}
    assert len(list(client.online_deployments.list(ENDPOINT))) == 2


@pytest.mark.parametrize(
    "shares",
    [{"blue": 50}, {"blue": 60, "green": 60}, {"blue": 101, "green": -1}, {"blue": 99, "green": 2}],
    ids=["too little", "too much", "out of range", "rounding"],
)
@evidence(Evidence.DOCUMENTED, "traffic adds up to 0 or 100; the refusal is not recorded")
def test_traffic_adds_up_to_nothing_or_all(client: Any, shares: dict[str, int]) -> None:
    """Shares that do not add up to 0 or 100 are refused, and the old ones stay."""
    with pytest.raises(HttpResponseError) as refused:
        set_traffic(client, **shares)

    assert refused.value.status_code == 400
    assert client.online_endpoints.get(ENDPOINT).traffic == ONLY_BLUE


@evidence(Evidence.SDK_SOURCE, "shares of 0 are stripped before they are sent")
def test_all_traffic_may_be_taken_away(client: Any) -> None:
    """Shares of 0 are accepted, and the service keeps none of them."""
    assert set_traffic(client, blue=0, green=0).traffic == {}


@evidence(Evidence.INFERRED, "the refusal is not recorded")
def test_traffic_of_an_unknown_deployment_is_refused(client: Any) -> None:
    """A share for a deployment that does not exist is refused, and the old ones stay."""
    with pytest.raises(HttpResponseError, match="do not exist: purple") as refused:
        set_traffic(client, purple=100)

    assert refused.value.status_code == 400
    assert client.online_endpoints.get(ENDPOINT).traffic == ONLY_BLUE


@evidence(Evidence.INFERRED, "the order of the tutorial: endpoint, deployment, traffic")
def test_a_new_endpoint_has_nobody_to_send_traffic_to(aml: Subject) -> None:
    """An endpoint cannot be created with traffic."""
    with pytest.raises(HttpResponseError) as refused:
        make_endpoint(aml.workspace, traffic={"blue": 100})

    assert refused.value.status_code == 400
    assert list(aml.workspace.online_endpoints.list()) == []


@evidence(Evidence.DOCUMENTED, "mirror traffic of an online endpoint")
def test_mirror_traffic_is_kept(client: Any) -> None:
    """A mirror comes back as it was sent, beside the live traffic."""
    endpoint = client.online_endpoints.get(ENDPOINT)
    endpoint.mirror_traffic = {"green": 10}
    client.online_endpoints.begin_create_or_update(endpoint).wait()

    found = client.online_endpoints.get(ENDPOINT)
    assert (found.traffic, found.mirror_traffic) == ({"blue": 100}, {"green": 10})


@pytest.mark.parametrize(
    "mirror",
    [{"green": 51}, {"blue": 10}, {"purple": 10}],
    ids=["more than half", "of a live deployment", "of an unknown one"],
)
@evidence(Evidence.DOCUMENTED, "limits of mirror traffic; the refusals are not recorded")
def test_a_bad_mirror_is_refused(client: Any, mirror: dict[str, int]) -> None:
    """A mirror gets at most half, is not live, and exists."""
    endpoint = client.online_endpoints.get(ENDPOINT)
    endpoint.mirror_traffic = mirror

    with pytest.raises(HttpResponseError) as refused:
        client.online_endpoints.begin_create_or_update(endpoint)
    assert refused.value.status_code == 400


@evidence(Evidence.INFERRED, "not recorded")
def test_a_mirror_goes_with_its_deployment(client: Any) -> None:
    """A deployment that only mirrors may be deleted, and nothing is mirrored to it any more."""
    endpoint = client.online_endpoints.get(ENDPOINT)
    endpoint.mirror_traffic = {"green": 10}
    client.online_endpoints.begin_create_or_update(endpoint).wait()
    client.online_deployments.begin_delete("green", ENDPOINT).wait()

    assert client.online_endpoints.get(ENDPOINT).mirror_traffic == {}
