"""What goes wrong on demand, and what the SDK makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
from azure.ai.ml import MLClient
from azure.ai.ml.entities import Model
from azure.core.exceptions import HttpResponseError, ServiceResponseError
from azure.storage.blob import BlobClient
from bare import ask, history
from fine_tuning_job import create_cluster

from fakes.emulator import Emulator
from fakes.world.faults import ConnectionFault, HttpFault
from fakes.world.storage_keys import account_key

GET = "Workspaces_Get"


def _statuses(azure: Emulator, operation: str = GET) -> list[int]:
    return [call.status for call in azure.calls if call.operation == operation]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_the_sdk_tries_again(azure: Emulator, workspace: MLClient, status: int) -> None:
    """A passing failure is retried and the user never hears of it (SDK source)."""
    azure.faults.on(GET, HttpFault(status))

    assert workspace.workspaces.get("acceptance").name == "acceptance"
    assert _statuses(azure) == [status, 200]


def test_retries_wait_virtually(azure: Emulator, workspace: MLClient) -> None:
    """The waits between attempts are on the emulator's clock."""
    for nth in (1, 2, 3):
        azure.faults.on(GET, HttpFault(503), nth=nth)
    workspace.workspaces.get("acceptance")

    assert _statuses(azure) == [503, 503, 503, 200]
    assert azure.clock.slept > 0


def test_retries_end(azure: Emulator, workspace: MLClient) -> None:
    """A failure that stays is raised after the SDK's last attempt, with its own code."""
    for nth in range(1, 20):
        azure.faults.on(GET, HttpFault(503, "ServiceUnavailable", "down"), nth=nth)

    with pytest.raises(HttpResponseError, match=r"\(ServiceUnavailable\) down"):
        workspace.workspaces.get("acceptance")


@pytest.mark.parametrize("status", [400, 403, 404, 409])
def test_a_refusal_is_not_retried(azure: Emulator, workspace: MLClient, status: int) -> None:
    """A refusal reaches the user at once, with status, code and message."""
    azure.faults.on(GET, HttpFault(status, "MyCode", "my words"))

    with pytest.raises(HttpResponseError, match=r"\(MyCode\) my words") as raised:
        workspace.workspaces.get("acceptance")
    assert (raised.value.status_code, _statuses(azure)) == (status, [status])


def test_a_fault_strikes_at_its_turn(azure: Emulator) -> None:
    """The nth call meets the fault, the others are served."""
    azure.faults.on(GET, HttpFault(500), nth=3)

    assert [ask(azure, "GET", "").status_code for _ in range(5)] == [200, 200, 500, 200, 200]


@pytest.mark.parametrize(("when", "made"), [("before", False), ("after", True)])
def test_before_or_after_the_work(azure: Emulator, when: Any, made: bool) -> None:
    """A fault before the work leaves nothing behind; one after it hides that the work was done."""
    azure.faults.on("EnvironmentsVersions_CreateOrUpdate", HttpFault(500), when=when)
    answer = ask(azure, "PUT", "/environments/e/versions/1", {"properties": {"image": "i"}})

    assert answer.status_code == 500
    assert (ask(azure, "GET", "/environments/e/versions/1").status_code == 200) is made


@pytest.mark.parametrize("kind", ["reset", "timeout"])
def test_a_broken_connection_is_retried(azure: Emulator, workspace: MLClient, kind: Any) -> None:
    """A connection that breaks is tried again, and is among the calls with status 0."""
    azure.faults.on(GET, ConnectionFault(kind))

    assert workspace.workspaces.get("acceptance").name == "acceptance"
    assert _statuses(azure) == [0, 200]


@pytest.mark.parametrize(
    ("kind", "error"),
    [("reset", requests.exceptions.ConnectionError), ("timeout", requests.exceptions.ReadTimeout)],
)
def test_requests_sees_its_own_errors(azure: Emulator, kind: Any, error: type[Exception]) -> None:
    """A user of `requests` meets the exception that a real connection would raise."""
    azure.faults.on(GET, ConnectionFault(kind))

    with pytest.raises(error):
        ask(azure, "GET", "")


def test_a_connection_that_stays_broken(azure: Emulator, workspace: MLClient) -> None:
    """After the last attempt azure-core's own error is raised."""
    for nth in range(1, 20):
        azure.faults.on(GET, ConnectionFault("reset"), nth=nth)

    with pytest.raises(ServiceResponseError, match="reset"):
        workspace.workspaces.get("acceptance")


def test_a_body_cut_short_is_noticed(azure: Emulator) -> None:
    """A body with less than its Content-Length is an error for `requests`."""
    azure.faults.on(GET, ConnectionFault("truncated"))

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        ask(azure, "GET", "")


def _blob(azure: Emulator, content: bytes) -> BlobClient:
    home = azure.world.home
    azure.world.blobs.put(home.storage_account, home.default_container, "a.bin", content)
    url = f"https://{home.storage_account}.blob.core.windows.net"
    return BlobClient(url, home.default_container, "a.bin", credential=account_key(0, home.storage_account))


def test_a_download_cut_short_is_repeated(azure: Emulator) -> None:
    """The storage client notices a truncated download and reads it again."""
    content = bytes(range(256)) * 40
    blob = _blob(azure, content)
    azure.faults.on("Blob_Download", ConnectionFault("truncated"))

    assert blob.download_blob().readall() == content
    assert _statuses(azure, "Blob_Download") == [0, 206]


def test_an_upload_that_fails_is_repeated(azure: Emulator, workspace: MLClient, tmp_path: Path) -> None:
    """A model is registered although storage was busy for a moment."""
    (tmp_path / "model.bin").write_bytes(b"weights")
    azure.faults.on("BlockBlob_Upload", HttpFault(503, "ServerBusy"))
    workspace.models.create_or_update(Model(name="m", version="1", path=tmp_path / "model.bin"))

    assert _statuses(azure, "BlockBlob_Upload") == [503, 201]


def test_a_failed_poll_does_not_fail_the_operation(azure: Emulator, workspace: MLClient) -> None:
    """A poll that breaks is repeated, and the cluster is there in the end."""
    azure.faults.on("ComputeOperationsStatus_Get", HttpFault(503))

    assert create_cluster(workspace).provisioning_state == "Succeeded"


def test_a_lost_answer_is_not_a_lost_resource(azure: Emulator, workspace: MLClient) -> None:
    """When the answer to a PUT is lost, the repeated PUT finds the resource and succeeds."""
    azure.faults.on("Compute_CreateOrUpdate", ConnectionFault("reset"), when="after")

    assert create_cluster(workspace).provisioning_state == "Succeeded"
    assert _statuses(azure, "Compute_CreateOrUpdate") == [0, 201]


def test_faults_come_in_the_envelope_of_their_service(azure: Emulator) -> None:
    """A fault on the data plane has the data plane's form."""
    azure.faults.on("Runs_Get", HttpFault(500, "Boom", "bang"))
    answer = ask(azure, "GET", history(azure, "/runs/r"), version=None)

    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "Boom")
    assert "componentName" in answer.json()
