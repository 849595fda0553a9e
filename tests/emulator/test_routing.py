"""How a request finds its operation, and what every answer of ARM carries."""

from __future__ import annotations

import pytest
import requests
from bare import ARM, ask, bearer, workspace_id
from hypothesis import given
from hypothesis import strategies as st

from fakes.emulator import Emulator
from fakes.emulator.routing import Evidence, Route, RouteTable
from fakes.emulator.services import FAMILIES

PATH = "/subscriptions/<subscription>/providers/Microsoft.X/things/<thing>"


def _never(_call: object) -> object:
    raise AssertionError("a table finds routes and calls none")


def _table() -> RouteTable:
    rows = (("Things_Get", "GET", PATH), ("Things_Delete", "DELETE", PATH), ("Things_List", "GET", PATH[:-8]))
    return RouteTable([Route(name, method, path, _never, Evidence.INFERRED) for name, method, path in rows])


def _operation(method: str, path: str) -> str | None:
    match = _table().match(method, path)
    return match.route.operation if match else None


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("GET", "/subscriptions/s/providers/Microsoft.X/things/t", "Things_Get"),
        ("DELETE", "/subscriptions/s/providers/Microsoft.X/things/t", "Things_Delete"),
        ("GET", "/subscriptions/s/providers/Microsoft.X/things", "Things_List"),
        ("HEAD", "/subscriptions/s/providers/Microsoft.X/things/t", None),
        ("PUT", "/subscriptions/s/providers/Microsoft.X/things/t", None),
        ("GET", "/subscriptions/s/providers/Microsoft.X/things/t/more", None),
        ("GET", "/subscriptions/s", None),
    ],
)
def test_method_and_path_name_an_operation(method: str, path: str, operation: str | None) -> None:
    """Exactly one operation answers, or none."""
    assert _operation(method, path) == operation


@given(st.text("abcXYZ019-_.:", min_size=1), st.text("abcXYZ019-_.:", min_size=1))
def test_values_are_kept_as_they_are(subscription: str, thing: str) -> None:
    """What stands between the fixed segments reaches the handler unchanged."""
    match = _table().match("GET", f"/subscriptions/{subscription}/providers/Microsoft.X/things/{thing}")

    assert match is not None
    assert match.params == {"subscription": subscription, "thing": thing}


@given(st.lists(st.booleans(), min_size=40, max_size=40))
def test_fixed_segments_have_no_case(capitals: list[bool]) -> None:
    """Azure compares the fixed segments of a path without regard to case, and keeps the values."""
    path = "/subscriptions/s/providers/Microsoft.X/things"
    spelled = "".join(c.upper() if up else c.lower() for c, up in zip(path, capitals * 2, strict=False))
    match = _table().match("GET", spelled.replace("/S/", "/s/") + "/Thing")

    assert match is not None
    assert match.params == {"subscription": "s", "thing": "Thing"}


def test_one_word_may_be_spelled_in_two_ways() -> None:
    """Two templates that differ in case alone, as resourceGroups does at ARM, answer for both spellings."""
    rows = (("Things_Get", "/resourceGroups/<group>/things"), ("Groups_Get", "/resourcegroups/<group>"))
    table = RouteTable([Route(name, "GET", path, _never, Evidence.INFERRED) for name, path in rows])
    asked = ("/resourceGroups/g/things", "/RESOURCEGROUPS/g/THINGS", "/resourcegroups/g", "/resourceGroups/g")
    matches = [table.match("GET", path) for path in asked]

    assert [match and match.route.operation for match in matches] == ["Things_Get"] * 2 + ["Groups_Get"] * 2


def test_arm_has_no_case(azure: Emulator) -> None:
    """A workspace is found in capitals as well."""
    assert ask(azure, "GET", f"{ARM}{workspace_id(azure).upper()}").status_code == 200


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/schedules/s"), ("PATCH", "/models/m"), ("GET", "/models/m/x/y/z")]
)
def test_an_unserved_request_names_itself(azure: Emulator, method: str, path: str) -> None:
    """What is not served is a 501 that says what was asked for and where the list is."""
    answer = ask(azure, method, path)
    error = answer.json()["error"]

    assert (answer.status_code, error["code"]) == (501, "NotImplemented")
    assert f"does not serve {method} {workspace_id(azure)}{path} on arm hosts" in error["message"]
    assert "docs/coverage.md" in error["message"]


def test_it_is_among_the_calls(azure: Emulator) -> None:
    """A test can find what was not served in the emulator's calls."""
    ask(azure, "GET", "/schedules/s")

    assert [(call.operation, call.status) for call in azure.calls] == [("(no route)", 501)]


@pytest.mark.parametrize(
    ("version", "status", "code"),
    [
        (None, 400, "MissingApiVersionParameter"),
        ("latest", 400, "InvalidApiVersionParameter"),
        ("2024-13-01", 400, "InvalidApiVersionParameter"),
        ("2024-10-01-preview", 200, None),
        ("2021-10-01-dataplanepreview", 200, None),
    ],
)
def test_every_request_names_its_version(azure: Emulator, version: str | None, status: int, code: str | None) -> None:
    """ARM refuses a request without a well-formed api-version (code documented)."""
    answer = ask(azure, "GET", "", version=version)

    assert answer.status_code == status
    assert answer.json().get("error", {}).get("code") == code


def test_arm_s_headers(azure: Emulator) -> None:
    """Correlation, quota and caching headers are on every answer (recorded)."""
    headers = ask(azure, "GET", "").headers

    assert headers["Cache-Control"] == "no-cache"
    assert headers["x-ms-response-type"] == "standard"
    assert headers["x-ms-routing-request-id"].startswith("EASTUS2:20240510T120000Z:")
    assert "x-ms-ratelimit-remaining-subscription-reads" in headers


@pytest.mark.parametrize(("method", "bucket"), [("GET", "reads"), ("PUT", "writes"), ("DELETE", "deletes")])
def test_each_method_has_its_quota(azure: Emulator, method: str, bucket: str) -> None:
    """Reads, writes and deletions are counted apart (recorded 2026-03)."""
    body = {"properties": {"image": "i"}} if method == "PUT" else None
    headers = ask(azure, method, "/environments/e/versions/1", body).headers

    assert f"x-ms-ratelimit-remaining-subscription-global-{bucket}" in headers


def test_a_body_that_is_no_json_is_refused(azure: Emulator) -> None:
    """Broken JSON is a 400 and no traceback."""
    url = f"{ARM}{workspace_id(azure)}/jobs/j?api-version=2024-10-01"
    answer = requests.put(url, data=b"{", headers=bearer(azure), timeout=5)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "InvalidRequestContent")


@pytest.mark.parametrize("text", ["[]", "{}", '{"properties": []}'])
def test_a_body_without_properties_is_refused(azure: Emulator, text: str) -> None:
    """A PUT must have a `properties` object."""
    url = f"{ARM}{workspace_id(azure)}/jobs/j?api-version=2024-10-01"
    answer = requests.put(url, data=text, headers=bearer(azure), timeout=5)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "InvalidRequestContent")


def test_no_two_families_own_a_host() -> None:
    """Every host of Azure ML belongs to one family."""
    hosts = (
        "management.azure.com",
        "eastus.api.azureml.ms",
        "cert-eastus.experiments.azureml.net",
        "account.blob.core.windows.net",
        "endpoint.eastus.inference.ml.azure.com",
        "login.microsoftonline.com",
    )

    assert [sum(family.values(host) is not None for family in FAMILIES) for host in hosts] == [1] * 6
