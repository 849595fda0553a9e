"""The blob service, asked by the client that asks Azure: `azure-storage-blob`."""

from __future__ import annotations

import random
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from hashlib import md5
from itertools import islice
from typing import Any

import pytest
import requests
from azure.core import MatchConditions
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import BlobBlock, BlobServiceClient, ContainerClient

from fakes.emulator import Emulator
from fakes.world.storage_keys import account_key, container_sas, sas_token

MIB = 1 << 20
RAW = {"x-ms-version": "2022-11-02"}


@pytest.fixture
def azure() -> Iterator[Emulator]:
    """A local Azure."""
    with Emulator(pace="instant") as azure:
        yield azure


@pytest.fixture
def account(azure: Emulator) -> str:
    """The name of the workspace's storage account."""
    return azure.world.home.storage_account


@pytest.fixture
def key(azure: Emulator, account: str) -> str:
    """The key of the account."""
    return account_key(azure.world.seed, account)


@pytest.fixture
def service(account: str, key: str) -> BlobServiceClient:
    """A client of the account, which uploads more than 1 MiB by blocks."""
    return BlobServiceClient(url(account), credential=key, max_single_put_size=MIB)


@pytest.fixture
def container(azure: Emulator, service: BlobServiceClient) -> ContainerClient:
    """A client of the container behind `workspaceblobstore`."""
    return service.get_container_client(azure.world.home.default_container)


@pytest.fixture
def ask(azure: Emulator, container: ContainerClient, account: str, key: str) -> Any:
    """Ask for a path in the container without a client in between."""
    sas = sas_token(key, account, azure.clock.now(), 1)

    def ask(method: str, path: str, query: str = "", **options: Any) -> requests.Response:
        return requests.request(method, f"{container.url}/{path}?{query}&{sas}", **options)

    return ask


def url(account: str) -> str:
    """Return the address of a storage account."""
    return f"https://{account}.blob.core.windows.net"


def code(failure: pytest.ExceptionInfo[HttpResponseError]) -> tuple[int | None, str]:
    """Return status and code of a refusal."""
    return failure.value.status_code, failure.value.response.headers["x-ms-error-code"]


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
    reply = ask("PUT", "hello.txt", data=b"hello world", headers={**RAW, "x-ms-blob-type": "BlockBlob"})

    assert (reply.status_code, reply.content) == (201, b"")
    assert reply.headers["Content-MD5"] == "XrY7u+Ae7tCTyyK7j1rNww=="
    assert reply.headers["x-ms-content-crc64"] == "vo7q9sPVKY0="
    assert reply.headers["x-ms-request-server-encrypted"] == "true"
    assert reply.headers["x-ms-version"] == "2022-11-02"
    assert reply.headers["ETag"].startswith('"0x8D')


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

    assert code(refused) == (404, "ContainerNotFound")


def test_an_upload_overwrites_nothing_unasked(container: ContainerClient) -> None:
    """The client's default, If-None-Match: *, is refused when the blob exists."""
    container.upload_blob("a", b"old")

    with pytest.raises(ResourceExistsError) as refused:
        container.upload_blob("a", b"new")

    assert code(refused) == (409, "BlobAlreadyExists")
    assert container.download_blob("a").readall() == b"old"


def test_blocks_overwrite_nothing_unasked(container: ContainerClient) -> None:
    """The same holds for an upload by blocks."""
    container.upload_blob("a", b"old")

    with pytest.raises(ResourceExistsError) as refused:
        container.upload_blob("a", bytes(2 * MIB))

    assert code(refused) == (409, "BlobAlreadyExists")


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

    assert code(refused) == (412, "ConditionNotMet")


def test_a_reader_who_has_it_already_gets_nothing(container: ContainerClient) -> None:
    """If-None-Match with the blob's own tag answers 304."""
    etag = container.upload_blob("a", b"1").get_blob_properties().etag

    with pytest.raises(HttpResponseError) as refused:
        container.download_blob("a", etag=etag, match_condition=MatchConditions.IfModified)

    assert refused.value.status_code == 304


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

    assert code(refused) == (412, "AppendPositionConditionNotMet")


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

    assert code(refused) == (400, "InvalidBlockList")


def test_a_listing_is_as_recorded(azure: Emulator, ask: Any, container: ContainerClient, account: str) -> None:
    """The XML of a listing is, but for names and times, the one recorded in 2023-01."""
    log = container.get_blob_client("logs/log.txt")
    log.create_append_blob()
    found = log.get_blob_properties()

    reply = ask("GET", "", "restype=container&comp=list&prefix=logs%2F&include=metadata")

    moment = reply.headers["Date"]
    assert reply.content.decode() == (
        f'\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="{url(account)}/" '
        f'ContainerName="{azure.world.home.default_container}"><Prefix>logs/</Prefix><Blobs><Blob>'
        f"<Name>logs/log.txt</Name><Properties><Creation-Time>{moment}</Creation-Time>"
        f"<Last-Modified>{moment}</Last-Modified><Etag>{found.etag[1:-1]}</Etag>"
        "<Content-Length>0</Content-Length><Content-Type>application/octet-stream</Content-Type>"
        "<Content-Encoding /><Content-Language /><Content-CRC64 /><Content-MD5 /><Cache-Control />"
        "<Content-Disposition /><BlobType>AppendBlob</BlobType><LeaseStatus>unlocked</LeaseStatus>"
        "<LeaseState>available</LeaseState><ServerEncrypted>true</ServerEncrypted></Properties><Metadata />"
        "<OrMetadata /></Blob></Blobs><NextMarker />"
        "</EnumerationResults>"
    )


def test_listings_page_and_cut(container: ContainerClient) -> None:
    """Pages follow one another by their markers; a delimiter cuts names to prefixes."""
    for name in ("a", "b/1", "b/2 & <c>", "c"):
        container.upload_blob(name, b"", metadata={"name": name[0]})

    followed = islice(container.list_blobs(results_per_page=3).by_page(), 5)
    pages = [[blob.name for blob in page] for page in followed]

    assert pages == [["a", "b/1", "b/2 & <c>"], ["c"]]
    assert sorted(blob.name for blob in container.walk_blobs()) == ["a", "b/", "c"]
    assert [blob.metadata for blob in container.list_blobs("b/1", include=["metadata"])] == [{"name": "b"}]


def test_a_deleted_blob_is_gone(container: ContainerClient) -> None:
    """After a delete the blob does not exist, and a second delete says so."""
    blob = container.upload_blob("a", b"1")
    blob.delete_blob()

    with pytest.raises(ResourceNotFoundError) as refused:
        blob.delete_blob()

    assert code(refused) == (404, "BlobNotFound")
    assert not blob.exists()


def test_containers_come_and_go(service: BlobServiceClient) -> None:
    """A container is created once, listed, described and deleted."""
    made = service.create_container("fresh", metadata={"purpose": "test"})

    with pytest.raises(ResourceExistsError) as refused:
        service.create_container("fresh")

    assert code(refused) == (409, "ContainerAlreadyExists")
    assert made.get_container_properties().metadata == {"purpose": "test"}
    assert "fresh" in [found.name for found in service.list_containers()]
    made.delete_container()
    assert not made.exists()


def test_a_container_name_has_rules(service: BlobServiceClient) -> None:
    """Upper case and underscores are refused as on Azure."""
    with pytest.raises(HttpResponseError) as refused:
        service.create_container("My_Container")

    assert code(refused) == (400, "InvalidResourceName")


def test_a_signature_for_a_container_writes_to_its_root(azure: Emulator, container: ContainerClient, key: str) -> None:
    """The signature of a pending upload creates, reads and lists, and deletes nothing (sp=rcwl)."""
    sas = container_sas(key, container.account_name, container.container_name, azure.clock.now(), 1)
    root = ContainerClient.from_container_url(f"{container.url}?{sas}")
    root.upload_blob("root.txt", b"1")

    with pytest.raises(HttpResponseError) as refused:
        root.delete_blob("root.txt")

    assert code(refused) == (403, "AuthorizationPermissionMismatch")
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
    service = BlobServiceClient(url(account), credential=azure.credential)

    assert service.get_blob_client(container.container_name, "a").download_blob().readall() == b"1"


def test_a_token_for_another_service_is_refused(azure: Emulator, container: ContainerClient) -> None:
    """The refusal names where a token for storage is had."""
    token = azure.credential.get_token("https://management.azure.com/.default").token

    reply = requests.get(f"{container.url}/a", headers={"Authorization": f"Bearer {token}"})

    assert (reply.status_code, reply.headers["x-ms-error-code"]) == (401, "InvalidAuthenticationInfo")
    assert reply.headers["WWW-Authenticate"].endswith("resource_id=https://storage.azure.com")


def test_another_key_is_refused(account: str, container: ContainerClient) -> None:
    """A request signed with a wrong account key is not authentic."""
    stranger = BlobServiceClient(url(account), credential=account_key(99, account))

    with pytest.raises(ClientAuthenticationError) as refused:
        stranger.get_blob_client(container.container_name, "a").get_blob_properties()

    assert code(refused) == (403, "AuthenticationFailed")


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
