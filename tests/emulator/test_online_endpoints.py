"""Online endpoints as the real SDK sees them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from azure.ai.ml import MLClient
from azure.ai.ml.entities import ManagedOnlineEndpoint
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from deployable import ENDPOINT, arm, client_of, make_endpoint

from fakes.emulator import Emulator

CREATE = {"location": "eastus2", "properties": {"authMode": "Key", "traffic": {}}}


@pytest.fixture
def azure() -> Iterator[Emulator]:
    """A local Azure ML at Azure's pace."""
    with Emulator() as azure:
        yield azure


@pytest.fixture
def client(azure: Emulator) -> MLClient:
    """A client of its workspace."""
    return client_of(azure)


def test_creating_takes_virtual_time_only(azure: Emulator, client: MLClient) -> None:
    """An endpoint takes 90 s, which the SDK waits in 30 s steps (recorded 2022)."""
    endpoint = make_endpoint(client)

    assert endpoint.provisioning_state == "Succeeded"
    assert azure.clock.slept == 90


def test_first_answer_has_no_uris(azure: Emulator) -> None:
    """A PUT is answered with 201, state Creating and null URIs (recorded 2022 and 2026)."""
    answer = arm(azure, "PUT", "", CREATE)

    properties = answer.json()["properties"]
    assert answer.status_code == 201
    assert [properties[key] for key in ("provisioningState", "scoringUri", "swaggerUri")] == [
        "Creating",
        None,
        None,
    ]


def test_keys_of_the_resource_are_in_the_recorded_order(azure: Emulator) -> None:
    """The members of the resource and of its properties come as on Azure (recorded 2026)."""
    resource = arm(azure, "PUT", "", CREATE).json()

    assert " ".join(resource) == "id name type properties systemData tags location kind identity"
    assert " ".join(resource["properties"]) == (
        "description properties scoringUri swaggerUri authMode provisioningState compute traffic mirrorTraffic "
        "publicNetworkAccess"
    )


def test_headers_are_signed_and_the_body_is_not(azure: Emulator) -> None:
    """The poll URL in the header carries ARM's signature, its copy in the body does not (recorded 2026)."""
    answer = arm(azure, "PUT", "", CREATE)

    plain = answer.json()["properties"]["properties"]["AzureAsyncOperationUri"]
    signed = answer.headers["Azure-AsyncOperation"]
    assert "/mfeOperationsStatus/oeidp:" in plain
    assert signed.startswith(f"{plain}&t=")
    assert "&t=" not in plain


def test_arm_id_is_repeated_in_lower_case(azure: Emulator) -> None:
    """properties.properties names the endpoint's id in lower case (recorded)."""
    resource = arm(azure, "PUT", "", CREATE).json()

    assert resource["properties"]["properties"]["azureml.onlineendpointid"] == resource["id"].lower()


def test_uris_are_there_once_created(azure: Emulator, client: MLClient) -> None:
    """The scoring and the swagger URI name endpoint and region (recorded)."""
    endpoint = make_endpoint(client)

    host = f"https://{ENDPOINT}.eastus2.inference.ml.azure.com"
    assert (endpoint.scoring_uri, endpoint.openapi_uri) == (f"{host}/score", f"{host}/swagger.json")


def test_update_keeps_the_uris_and_is_updating(azure: Emulator, client: MLClient) -> None:
    """A PUT to an endpoint that exists answers 201 too, with state Updating (recorded)."""
    make_endpoint(client)

    answer = arm(azure, "PUT", "", CREATE)

    assert answer.status_code == 201
    assert answer.json()["properties"]["provisioningState"] == "Updating"
    assert answer.json()["properties"]["scoringUri"]


def test_second_change_meets_a_conflict(azure: Emulator) -> None:
    """While an operation runs another change is a 409 (inferred)."""
    arm(azure, "PUT", "", CREATE)

    assert arm(azure, "PUT", "", CREATE).status_code == 409


def test_endpoints_are_listed(client: MLClient) -> None:
    """`list` names every endpoint of the workspace."""
    for name in ("first", "second"):
        client.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(name=name)).result()

    assert [endpoint.name for endpoint in client.online_endpoints.list()] == ["first", "second"]


def test_missing_endpoint_is_not_found(client: MLClient) -> None:
    """GET of a missing endpoint is a 404 with the detail that users quote."""
    with pytest.raises(ResourceNotFoundError, match="InferencingClientCallFailed"):
        client.online_endpoints.get("missing")


def test_deleted_endpoint_is_gone(client: MLClient) -> None:
    """After `begin_delete(...).result()` nothing is left."""
    make_endpoint(client)
    client.online_endpoints.begin_delete(ENDPOINT).result()

    assert list(client.online_endpoints.list()) == []


def test_delete_answers_null_and_two_urls(azure: Emulator, client: MLClient) -> None:
    """A DELETE is a 202 whose body is the four bytes `null` (recorded 2022)."""
    make_endpoint(client)

    answer = arm(azure, "DELETE", "")

    assert (answer.status_code, answer.content) == (202, b"null")
    assert "/mfeOperationsStatus/" in answer.headers["Azure-AsyncOperation"]
    assert "/mfeOperationResults/" in answer.headers["Location"]


def test_deleting_nothing_is_no_error(azure: Emulator) -> None:
    """DELETE of a missing endpoint is a 204 without a body, by ARM itself (recorded 2025)."""
    answer = arm(azure, "DELETE", "")

    assert (answer.status_code, answer.content) == (204, b"")
    assert not answer.headers.get("x-ms-response-type")


def test_token_endpoint_has_no_keys(azure: Emulator, client: MLClient) -> None:
    """listKeys of an AMLToken endpoint answers with nulls (recorded 2022)."""
    make_endpoint(client, auth_mode="aml_token")

    assert arm(azure, "POST", "/listKeys").json() == {"primaryKey": None, "secondaryKey": None}


def test_token_times_are_whole_seconds(azure: Emulator, client: MLClient) -> None:
    """expiryTimeUtc and refreshAfterTimeUtc are numbers half a day apart (recorded 2022)."""
    make_endpoint(client, auth_mode="aml_token")

    token = arm(azure, "POST", "/token").json()

    assert list(token) == ["accessToken", "tokenType", "expiryTimeUtc", "refreshAfterTimeUtc"]
    assert token["expiryTimeUtc"] - token["refreshAfterTimeUtc"] == 43_200


def test_key_endpoint_issues_no_token(azure: Emulator, client: MLClient) -> None:
    """`token` of an endpoint with keys is refused (inferred)."""
    make_endpoint(client)

    assert arm(azure, "POST", "/token").status_code == 400


def test_key_is_replaced(client: MLClient) -> None:
    """`begin_regenerate_keys` replaces the key that it names."""
    make_endpoint(client)
    before = client.online_endpoints.get_keys(ENDPOINT)
    client.online_endpoints.begin_regenerate_keys(ENDPOINT, key_type="secondary").result()
    after = client.online_endpoints.get_keys(ENDPOINT)

    assert before.primary_key == after.primary_key
    assert before.secondary_key != after.secondary_key


def test_patch_answers_with_a_location(azure: Emulator, client: MLClient) -> None:
    """A PATCH of tags is a 202 polled at its Location, and then it shows (inferred)."""
    make_endpoint(client, tags={"a": "1"})
    answer = arm(azure, "PATCH", "", {"tags": {"b": "2"}})
    azure.clock.advance(20)

    done = requests.get(answer.headers["Location"], headers=dict(answer.request.headers), timeout=5)

    assert (answer.status_code, done.status_code) == (202, 200)
    assert client.online_endpoints.get(ENDPOINT).tags == {"a": "1", "b": "2"}


def test_taken_name_is_refused_in_the_service_s_words(azure: Emulator, client: MLClient) -> None:
    """The refusal of the inferencing service reaches the user of the SDK (quoted)."""
    azure.world.create_workspace(azure.subscription_id, azure.resource_group, "other", "eastus2")
    make_endpoint(client)
    other = MLClient(azure.credential, azure.subscription_id, azure.resource_group, "other")

    with pytest.raises(HttpResponseError, match="Endpoint name needs to be unique within a region"):
        make_endpoint(other)
