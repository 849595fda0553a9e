"""Who may use a storage account, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.storage.blob import BlobServiceClient, ContainerClient

from fakes.emulator import Emulator
from fakes.world.storage_keys import account_key, container_sas


def test_a_signature_for_a_container_writes_to_its_root(azure: Emulator, container: ContainerClient, key: str) -> None:
    """The signature of a pending upload creates, reads and lists, and deletes nothing (sp=rcwl)."""
    sas = container_sas(key, container.account_name, container.container_name, azure.clock.now(), 1)
    root = ContainerClient.from_container_url(f"{container.url}?{sas}")
    root.upload_blob("root.txt", b"1")

    with pytest.raises(HttpResponseError) as refused:
        root.delete_blob("root.txt")

    assert (refused.value.status_code, refused.value.error_code) == (403, "AuthorizationPermissionMismatch")
    assert [blob.name for blob in root.list_blobs()] == ["root.txt"]


def test_a_signature_expires_on_the_virtual_clock(azure: Emulator, ask: Any) -> None:
    """When its hour has passed a signature opens nothing, and the refusal says when it expired."""
    azure.clock.advance(timedelta(hours=1).total_seconds())

    reply = ask("GET", "a")

    assert (reply.status_code, reply.headers["x-ms-error-code"]) == (403, "AuthenticationFailed")
    assert "Signature not valid in the specified time frame" in reply.text


def test_a_token_of_entra_opens_the_account(azure: Emulator, container: ContainerClient, account: str) -> None:
    """A credential gets a token for storage and reads with it."""
    container.upload_blob("a", b"1")
    service = BlobServiceClient(f"https://{account}.blob.core.windows.net", credential=azure.credential)

    assert service.get_blob_client(container.container_name, "a").download_blob().readall() == b"1"


def test_a_token_for_another_service_is_refused(azure: Emulator, container: ContainerClient) -> None:
    """The refusal names where a token for storage is had."""
    token = azure.credential.get_token("https://management.azure.com/.default").token

    reply = requests.get(f"{container.url}/a", headers={"Authorization": f"Bearer {token}"})

    assert (reply.status_code, reply.headers["x-ms-error-code"]) == (401, "InvalidAuthenticationInfo")
    assert reply.headers["WWW-Authenticate"].endswith("resource_id=https://storage.azure.com")


def test_another_key_is_refused(account: str, container: ContainerClient) -> None:
    """A request signed with a wrong account key is not authentic."""
    stranger = BlobServiceClient(f"https://{account}.blob.core.windows.net", credential=account_key(99, account))

    with pytest.raises(ClientAuthenticationError) as refused:
        stranger.get_blob_client(container.container_name, "a").get_blob_properties()

    assert (refused.value.status_code, refused.value.error_code) == (403, "AuthenticationFailed")


def test_public_access_is_off(container: ContainerClient) -> None:
    """Without any credential nothing is read."""
    reply = requests.get(f"{container.url}/a")

    assert (reply.status_code, reply.headers["x-ms-error-code"]) == (409, "PublicAccessNotPermitted")


def test_what_is_not_served_says_so(ask: Any) -> None:
    """An operation that nobody implements answers 501 with its name, never with a guess."""
    reply = ask("PUT", "a", "comp=lease")

    assert reply.status_code == 501
    assert "'comp': 'lease'" in reply.text


@pytest.mark.parametrize(
    ("method", "query", "headers", "expected"),
    [
        ("GET", "", {"Range": "bytes=-5"}, "InvalidHeaderValue"),
        ("GET", "", {"If-Modified-Since": "yesterday"}, "InvalidHeaderValue"),
        ("PUT", "", {}, "MissingRequiredHeader"),
        ("PUT", "", {"x-ms-blob-type": "BlockBlob", "Content-MD5": "?"}, "InvalidMd5"),
        ("PUT", "comp=metadata", {"x-ms-meta-a.b": "1"}, "InvalidMetadata"),
        ("PUT", "comp=block&blockid=!", {}, "InvalidQueryParameterValue"),
        ("PUT", "comp=blocklist", {}, "InvalidXmlDocument"),
    ],
)
def test_bad_input_has_a_code(ask: Any, method: str, query: str, headers: dict[str, str], expected: str) -> None:
    """What cannot be understood is refused with 400 and a code."""
    ask("PUT", "a", data=b"1", headers={"x-ms-blob-type": "BlockBlob"})

    reply = ask(method, "a", query, headers=headers)

    assert (reply.status_code, reply.headers["x-ms-error-code"]) == (400, expected)
