"""Writing blobs, with the client that writes to Azure: `azure-storage-blob`."""

from __future__ import annotations

import random
from base64 import b64encode
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobBlock, ContainerClient

from fakes.emulator import Emulator

MIB = 1 << 20


@pytest.mark.parametrize("validate", [False, True])
def test_twenty_mebibytes_come_back(container: ContainerClient, azure: Emulator, validate: bool) -> None:
    """A file uploaded by blocks, in parallel, is downloaded in parallel as it was."""
    content = random.Random(0).randbytes(20 * MIB)

    container.upload_blob("big", content, max_concurrency=4, validate_content=validate)
    downloaded = container.download_blob("big", max_concurrency=4, validate_content=validate).readall()

    assert downloaded == content
    assert sum("comp=block&" in call.url for call in azure.calls) == 5


def test_a_body_without_a_length_is_uploaded(container: ContainerClient) -> None:
    """A generator, which the client sends in blocks, arrives whole."""
    container.upload_blob("stream", (bytes([n]) * 100_000 for n in range(30)))

    assert container.download_blob("stream").readall() == b"".join(bytes([n]) * 100_000 for n in range(30))


def test_an_upload_is_answered_as_recorded(ask: Any) -> None:
    """Put Blob of `hello world` has the checksums and headers that were recorded in 2023-10."""
    reply = ask(
        "PUT", "hello.txt", data=b"hello world", headers={"x-ms-version": "2022-11-02", "x-ms-blob-type": "BlockBlob"}
    )

    assert (reply.status_code, reply.content) == (201, b"")
    assert reply.headers["Content-MD5"] == "XrY7u+Ae7tCTyyK7j1rNww=="
    assert reply.headers["x-ms-content-crc64"] == "vo7q9sPVKY0="
    assert reply.headers["x-ms-request-server-encrypted"] == "true"
    assert reply.headers["x-ms-version"] == "2022-11-02"
    assert reply.headers["ETag"].startswith('"0x8D')


def test_an_upload_overwrites_nothing_unasked(container: ContainerClient) -> None:
    """The client's default, If-None-Match: *, is refused when the blob exists."""
    container.upload_blob("a", b"old")

    with pytest.raises(ResourceExistsError) as refused:
        container.upload_blob("a", b"new")

    assert (refused.value.status_code, refused.value.error_code) == (409, "BlobAlreadyExists")
    assert container.download_blob("a").readall() == b"old"


def test_blocks_overwrite_nothing_unasked(container: ContainerClient) -> None:
    """The same holds for an upload by blocks."""
    container.upload_blob("a", b"old")

    with pytest.raises(ResourceExistsError) as refused:
        container.upload_blob("a", bytes(2 * MIB))

    assert (refused.value.status_code, refused.value.error_code) == (409, "BlobAlreadyExists")


@pytest.mark.parametrize("size", [10, 2 * MIB])
def test_content_with_another_md5_is_refused(ask: Any, size: int) -> None:
    """A body damaged on its way is not stored."""
    wrong = b64encode(bytes(16)).decode()

    reply = ask("PUT", "a", data=bytes(size), headers={"x-ms-blob-type": "BlockBlob", "Content-MD5": wrong})

    assert (reply.status_code, reply.headers["x-ms-error-code"]) == (400, "Md5Mismatch")
    assert ask("GET", "a").status_code == 404


def test_metadata_confirms_an_upload(container: ContainerClient) -> None:
    """Set Blob Metadata replaces what was there and changes the tag, as the SDK's confirmation does."""
    blob = container.upload_blob("a", b"1", metadata={"old": "1"})
    before = blob.get_blob_properties().etag

    after = blob.set_blob_metadata({"name": "n", "version": "1", "upload_status": "completed"})

    assert blob.get_blob_properties().metadata == {"name": "n", "version": "1", "upload_status": "completed"}
    assert after["etag"] != before


def test_a_log_grows(container: ContainerClient) -> None:
    """An append blob is created empty, appended to and counts its pieces."""
    log = container.get_blob_client("log.txt")
    log.create_append_blob()
    log.append_block(b"one\n")
    log.append_block(b"two\n")

    assert log.download_blob().readall() == b"one\ntwo\n"
    assert log.get_blob_properties().append_blob_committed_block_count == 2


def test_appending_at_another_position_is_refused(container: ContainerClient) -> None:
    """A writer who does not know of another's piece does not append behind it."""
    log = container.get_blob_client("log.txt")
    log.create_append_blob()
    log.append_block(b"one\n")

    with pytest.raises(HttpResponseError) as refused:
        log.append_block(b"two\n", appendpos_condition=0)

    assert (refused.value.status_code, refused.value.error_code) == (412, "AppendPositionConditionNotMet")


def test_a_block_list_tells_what_is_committed(container: ContainerClient) -> None:
    """Staged blocks are uncommitted until a list names them."""
    blob = container.get_blob_client("a")
    blob.stage_block("AA==", b"1")
    blob.stage_block("BB==", b"22")
    staged = blob.get_block_list("all")
    blob.commit_block_list([BlobBlock("BB==")])

    committed = blob.get_block_list("all")

    assert [[block.id for block in blocks] for blocks in staged] == [[], ["AA==", "BB=="]]
    assert [[(block.id, block.size) for block in blocks] for blocks in committed] == [[("BB==", 2)], []]


def test_an_unknown_block_is_refused(container: ContainerClient) -> None:
    """A block list that names what was never staged makes no blob."""
    with pytest.raises(HttpResponseError) as refused:
        container.get_blob_client("a").commit_block_list([BlobBlock("AA==")])

    assert (refused.value.status_code, refused.value.error_code) == (400, "InvalidBlockList")


def test_a_deleted_blob_is_gone(container: ContainerClient) -> None:
    """After a delete the blob does not exist, and a second delete says so."""
    blob = container.upload_blob("a", b"1")
    blob.delete_blob()

    with pytest.raises(ResourceNotFoundError) as refused:
        blob.delete_blob()

    assert (refused.value.status_code, refused.value.error_code) == (404, "BlobNotFound")
    assert not blob.exists()
