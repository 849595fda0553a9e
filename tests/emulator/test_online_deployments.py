"""Online deployments as the real SDK sees them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from azure.ai.ml import MLClient
from azure.ai.ml.entities import Model, OnlineRequestSettings, ProbeSettings
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from deployable import ENDPOINT, arm, client_of, deployment, make_endpoint, register

from fakes.emulator import Emulator


@pytest.fixture
def azure() -> Iterator[Emulator]:
    """A local Azure ML where everything takes a second."""
    with Emulator(pace="instant") as azure:
        yield azure


@pytest.fixture
def client(azure: Emulator) -> MLClient:
    """A client of its workspace, which has the endpoint."""
    client = client_of(azure)
    make_endpoint(client)
    return client


@pytest.fixture
def model(client: MLClient, tmp_path: Path) -> str:
    """The id of a registered fine-tuned model."""
    return register(client, tmp_path)


def body(model: str) -> dict[str, object]:
    """Return a deployment as it goes over the wire."""
    properties = {"endpointComputeType": "Managed", "instanceType": "Standard_DS3_v2", "model": model}
    return {
        "location": "eastus2",
        "properties": properties,
        "sku": {"name": "Default", "capacity": 1},
    }


def test_new_deployment_is_updating(azure: Emulator, model: str) -> None:
    """The 201 of a new deployment says Updating, without probes and timeout (recorded 2022)."""
    answer = arm(azure, "PUT", "/deployments/blue", body(model))

    properties = answer.json()["properties"]
    assert (answer.status_code, properties["provisioningState"]) == (201, "Updating")
    assert (properties["livenessProbe"], properties["readinessProbe"]) == (None, None)
    assert properties["requestSettings"]["requestTimeout"] == "PT0S"


def test_keys_of_the_resource_are_in_the_recorded_order(azure: Emulator, model: str) -> None:
    """The members of the resource and of its properties come as on Azure (recorded 2022)."""
    resource = arm(azure, "PUT", "/deployments/blue", body(model)).json()

    assert " ".join(resource) == "id name type properties systemData tags location kind sku"
    assert resource["sku"] == {"name": "Default", "tier": "Standard", "capacity": 1}
    assert " ".join(resource["properties"]) == (
        "description properties codeConfiguration environmentId environmentVariables scaleSettings "
        "requestSettings modelMountPath appInsightsEnabled livenessProbe readinessProbe provisioningState "
        "instanceType model privateNetworkConnection egressPublicNetworkAccess endpointComputeType"
    )


def test_defaults_are_filled_in_with_success(azure: Emulator, client: MLClient, model: str) -> None:
    """Probes and a timeout of 5 s appear once the deployment has succeeded (recorded 2022)."""
    client.online_deployments.begin_create_or_update(deployment(model)).result()

    properties = arm(azure, "GET", "/deployments/blue").json()["properties"]
    probe = {
        "failureThreshold": 30,
        "successThreshold": 1,
        "timeout": "PT2S",
        "period": "PT10S",
        "initialDelay": "PT10S",
    }
    assert (properties["livenessProbe"], properties["readinessProbe"]) == (probe, probe)
    assert properties["requestSettings"] == {
        "maxQueueWait": "PT0S",
        "requestTimeout": "PT5S",
        "maxConcurrentRequestsPerInstance": 1,
    }


def test_sent_settings_are_kept(client: MLClient, model: str) -> None:
    """What the user sets wins over the defaults."""
    sent = deployment(
        model,
        request_settings=OnlineRequestSettings(request_timeout_ms=90_000),
        liveness_probe=ProbeSettings(initial_delay=600),
    )
    made = client.online_deployments.begin_create_or_update(sent).result()

    assert made.request_settings.request_timeout_ms == 90_000
    assert (made.liveness_probe.initial_delay, made.liveness_probe.period) == (600, 10)


def test_creating_takes_virtual_time_only(tmp_path: Path) -> None:
    """At Azure's pace a deployment takes nearly ten minutes, none of them real (recorded 2022)."""
    with Emulator(pace="recorded") as azure:
        client = client_of(azure)
        make_endpoint(client)
        before = azure.clock.slept
        registered = register(client, tmp_path)
        client.online_deployments.begin_create_or_update(deployment(registered)).result()

        assert azure.clock.slept - before == 585


def test_deployments_are_listed(client: MLClient, model: str) -> None:
    """`list` names every deployment of the endpoint."""
    for name in ("blue", "green"):
        client.online_deployments.begin_create_or_update(deployment(model, name)).result()

    assert [found.name for found in client.online_deployments.list(ENDPOINT)] == ["blue", "green"]


def test_traffic_in_the_first_answer_is_the_old_one(azure: Emulator, client: MLClient, model: str) -> None:
    """A traffic update shows only when it is done (recorded 2022)."""
    client.online_deployments.begin_create_or_update(deployment(model)).result()
    sent = {"location": "eastus2", "properties": {"authMode": "Key", "traffic": {"blue": 100}}}
    first = arm(azure, "PUT", "", sent).json()["properties"]["traffic"]
    azure.clock.advance(1)

    assert (first, client.online_endpoints.get(ENDPOINT).traffic) == ({}, {"blue": 100})


def test_failed_container_is_what_users_see(azure: Emulator, client: MLClient, model: str) -> None:
    """The SDK raises `(None) ResourceNotReady: ...`, as quoted in public issues."""
    azure.faults.fail_deployment()

    with pytest.raises(HttpResponseError) as error:
        client.online_deployments.begin_create_or_update(deployment(model)).result()

    assert str(error.value).startswith(
        "(None) ResourceNotReady: User container has crashed or terminated: Liveness probe failed"
    )
    assert client.online_deployments.get("blue", ENDPOINT).provisioning_state == "Failed"


def test_failed_deployment_can_be_deleted(azure: Emulator, client: MLClient, model: str) -> None:
    """What failed can be removed."""
    azure.faults.fail_deployment()
    with pytest.raises(HttpResponseError):
        client.online_deployments.begin_create_or_update(deployment(model)).result()

    client.online_deployments.begin_delete("blue", ENDPOINT).result()

    assert list(client.online_deployments.list(ENDPOINT)) == []


def test_folder_without_model_fails(client: MLClient, tmp_path: Path) -> None:
    """A folder that is no MLflow model crashes its container, and the error says why."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "weights.bin").write_bytes(b"x")
    sent = Model(name="none", version="1", type="mlflow_model", path=str(tmp_path / "folder"))
    model = str(client.models.create_or_update(sent).id)

    with pytest.raises(HttpResponseError, match="there is no MLmodel file among the 1 files"):
        client.online_deployments.begin_create_or_update(deployment(model)).result()


def test_live_traffic_forbids_deletion(client: MLClient, model: str) -> None:
    """A deployment with traffic is not deleted (text inferred)."""
    client.online_deployments.begin_create_or_update(deployment(model)).result()
    make_endpoint(client, traffic={"blue": 100})

    with pytest.raises(HttpResponseError, match="gets 100 percent of the traffic"):
        client.online_deployments.begin_delete("blue", ENDPOINT).result()


def test_deleting_nothing_is_no_error(azure: Emulator, client: MLClient) -> None:
    """DELETE of a missing deployment is a 204 (recorded 2024)."""
    assert arm(azure, "DELETE", "/deployments/blue").status_code == 204


def test_missing_deployment_is_not_found(client: MLClient) -> None:
    """GET of a missing deployment is a 404 in the words that users quote."""
    with pytest.raises(ResourceNotFoundError, match="Deployment blue not found in endpoint chat-1"):
        client.online_deployments.get("blue", ENDPOINT)


def test_missing_model_is_not_found(client: MLClient, model: str) -> None:
    """A deployment of a version that does not exist is a 404 (inferred)."""
    missing = model.replace("/versions/1", "/versions/2")

    with pytest.raises(ResourceNotFoundError, match="Could not find asset with ID"):
        client.online_deployments.begin_create_or_update(deployment(missing)).result()


def test_unknown_size_is_refused(client: MLClient, model: str) -> None:
    """An instance type that does not exist is a 400 that names real ones."""
    with pytest.raises(HttpResponseError, match="Nearest sizes: Standard_D"):
        client.online_deployments.begin_create_or_update(deployment(model, instance_type="Standard_DS3_v9")).result()


def test_long_timeout_is_refused(client: MLClient, model: str) -> None:
    """A request may take at most 180 s (documented)."""
    settings = OnlineRequestSettings(request_timeout_ms=180_001)

    with pytest.raises(HttpResponseError, match="at most 180 seconds"):
        client.online_deployments.begin_create_or_update(deployment(model, request_settings=settings)).result()


def test_one_operation_at_a_time(azure: Emulator, model: str) -> None:
    """While a deployment is made the endpoint takes no other change (409, inferred)."""
    arm(azure, "PUT", "/deployments/blue", body(model))

    assert arm(azure, "PUT", "/deployments/green", body(model)).status_code == 409


def test_patch_is_polled_at_its_location(azure: Emulator, client: MLClient, model: str) -> None:
    """A PATCH is a 202 with `null`; its Location answers 202 `Updating`, then 200 (polls recorded)."""
    client.online_deployments.begin_create_or_update(deployment(model)).result()
    first = arm(azure, "PATCH", "/deployments/blue", {"sku": {"capacity": 2}})
    answers = []
    for _ in range(2):
        answers.append(requests.get(first.headers["Location"], headers=dict(first.request.headers), timeout=5))
        azure.clock.advance(1)

    assert (first.status_code, first.content) == (202, b"null")
    assert [(poll.status_code, poll.json()["status"]) for poll in answers] == [
        (202, "Updating"),
        (200, "Succeeded"),
    ]
    assert client.online_deployments.get("blue", ENDPOINT).instance_count == 2


def test_logs_are_one_string(client: MLClient, model: str) -> None:
    """getLogs returns status, events and logs in this order (recorded)."""
    client.online_deployments.begin_create_or_update(deployment(model)).result()

    log = client.online_deployments.get_logs("blue", ENDPOINT, lines=10)

    headings = [line for line in log.splitlines() if line.endswith(":")]
    assert headings == ["Instance status:", "Container events:", "Container logs:"]
    assert "Model adder:1 is loaded" in log


def test_logs_of_the_storage_initializer(client: MLClient, model: str) -> None:
    """The other container can be asked for (SDK source)."""
    client.online_deployments.begin_create_or_update(deployment(model)).result()

    log = client.online_deployments.get_logs("blue", ENDPOINT, lines=10, container_type="storage-initializer")

    assert log.rstrip().endswith("Models are downloaded successfully or no model need to download")
