"""The application behind a WSGI server answers as it does in the process."""

from __future__ import annotations

from typing import Any

import pytest
from bare import ask, bearer, workspace_id
from werkzeug.test import Client, TestResponse

from fakes.emulator import Emulator


def _served(azure: Emulator, method: str, path: str, **options: Any) -> TestResponse:
    host = options.pop("host", "management.azure.com")
    headers = options.pop("headers", bearer(azure))
    return Client(azure.app).open(path, base_url=f"https://{host}", method=method, headers=headers, **options)


@pytest.mark.parametrize(
    "path", ["", "/datastores/workspaceblobstore", "/models/none/versions", "/onlineEndpoints", "/jobs"]
)
def test_both_doors_give_the_same(azure: Emulator, path: str) -> None:
    """Status and body of an answer are the same over WSGI and in the process."""
    served = _served(azure, "GET", f"{workspace_id(azure)}{path}?api-version=2024-10-01")
    carried = ask(azure, "GET", path)

    assert (served.status_code, served.json) == (carried.status_code, carried.json())


def test_both_doors_give_the_same_headers(azure: Emulator) -> None:
    """Apart from identifiers of the request, the headers are the same too."""
    served = _served(azure, "GET", f"{workspace_id(azure)}?api-version=2024-10-01").headers
    carried = ask(azure, "GET", "").headers

    assert sorted(name.lower() for name, _ in served) == sorted(name.lower() for name in carried)
    assert served["x-ms-response-type"] == carried["x-ms-response-type"] == "standard"


def test_a_body_arrives(azure: Emulator) -> None:
    """What is sent over WSGI is created, and seen in the process."""
    path = f"{workspace_id(azure)}/environments/e/versions/1?api-version=2024-10-01"
    served = _served(azure, "PUT", path, json={"properties": {"image": "i"}})

    assert served.status_code == 201
    assert ask(azure, "GET", "/environments/e/versions/1").json()["properties"]["image"] == "i"


def test_the_host_header_names_the_service(azure: Emulator) -> None:
    """One server carries every host of Azure: the Host header tells them apart."""
    served = _served(azure, "GET", "/discovery", host="westeurope.api.azureml.ms", headers={})

    assert served.json is not None
    assert served.json["api"] == "https://westeurope.api.azureml.ms"


def test_an_empty_answer_stays_empty(azure: Emulator) -> None:
    """A 204 has neither body nor length."""
    served = _served(azure, "DELETE", f"{workspace_id(azure)}/onlineEndpoints/none?api-version=2024-10-01")

    assert (served.status_code, served.data, served.headers.get("Content-Length")) == (204, b"", None)


def test_a_blob_is_streamed(azure: Emulator) -> None:
    """A blob comes in chunks with its length announced."""
    home, content = azure.world.home, b"x" * 3_000_000
    azure.world.blobs.put(home.storage_account, home.default_container, "big", content)
    asked = {"expirableSecret": True, "expireAfterHours": 1}
    sas = ask(azure, "POST", "/datastores/workspaceblobstore/listSecrets", asked).json()["sasToken"]
    host = f"{home.storage_account}.blob.core.windows.net"
    served = _served(azure, "GET", f"/{home.default_container}/big{sas}", host=host, headers={})

    assert (served.status_code, served.headers["Content-Length"]) == (200, "3000000")
    assert served.data == content


def test_an_unserved_request_names_itself(azure: Emulator) -> None:
    """A 501 is a 501 over a socket too."""
    served = _served(azure, "GET", f"{workspace_id(azure)}/schedules/s?api-version=2024-10-01")

    assert served.status_code == 501
    assert "/schedules/s" in served.text


def test_calls_of_both_doors_are_kept(azure: Emulator) -> None:
    """The emulator's calls hold what came over WSGI as well."""
    _served(azure, "GET", f"{workspace_id(azure)}?api-version=2024-10-01")
    ask(azure, "GET", "")

    assert [call.operation for call in azure.calls] == ["Workspaces_Get"] * 2
