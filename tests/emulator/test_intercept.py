"""What a `with Emulator()` block changes in a process, and that it changes it back."""

from __future__ import annotations

import itertools
import threading
import time
from typing import Any

import pytest
import requests
from azure.ai.ml import MLClient, command
from azure.ai.ml._utils import _endpoint_utils
from azure.ai.ml.entities import AmlCompute
from azure.ai.ml.operations import _job_ops_helper
from azure.core import PipelineClient
from azure.core.pipeline.transport import HttpTransport, RequestsTransport
from azure.core.rest import HttpRequest
from azure.storage.blob import BlobServiceClient, _download
from bare import ask
from fine_tuning_job import client_of, create_cluster
from requests.adapters import HTTPAdapter

from fakes.emulator import Emulator
from fakes.emulator.app import EmulatorClosedError
from fakes.emulator.exchange import Request
from fakes.emulator.hosts import UnknownHostError
from fakes.emulator.real_waits import RealWaits
from fakes.world.faults import COMPUTE, ConnectionFault, HttpFault, Stuck
from fakes.world.storage_keys import account_key

DOORS = (
    (RequestsTransport, "send"),
    (HttpTransport, "sleep"),
    (HTTPAdapter, "send"),
    (_job_ops_helper, "time"),
    (_endpoint_utils, "time"),
    (_download, "time"),
)


def _doors() -> list[Any]:
    return [vars(owner).get(name) for owner, name in DOORS]


def _no_sleep(seconds: float) -> None:
    raise AssertionError(f"slept {seconds} s of real time")


def test_the_doors_are_put_back() -> None:
    """After the block every attribute is the very object that it was."""
    before = _doors()
    with Emulator():
        inside = _doors()

    assert _doors() == before
    assert all(a is not b for a, b in zip(inside, before, strict=True))


def test_the_doors_are_put_back_after_an_error() -> None:
    """A block that fails closes its doors too."""
    before = _doors()
    with pytest.raises(ZeroDivisionError), Emulator():
        raise ZeroDivisionError

    assert _doors() == before


def test_an_emulator_without_a_block_changes_nothing() -> None:
    """Making an emulator opens no door."""
    before = _doors()
    Emulator()

    assert _doors() == before


@pytest.mark.parametrize(
    "url", ["https://example.com/", "http://localhost:1/", "https://management.azure.com.evil.example/"]
)
def test_other_hosts_are_refused_by_name(azure: Emulator, url: str) -> None:
    """A request to any other host is not sent, and the refusal names it and says what to do."""
    host = url.split("/")[2].split(":")[0]

    with pytest.raises(UnknownHostError, match=f"'{host}'.*nothing was sent.*outside `with Emulator"):
        requests.get(url, timeout=5)
    assert azure.calls == []


def test_azure_clients_are_refused_too(azure: Emulator) -> None:
    """The refusal is no AzureError, so no retry policy swallows it."""
    client: PipelineClient[Any, Any] = PipelineClient("https://example.com")

    with pytest.raises(UnknownHostError, match=r"example\.com"):
        client.send_request(HttpRequest("GET", "https://example.com/"))
    assert azure.clock.slept == 0


def test_the_innermost_emulator_answers() -> None:
    """In a block within a block the inner emulator answers, and afterwards the outer one again."""
    with Emulator(seed=1) as outer:
        with Emulator(seed=2) as inner:
            found = client_of(inner).workspaces.get("acceptance").id
            assert (found, outer.calls) == (inner.world.home.arm_id, [])

        assert client_of(outer).workspaces.get("acceptance").id == outer.world.home.arm_id


def test_a_closed_emulator_answers_nobody() -> None:
    """A client that outlived its block is told so."""
    with Emulator() as azure:
        request = Request.from_parts("GET", "https://management.azure.com/", {}, b"")

    with pytest.raises(EmulatorClosedError, match=r"has been closed; GET https://management\.azure\.com/ was not sent"):
        azure.app.answer(request)


def test_a_wait_is_virtual(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK waits for a cluster without a single call of `time.sleep`."""
    with Emulator() as azure:
        client = client_of(azure)
        monkeypatch.setattr(time, "sleep", _no_sleep)
        create_cluster(client)

    assert azure.clock.slept == 30


def test_storage_waits_virtually_too(azure: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The retries of the storage client, and of a download cut short, are on the virtual clock as well."""
    home = azure.world.home
    azure.world.blobs.put(home.storage_account, home.default_container, "a", b"abcdef")
    azure.faults.on("Blob_Download", HttpFault(503))
    azure.faults.on("Blob_Download", ConnectionFault("truncated"), nth=2)
    key = account_key(azure.world.seed, home.storage_account)
    service = BlobServiceClient(f"https://{home.storage_account}.blob.core.windows.net", credential=key)
    monkeypatch.setattr(time, "sleep", _no_sleep)

    assert service.get_blob_client(home.default_container, "a").download_blob().readall() == b"abcdef"
    assert azure.clock.slept > 1


def test_real_sleep_is_untouched(azure: Emulator) -> None:
    """`time.sleep` of a user's own code is the real one, and does not move the virtual clock."""
    assert time.sleep.__module__ == "time"
    time.sleep(0)

    assert azure.clock.now() == azure.world.catalogue.opened


def test_streaming_sleeps_virtually(azure: Emulator) -> None:
    """The module that `jobs.stream` sleeps in sees virtual time and everything else of `time`."""
    now = _job_ops_helper.time.time()
    _job_ops_helper.time.sleep(3600)

    assert _job_ops_helper.time.time() == now + 3600
    assert _job_ops_helper.time.strftime is time.strftime


def test_pollers_that_nobody_waited_for_are_stopped() -> None:
    """A poller thread does not outlive the block, and never reaches the network."""
    with Emulator() as azure:
        azure.faults.on(COMPUTE, Stuck())
        cluster = AmlCompute(name="gpu", size="Standard_DS3_v2", max_instances=1)
        client_of(azure).compute.begin_create_or_update(cluster)

    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("LROPoller")] == []


def test_a_scaled_clock_flows_with_real_time() -> None:
    """With `time_scale` real time passes virtual time too, for code that waits by itself."""
    with Emulator(time_scale=10**6) as azure:
        first = azure.clock.now()
        client_of(azure).workspaces.get("acceptance")

        assert azure.clock.now() > first


def test_calls_are_kept(azure: Emulator, workspace: MLClient) -> None:
    """Every exchange is there with its method, URL, status and operation."""
    workspace.workspaces.get("acceptance")
    (call,) = azure.calls

    assert (call.method, call.status, call.operation) == ("GET", 200, "Workspaces_Get")
    assert call.url.startswith(f"https://management.azure.com{azure.world.home.arm_id}?api-version=")


def test_a_session_of_requests_is_answered(azure: Emulator) -> None:
    """A user's own `requests.Session` works, connection headers and all."""
    with requests.Session() as session:
        answer = session.get("https://eastus2.api.azureml.ms/discovery", timeout=5)

    assert answer.ok
    assert answer.request.url == "https://eastus2.api.azureml.ms/discovery"
    assert int(answer.headers["Content-Length"]) == len(answer.content)


def test_a_streamed_answer_is_read_in_parts(azure: Emulator) -> None:
    """`stream=True` gives a body that is read piece by piece."""
    answer = requests.get("https://eastus2.api.azureml.ms/discovery", stream=True, timeout=5)

    assert b"".join(answer.iter_content(7)).startswith(b'{"api":')


def test_threads_share_one_azure(azure: Emulator) -> None:
    """Clients in several threads are all answered."""
    answers: list[int] = []

    def work() -> None:
        answers.extend(ask(azure, "GET", "").status_code for _ in range(10))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [200] * 40


def test_a_loop_of_one_s_own_comes_to_its_end(azure: Emulator, workspace: MLClient) -> None:
    """A client that polls in real time is not left waiting for a clock that stands still."""
    real = itertools.count(0, 1)
    azure.app.waits = RealWaits(azure.clock, lambda: float(next(real)))
    made = command(command="true", environment="AzureML-sklearn-1.0-ubuntu20.04-py38-cpu@latest")
    job = workspace.jobs.create_or_update(made)
    polls = 0
    while workspace.jobs.get(job.name).status != "Completed" and polls < 100:
        polls += 1

    assert 0 < polls < 100


def test_a_clock_of_scale_zero_stands_still() -> None:
    """With `time_scale=0` nobody is waited for in real time."""
    with Emulator(time_scale=0) as azure:
        assert azure.app.waits is None
