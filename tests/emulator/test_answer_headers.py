"""Headers of answers: whose they are tells who answered."""

from __future__ import annotations

from bare import ask, bearer, workspace_id

from fakes.emulator import Emulator

_REGIONAL = "https://eastus2.api.azureml.ms"


def test_arm_names_no_request_id(azure: Emulator) -> None:
    """ARM gives a correlation id and a date, and `x-ms-request-id` is not among its headers (recorded)."""
    headers = ask(azure, "GET", "").headers

    assert "x-ms-correlation-request-id" in headers
    assert headers["Date"].endswith(" GMT")
    assert "x-ms-request-id" not in headers


def test_the_caller_and_the_request_are_named(azure: Emulator) -> None:
    """`x-ms-operation-identifier` ends in region and guid (recorded 2026-03)."""
    caller, region, guid = ask(azure, "GET", "").headers["x-ms-operation-identifier"].split("/")

    assert caller.startswith("tenantId=")
    assert (region, len(guid)) == ("eastus2", 36)


def test_the_data_plane_has_the_headers_of_the_service(azure: Emulator) -> None:
    """The data plane answers itself: no quota of ARM, but the cluster and the type of the answer (recorded 2025-05)."""
    reply = ask(azure, "GET", f"{_REGIONAL}/registrymanagement/v1.0/registries/none/discovery", version=None)

    assert reply.headers["azureml-served-by-cluster"]
    assert reply.headers["x-ms-response-type"] == "error"
    assert not [name for name in reply.headers if "ratelimit" in name]


def test_a_data_plane_error_names_its_component(azure: Emulator) -> None:
    """A refusal of registry discovery comes from the component `feedmanagement` (recorded 2025-05)."""
    reply = ask(azure, "GET", f"{_REGIONAL}/registrymanagement/v1.0/registries/none/discovery", version=None)

    assert reply.json()["componentName"] == "feedmanagement"


def test_creating_a_deployment_has_a_bucket_of_its_own(azure: Emulator) -> None:
    """The PUT of a deployment counts against `resource-requests` and not against writes (recorded 2022-10)."""
    headers = ask(azure, "PUT", "/onlineEndpoints/none/deployments/blue", {"properties": {}}).headers
    counted = [name for name in headers if "ratelimit" in name]

    assert counted == ["x-ms-ratelimit-remaining-subscription-resource-requests"]


def test_an_unknown_snapshot_is_uploaded(azure: Emulator) -> None:
    """SDKs of 2023 ask for code by its hash, and 404 makes them upload it (recorded 2023-03)."""
    url = f"{_REGIONAL}/content/v2.0{workspace_id(azure)}/snapshots/getByHash?hash=abc&hashVersion=202208"
    reply = ask(azure, "GET", url, version=None)

    assert reply.status_code == 404
    assert reply.json()["error"]["message"] == "Snapshot with hash abc was not found"
    assert reply.json()["componentName"] == "project"


def test_code_has_a_container_of_its_own(azure: Emulator) -> None:
    """A temporary data reference has the id that the client chose, a SAS and no type (recorded 2023-03)."""
    home = azure.world.home.workspace_id
    sent = {
        "assetId": f"azureml://locations/eastus2/workspaces/{home}/codes/c/versions/1",
        "temporaryDataReferenceId": "chosen",
        "temporaryDataReferenceType": "TemporaryBlobReference",
    }
    url = f"{_REGIONAL}/assetstore/v1.0/temporaryDataReference/createOrGet"
    reference = ask(azure, "POST", url, sent, version=None, headers=bearer(azure)).json()

    assert (reference["temporaryDataReferenceId"], reference["temporaryDataReferenceType"]) == ("chosen", None)
    assert list(reference["blobReferenceForConsumption"]["credential"]) == ["sasUri", "wasbsUri", "credentialType"]
    assert f"/{home[:10]}-" in reference["blobReferenceForConsumption"]["blobUri"]
