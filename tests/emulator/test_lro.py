"""Long-running operations: their URLs, the answers to polls, and how long they are waited for."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from azure.ai.ml import MLClient
from azure.ai.ml.entities import ManagedOnlineEndpoint
from bare import ARM, ask, location_id
from fine_tuning_job import create_cluster

from fakes.emulator import Emulator

ENDPOINT = {"location": "eastus2", "properties": {"authMode": "Key", "traffic": {}}}
COMPUTE = {
    "location": "eastus2",
    "properties": {
        "computeType": "AmlCompute",
        "properties": {"vmSize": "Standard_DS3_v2", "scaleSettings": {"maxNodeCount": 1}},
    },
}


def _poll(azure: Emulator, url: str) -> Any:
    return ask(azure, "GET", url, version=None)


def test_a_poll_while_it_runs_and_when_it_is_done(azure: Emulator) -> None:
    """`mfeOperationsStatus` says Updating until Succeeded, with a date of year 1 until it ends (recorded 2026-03)."""
    url = ask(azure, "PUT", "/onlineEndpoints/chat-1", ENDPOINT).headers["Azure-AsyncOperation"]
    running = _poll(azure, url).json()
    azure.clock.advance(1)
    done = _poll(azure, url).json()

    assert (running["status"], done["status"]) == ("Updating", "Succeeded")
    assert (running["endTime"], done["endTime"][:10]) == ("0001-01-01T00:00:00+00:00", "2024-05-10")
    assert (running["percentComplete"], done["percentComplete"]) == (0.0, 0.0)


def test_an_operation_is_named_by_kind_and_workspace(azure: Emulator) -> None:
    """The id of an endpoint's operation is `oeidp:{workspaceId}:{guid}`, its colons unescaped (recorded 2024)."""
    url = ask(azure, "PUT", "/onlineEndpoints/chat-1", ENDPOINT).headers["Azure-AsyncOperation"]

    assert f"/locations/eastus2/mfeOperationsStatus/oeidp:{azure.world.home.workspace_id}:" in url


def test_signed_urls_are_long(azure: Emulator) -> None:
    """ARM signs a poll URL with t, c, s and h, which makes it longer than 3 KB (recorded 2024 to 2026)."""
    url = ask(azure, "PUT", "/onlineEndpoints/chat-1", ENDPOINT).headers["Azure-AsyncOperation"]
    parameters = parse_qs(urlsplit(url).query, strict_parsing=True)

    assert len(url) > 3_000
    assert list(parameters) == ["api-version", "t", "c", "s", "h"]
    assert (len(parameters["s"][0]), len(parameters["h"][0])) == (342, 43)


def test_signed_urls_come_back_verbatim(azure: Emulator, workspace: MLClient) -> None:
    """The SDK polls exactly the URL that it was given."""
    workspace.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(name="chat-1")).result()
    polls = {call.url for call in azure.calls if call.operation == "OperationsStatus_Get"}
    (url,) = polls

    assert [len(value[0]) for value in parse_qs(urlsplit(url).query).values()][2:] == [2860, 342, 43]


def test_two_urls_of_one_answer_are_signed_apart(azure: Emulator) -> None:
    """Status URL and result URL of a deletion carry different signatures (recorded)."""
    ask(azure, "PUT", "/onlineEndpoints/chat-1", ENDPOINT)
    azure.clock.advance(1)
    headers = ask(azure, "DELETE", "/onlineEndpoints/chat-1").headers
    signatures = {parse_qs(urlsplit(headers[name]).query)["s"][0] for name in ("Azure-AsyncOperation", "Location")}

    assert len(signatures) == 2


def test_a_result_url_is_accepted_until_it_is_done(azure: Emulator) -> None:
    """`mfeOperationResults` answers 202 with its own Location while it runs, then 200 (recorded)."""
    ask(azure, "PUT", "/onlineEndpoints/chat-1", ENDPOINT)
    azure.clock.advance(1)
    url = ask(azure, "DELETE", "/onlineEndpoints/chat-1").headers["Location"]
    running = _poll(azure, url)
    azure.clock.advance(1)

    assert (running.status_code, running.headers["Location"]) == (202, url)
    assert _poll(azure, url).status_code == 200


def test_a_compute_s_operation(azure: Emulator) -> None:
    """A compute is polled unsigned and InProgress, and done in two words and a number (recorded)."""
    url = ask(azure, "PUT", "/computes/gpu", COMPUTE).headers["Azure-AsyncOperation"]
    running = _poll(azure, url).json()
    azure.clock.advance(1)

    assert url.endswith("&service=new")
    assert running == {"status": "InProgress"}
    assert _poll(azure, url).json() == {"status": "Succeeded", "percentComplete": 100.0}


@pytest.mark.parametrize(
    "collection", ["mfeOperationsStatus", "mfeOperationResults", "computeOperationsStatus", "registryOperationsStatus"]
)
def test_an_unknown_operation_is_not_found(azure: Emulator, collection: str) -> None:
    """The 404 carries OperationNotFound as its detail (recorded)."""
    answer = ask(azure, "GET", f"{ARM}{location_id(azure)}/{collection}/none")
    error = answer.json()["error"]

    assert (answer.status_code, error["code"]) == (404, "NotFound")
    assert [(detail["code"], detail["message"]) for detail in error["details"]] == [
        ("OperationNotFound", "There is no operation with id none.")
    ]


def test_a_poll_does_not_end_an_operation(azure: Emulator) -> None:
    """An operation that is polled without waiting runs on."""
    url = ask(azure, "PUT", "/computes/gpu", COMPUTE).headers["Azure-AsyncOperation"]

    assert {_poll(azure, url).json()["status"] for _ in range(20)} == {"InProgress"}


def test_the_sdk_waits_its_own_time(azure: Emulator, workspace: MLClient) -> None:
    """Azure sends no Retry-After (recorded), so the SDK polls every 30 s by its own default."""
    create_cluster(workspace)

    assert azure.clock.slept == 30


def test_no_answer_says_when_to_come_back(azure: Emulator) -> None:
    """No recorded answer has a Retry-After header, and none is sent here."""
    put = ask(azure, "PUT", "/computes/gpu", COMPUTE)
    answers = [put, _poll(azure, put.headers["Azure-AsyncOperation"])]
    answers.append(ask(azure, "PUT", "/onlineEndpoints/chat-1", ENDPOINT))
    answers.append(_poll(azure, answers[-1].headers["Azure-AsyncOperation"]))

    assert [name for answer in answers for name in answer.headers if "retry" in name.lower()] == []


def test_an_accepted_change_says_how_long_it_may_take(azure: Emulator) -> None:
    """Endpoints, and the actions on them, are given half an hour (recorded)."""
    answer = ask(azure, "PUT", "/onlineEndpoints/chat-1", ENDPOINT)

    assert answer.headers["x-ms-async-operation-timeout"] == "PT30M"
