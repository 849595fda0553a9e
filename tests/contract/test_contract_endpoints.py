"""Contract: online endpoints, their names, keys and states."""

from __future__ import annotations

import pytest
from azure.ai.ml.entities import ManagedOnlineEndpoint
from azure.ai.ml.exceptions import MlException
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from contract_steps import ENDPOINT, make_endpoint
from contract_subject import Subject
from evidence import Evidence, evidence


@evidence(Evidence.RECORDED, "endpoint PUT and GET, 2022-10 and 2026")
def test_a_created_endpoint_has_its_addresses(aml: Subject) -> None:
    """An endpoint that was waited for has succeeded and tells where to score."""
    made = make_endpoint(aml.workspace)
    host = f"https://{ENDPOINT}.eastus2.inference.ml.azure.com"

    assert made.provisioning_state == "Succeeded"
    assert (made.scoring_uri, made.openapi_uri) == (f"{host}/score", f"{host}/swagger.json")


@evidence(Evidence.RECORDED, "endpoint PUT: the 201 has null URIs, 2022 and 2026")
def test_an_endpoint_has_no_address_until_it_is_created(aml: Subject) -> None:
    """While it is Creating an endpoint has no scoring URI."""
    with aml.paused():
        poller = aml.workspace.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(name=ENDPOINT))
        found = aml.workspace.online_endpoints.get(ENDPOINT)
    poller.wait()

    assert (found.provisioning_state, found.scoring_uri) == ("Creating", None)


@pytest.mark.parametrize(
    ("sent", "shown"), [(None, "key"), ("key", "key"), ("aml_token", "aml_token"), ("aad_token", "aad_token")]
)
@evidence(Evidence.SDK_SOURCE, "OnlineEndpoint: key by default; authMode to and from REST")
def test_an_endpoint_keeps_its_way_of_authentication(aml: Subject, sent: str | None, shown: str) -> None:
    """Keys are the default, and another way is kept."""
    make_endpoint(aml.workspace, **({"auth_mode": sent} if sent else {}))

    assert aml.workspace.online_endpoints.get(ENDPOINT).auth_mode == shown


@evidence(Evidence.INFERRED, "not recorded")
def test_the_way_of_authentication_does_not_change(aml: Subject) -> None:
    """An endpoint with keys does not become one with tokens."""
    make_endpoint(aml.workspace)

    with pytest.raises(HttpResponseError) as refused:
        make_endpoint(aml.workspace, auth_mode="aml_token")
    assert refused.value.status_code == 400


@evidence(Evidence.RECORDED, "endpoint PUT: description and tags come back")
def test_an_endpoint_keeps_its_description_and_tags(aml: Subject) -> None:
    """What describes an endpoint comes back as it was sent."""
    make_endpoint(aml.workspace, description="mine", tags={"a": "1"})
    found = aml.workspace.online_endpoints.get(ENDPOINT)

    assert (found.description, found.tags) == ("mine", {"a": "1"})


@pytest.mark.parametrize("name", ["1chat", "a_b", "ab", "a" * 33, "chat-"])
@evidence(Evidence.SDK_SOURCE, "validate_endpoint_or_deployment_name")
def test_a_bad_name_of_an_endpoint_is_refused(aml: Subject, name: str) -> None:
    """The SDK itself refuses names that no endpoint may have, and nothing is made."""
    with pytest.raises(MlException):
        make_endpoint(aml.workspace, name)

    assert list(aml.workspace.online_endpoints.list()) == []


@evidence(Evidence.DOCUMENTED, "quoted in public issues: Endpoint name needs to be unique within a region")
def test_a_name_is_taken_for_the_whole_region(aml: Subject) -> None:
    """Another workspace of the region cannot have an endpoint of the same name."""
    make_endpoint(aml.workspace)

    with pytest.raises(HttpResponseError, match="Endpoint name needs to be unique within a region") as refused:
        make_endpoint(aml.neighbour())
    assert refused.value.status_code == 400


@evidence(Evidence.DOCUMENTED, "the name is unique within a region")
def test_another_region_may_have_the_same_name(aml: Subject) -> None:
    """In another region the name is free, and the address tells the two apart."""
    make_endpoint(aml.workspace)

    assert make_endpoint(aml.neighbour("westeurope")).scoring_uri.startswith(f"https://{ENDPOINT}.westeurope.")


@evidence(Evidence.INFERRED, "ARM compares names without case")
def test_an_endpoint_is_found_in_any_case(aml: Subject) -> None:
    """An endpoint is found by its name in any case, and shows its own."""
    make_endpoint(aml.workspace)

    assert aml.workspace.online_endpoints.get(ENDPOINT.upper()).name == ENDPOINT


@evidence(Evidence.DOCUMENTED, "REST: OnlineEndpoints_List")
def test_endpoints_are_listed(aml: Subject) -> None:
    """`list` names every endpoint of the workspace."""
    for name in ("first", "second"):
        make_endpoint(aml.workspace, name)

    assert [endpoint.name for endpoint in aml.workspace.online_endpoints.list()] == ["first", "second"]


@evidence(Evidence.DOCUMENTED, "quoted in public issues: InferencingClientCallFailed, Not Found")
def test_an_unknown_endpoint_is_not_found(aml: Subject) -> None:
    """`get` of an endpoint that does not exist is a 404 with the detail that users quote."""
    with pytest.raises(ResourceNotFoundError, match="InferencingClientCallFailed") as refused:
        aml.workspace.online_endpoints.get("missing")

    assert (refused.value.status_code, refused.value.error.code) == (404, "NotFound")


@evidence(Evidence.RECORDED, "PUT of an existing endpoint answers 201, Updating")
def test_an_update_changes_what_it_sends(aml: Subject) -> None:
    """A second `begin_create_or_update` replaces tags and description."""
    make_endpoint(aml.workspace, description="old", tags={"a": "1"})
    make_endpoint(aml.workspace, tags={"b": "2"})
    found = aml.workspace.online_endpoints.get(ENDPOINT)

    assert (found.description, found.tags) == (None, {"b": "2"})


@evidence(Evidence.INFERRED, "one operation at a time is documented, its refusal is not recorded")
def test_a_busy_endpoint_takes_no_second_change(aml: Subject) -> None:
    """While an operation runs on an endpoint another change is a 409."""
    endpoint = ManagedOnlineEndpoint(name=ENDPOINT)
    with aml.paused():
        poller = aml.workspace.online_endpoints.begin_create_or_update(endpoint)
        with pytest.raises(HttpResponseError) as refused:
            aml.workspace.online_endpoints.begin_create_or_update(endpoint)
    poller.wait()

    assert refused.value.status_code == 409


@evidence(Evidence.SDK_SOURCE, "EndpointAuthKeys")
def test_an_endpoint_has_two_keys(aml: Subject) -> None:
    """`get_keys` brings two different keys, the same ones each time."""
    make_endpoint(aml.workspace)
    first, again = aml.workspace.online_endpoints.get_keys(ENDPOINT), aml.workspace.online_endpoints.get_keys(ENDPOINT)

    assert first.primary_key != first.secondary_key
    assert (first.primary_key, first.secondary_key) == (again.primary_key, again.secondary_key)


@pytest.mark.parametrize("which", ["primary", "secondary"])
@evidence(Evidence.RECORDED, "regenerateKeys POST: 202, polled at its Location")
def test_one_key_is_regenerated(aml: Subject, which: str) -> None:
    """`begin_regenerate_keys` replaces the key that it names and leaves the other."""
    make_endpoint(aml.workspace)
    before = aml.workspace.online_endpoints.get_keys(ENDPOINT)
    aml.workspace.online_endpoints.begin_regenerate_keys(ENDPOINT, key_type=which).result()
    after = aml.workspace.online_endpoints.get_keys(ENDPOINT)

    changed = [before.primary_key != after.primary_key, before.secondary_key != after.secondary_key]
    assert changed == [which == "primary", which == "secondary"]


@evidence(Evidence.RECORDED, "token POST, 2022-10")
def test_a_token_endpoint_hands_out_a_token(aml: Subject) -> None:
    """`get_keys` of an endpoint with tokens brings one, with its expiry half a day after its refresh."""
    make_endpoint(aml.workspace, auth_mode="aml_token")
    token = aml.workspace.online_endpoints.get_keys(ENDPOINT)

    assert (token.token_type, bool(token.access_token)) == ("Bearer", True)
    assert token.expiry_time_utc - token.refresh_after_time_utc == 43_200
