"""Reading blobs, with the client that reads from Azure."""

from __future__ import annotations

from base64 import b64encode
from hashlib import md5
from typing import Any

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob import BlobServiceClient, ContainerClient

from fakes.emulator import Emulator

MIB = 1 << 20


def test_properties_are_those_recorded(container: ContainerClient, azure: Emulator) -> None:
    """HEAD tells size, checksum, metadata, tier, lease and times on the virtual clock."""
    container.upload_blob("a.txt", b"hello world", metadata={"name": "data-1", "upload_status": "completed"})

    found = container.get_blob_client("a.txt").get_blob_properties()

    assert (found.size, found.blob_tier, found.lease.state) == (11, "Hot", "available")
    assert found.metadata == {"name": "data-1", "upload_status": "completed"}
    assert bytes(found.content_settings.content_md5) == md5(b"hello world").digest()
    assert found.last_modified == found.creation_time == azure.clock.now().replace(microsecond=0)


def test_a_missing_blob_has_its_code_in_a_header_alone(ask: Any) -> None:
    """HEAD of a missing blob answers 404 without a body (recorded)."""
    reply = ask("HEAD", "missing")

    assert (reply.status_code, reply.content) == (404, b"")
    assert reply.headers["x-ms-error-code"] == "BlobNotFound"


def test_a_missing_container_has_its_own_code(service: BlobServiceClient) -> None:
    """Whatever is asked in a container that does not exist, the container is what is missing."""
    with pytest.raises(ResourceNotFoundError) as refused:
        service.get_container_client("missing").upload_blob("a", b"1")

    assert (refused.value.status_code, refused.value.error_code) == (404, "ContainerNotFound")


def test_a_range_is_answered_with_206(ask: Any) -> None:
    """A range that reaches past the end gives what there is and says how much (recorded)."""
    ask("PUT", "a", data=b"0123456789", headers={"x-ms-blob-type": "BlockBlob"})

    reply = ask("GET", "a", headers={"x-ms-range": "bytes=4-33554431"})

    assert (reply.status_code, reply.content) == (206, b"456789")
    assert reply.headers["Content-Range"] == "bytes 4-9/10"
    assert "Content-MD5" not in reply.headers


def test_checksums_are_of_what_was_asked_for(ask: Any) -> None:
    """A whole download has the blob's MD5; a range has its own when asked, beside the blob's."""
    ask("PUT", "a", data=b"0123456789", headers={"x-ms-blob-type": "BlockBlob"})
    asked = {"x-ms-range": "bytes=0-3", "x-ms-range-get-content-md5": "true"}

    whole, part = ask("GET", "a").headers, ask("GET", "a", headers=asked).headers

    of_whole, of_part = (b64encode(md5(data).digest()).decode() for data in (b"0123456789", b"0123"))
    assert whole["Content-MD5"] == of_whole
    assert (part["Content-MD5"], part["x-ms-blob-content-md5"]) == (of_part, of_whole)


def test_a_range_of_an_empty_blob_is_answered_with_416(ask: Any) -> None:
    """The refusal is XML behind a byte order mark, with the size in Content-Range (recorded)."""
    ask("PUT", "a", data=b"", headers={"x-ms-blob-type": "BlockBlob"})

    reply = ask("GET", "a", headers={"x-ms-range": "bytes=0-33554431"})

    start = '\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>InvalidRange</Code><Message>The range '
    assert (reply.status_code, reply.headers["Content-Range"]) == (416, "bytes */0")
    assert reply.content.decode().startswith(start)
    assert "\nRequestId:" + reply.headers["x-ms-request-id"] in reply.text


def test_an_empty_blob_is_downloaded(container: ContainerClient) -> None:
    """The client gets along with the 416 and asks again without a range."""
    container.upload_blob("empty", b"")

    assert container.download_blob("empty").readall() == b""


def test_a_blob_that_changes_under_a_download_is_noticed(container: ContainerClient) -> None:
    """The later ranges of a download say If-Match, which no longer holds."""
    container.upload_blob("a", bytes(40 * MIB))
    download = container.download_blob("a")
    container.upload_blob("a", bytes(40 * MIB), overwrite=True)

    with pytest.raises(ResourceModifiedError) as refused:
        download.readall()

    assert (refused.value.status_code, refused.value.error_code) == (412, "ConditionNotMet")


def test_a_reader_who_has_it_already_gets_nothing(container: ContainerClient) -> None:
    """If-None-Match with the blob's own tag answers 304."""
    etag = container.upload_blob("a", b"1").get_blob_properties().etag

    with pytest.raises(HttpResponseError) as refused:
        container.download_blob("a", etag=etag, match_condition=MatchConditions.IfModified)

    assert refused.value.status_code == 304


def test_the_tier_is_told_on_head_alone(ask: Any) -> None:
    """HEAD names the tier of a block blob (recorded); a download does not (documented)."""
    ask("PUT", "a", data=b"1", headers={"x-ms-blob-type": "BlockBlob"})

    assert ask("HEAD", "a").headers["x-ms-access-tier"] == "Hot"
    assert "x-ms-access-tier" not in ask("GET", "a").headers


def test_every_answer_names_its_version(ask: Any) -> None:
    """`x-ms-version` is the one that was asked for, else that of the signature (recorded; documented)."""
    asked = ask("HEAD", "missing", headers={"x-ms-version": "2022-11-02"})

    assert asked.headers["x-ms-version"] == "2022-11-02"
    assert ask("HEAD", "missing").headers["x-ms-version"] == "2021-08-06"
