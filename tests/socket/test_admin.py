"""The server's own interface: what exists, what was asked, the clock, faults, plants, and a fresh start."""

from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

ENDPOINT = {"location": "eastus2", "properties": {"authMode": "Key"}, "tags": {"harness-run": "r1"}}
JOB_FAILS = {"operation": "job", "fault": "failure", "message": "CUDA out of memory"}


def _held(wire: Wire, kind: str) -> list[dict[str, Any]]:
    resources = wire.admin("GET", "/admin/dump").json()["resources"]
    return [resource for resource in resources if resource["kind"] == kind]


def test_it_is_well(wire: Wire) -> None:
    """/healthz says that it serves."""
    assert wire.admin("GET", "/healthz").json() == {"status": "ok"}


def test_dump_tells_what_exists_and_what_of_it_bills(wire: Wire) -> None:
    """Each resource comes with kind, name, state, tags, and whether it costs money."""
    wire.ask("PUT", "/onlineEndpoints/e-one", ENDPOINT)
    wire.ask("PUT", "/environments/e/versions/1", {"properties": {"image": "i"}})
    dump = wire.admin("GET", "/admin/dump").json()

    assert dump["billable"] == ["endpoint e-one"]
    assert [resource["kind"] for resource in dump["resources"]] == ["workspace", "endpoint", "environment"]
    told = {name: _held(wire, "endpoint")[0][name] for name in ("name", "scope", "state", "bills", "tags")}
    assert told == {
        "name": "e-one",
        "scope": "acceptance",
        "state": "Creating",
        "bills": True,
        "tags": ENDPOINT["tags"],
    }


def test_calls_are_told_in_order(wire: Wire) -> None:
    """Every exchange with Azure is listed, the server's own are not; `last` takes the newest."""
    wire.ask("GET", "/jobs")
    wire.ask("GET")
    calls = wire.admin("GET", "/admin/calls").json()

    assert [call["operation"] for call in calls] == ["Jobs_List", "Workspaces_Get"]
    assert wire.admin("GET", "/admin/calls?last=1").json() == calls[1:]


def test_the_clock_is_told_and_moved(wire: Wire) -> None:
    """Time stands still until somebody moves it; what falls due then has happened."""
    wire.ask("PUT", "/onlineEndpoints/e-one", ENDPOINT)
    moved = wire.admin("POST", "/admin/clock", {"advance": 90}).json()

    assert moved == {"now": "2024-05-10T12:01:30.0000000+00:00", "time_scale": 0.0}
    assert wire.admin("GET", "/admin/clock").json() == moved
    assert _held(wire, "endpoint")[0]["state"] == "Succeeded"


def test_the_pace_of_time_is_changed(wire: Wire) -> None:
    """From then on virtual time flows, and clients are asked to come again accordingly."""
    wire.admin("POST", "/admin/clock", {"time_scale": 50})
    answer = wire.ask("PUT", "/onlineEndpoints/e-one", ENDPOINT)

    assert wire.admin("GET", "/admin/clock").json()["time_scale"] == 50
    assert answer.headers["retry-after-ms"] == "100"


def test_a_fault_is_armed_and_met_once(wire: Wire) -> None:
    """The second call of the operation fails, the third one does not."""
    fault = {"operation": "Workspaces_Get", "fault": "http", "status": 503, "code": "Busy", "nth": 2}
    assert wire.admin("POST", "/admin/faults", fault).json() == {"armed": "Workspaces_Get", "nth": 2, "when": "before"}

    assert [wire.ask("GET").status_code for _ in range(3)] == [200, 503, 200]


def test_faults_are_listed_and_disarmed(wire: Wire) -> None:
    """What has not happened yet can be seen and taken back."""
    wire.admin("POST", "/admin/faults", JOB_FAILS)
    listed = wire.admin("GET", "/admin/faults").json()

    assert [(fault["operation"], fault["fault"]["message"]) for fault in listed] == [("job", "CUDA out of memory")]
    assert wire.admin("DELETE", "/admin/faults").json() == {"disarmed": 1}
    assert wire.admin("GET", "/admin/faults").json() == []


def test_what_is_planted_is_there(wire: Wire) -> None:
    """Resources are made without a token, below the first workspace, and time passes until they are up."""
    planted = [{"url": "onlineEndpoints/e-one", "body": ENDPOINT, "advance": 60}, {"url": "jobs", "method": "GET"}]
    answer = wire.admin("POST", "/admin/seed", {"requests": planted})

    assert [one["status"] for one in answer.json()] == [201, 200]
    assert wire.ask("GET", "/onlineEndpoints/e-one").json()["properties"]["provisioningState"] == "Succeeded"


def test_a_plant_that_is_refused_says_why(wire: Wire) -> None:
    """What Azure says to it is told."""
    answer = wire.admin("POST", "/admin/seed", {"requests": [{"url": "onlineEndpoints/1", "body": ENDPOINT}]})

    assert answer.status_code == 400
    assert "onlineEndpoints/1?api-version=2024-10-01 was answered with 400: " in answer.json()["error"]["message"]


def test_a_reset_begins_anew(wire: Wire) -> None:
    """Nothing of before is left, and another seed makes other ids, which are told."""
    wire.ask("PUT", "/onlineEndpoints/e-one", ENDPOINT)
    before = wire.admin("GET", "/admin/environment").json()
    fresh = wire.admin("POST", "/admin/reset", {"seed": 7, "catalog": "2024-12"}).json()

    assert (fresh["seed"], fresh["catalog"], fresh["pace"]) == (7, "2024-12", "instant")
    assert fresh["environment"] == wire.admin("GET", "/admin/environment").json() != before
    assert _held(wire, "endpoint") == []


def test_a_reset_with_nothing_else_keeps_the_ids(wire: Wire) -> None:
    """Clients that hold the environment can go on."""
    before = wire.admin("GET", "/admin/environment").json()

    assert wire.admin("POST", "/admin/reset", {}).json()["environment"] == before


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("GET", "/admin/dumps", None, "GET /admin/dumps is not served"),
        ("GET", "/admin/calls?last=some", None, "last is 'some'; expected how many calls"),
        ("POST", "/admin/clock", {"advance": -1}, "advance is -1; a number from 0 to"),
        ("POST", "/admin/clock", {"advance": True}, "advance is true; a number"),
        ("POST", "/admin/clock", {"time_scale": 1e9}, "time_scale is 1000000000.0; a number from 0 to 100000"),
        ("POST", "/admin/clock", {"advence": 1}, "there is no key 'advence'; expected advance, time_scale, nearest"),
        ("POST", "/admin/clock", [1], "a JSON list; an object is expected"),
        ("POST", "/admin/faults", {}, "fault is null; one of http, connection, failure, stuck is expected"),
        ("POST", "/admin/faults", {**JOB_FAILS, "operation": "jobs"}, "expected one of job, deployment, compute"),
        ("POST", "/admin/faults", {**JOB_FAILS, "nth": 0}, "nth is 0; a whole number of at least 1"),
        ("POST", "/admin/faults", {**JOB_FAILS, "when": "then"}, 'when is "then"; one of before, after'),
        ("POST", "/admin/faults", {**JOB_FAILS, "status": 500}, "there is no key 'status'"),
        ("POST", "/admin/faults", {"fault": "http", "operation": "Jobs_Gett", "status": 500}, "nearest: Jobs_Get"),
        ("POST", "/admin/faults", {"fault": "http", "operation": "Jobs_Get", "status": 200}, "at least 400"),
        ("POST", "/admin/faults", {"fault": "http", "operation": "Jobs_Get", "status": 600}, "400 to 599"),
        ("POST", "/admin/faults", {"fault": "connection", "operation": "Jobs_Get", "kind": "slow"}, "reset, timeout"),
        ("POST", "/admin/seed", {"requests": []}, 'expected {"requests": [{"method"'),
        ("POST", "/admin/seed", {"requests": ["x"]}, "an object with method, url and body"),
        ("POST", "/admin/seed", {"requests": [{"url": "https://example.com/"}]}, "a host of ARM or Azure ML"),
        ("POST", "/admin/seed", {"requests": [{"url": "jobs", "method": "LOOK"}]}, "one of PUT, POST"),
        ("POST", "/admin/reset", {"catalog": "2024-05"}, "nearest: '2024-04'|Did you mean '2024-04'"),
        ("POST", "/admin/reset", {"pace": "slow"}, "expected one of"),
        ("POST", "/admin/reset", {"seed": "1"}, 'seed is "1"; a whole number is expected'),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(wire: Wire, method: str, path: str, body: Any, said: str) -> None:
    """A wrong request says what came, what was expected and what is nearest, and changes nothing."""
    before = wire.admin("GET", "/admin/dump").json()
    answer = wire.admin(method, path, body)

    assert answer.status_code in (400, 404)
    assert any(part in answer.json()["error"]["message"] for part in said.split("|"))
    assert wire.admin("GET", "/admin/dump").json() == before


def test_a_body_that_is_no_json_is_refused(wire: Wire) -> None:
    """The refusal says where it stops to be JSON."""
    answer = wire.admin("POST", "/admin/clock", data=b"{")

    assert (answer.status_code, "not valid JSON" in answer.json()["error"]["message"]) == (400, True)


def test_a_web_page_is_not_answered(wire: Wire) -> None:
    """A page in a browser could send a form to loopback; its request has an Origin."""
    assert wire.admin("POST", "/admin/reset", {}, headers={"Origin": "https://evil.example"}).status_code == 403
