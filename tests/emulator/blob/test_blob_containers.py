"""Containers and listings."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError
from azure.storage.blob import BlobServiceClient, ContainerClient


def test_a_listing_is_as_recorded(ask: Any, container: ContainerClient, account: str) -> None:
    """The XML of a listing is, but for names and times, the one recorded in 2023-01."""
    log = container.get_blob_client("logs/log.txt")
    log.create_append_blob()
    found = log.get_blob_properties()

    reply = ask("GET", "", "restype=container&comp=list&prefix=logs%2F&include=metadata")

    moment = reply.headers["Date"]
    assert reply.content.decode() == (
        f'\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults '
        f'ServiceEndpoint="https://{account}.blob.core.windows.net/" ContainerName="{container.container_name}">'
        "<Prefix>logs/</Prefix><Blobs><Blob>"
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


def test_containers_come_and_go(service: BlobServiceClient) -> None:
    """A container is created once, listed, described and deleted."""
    made = service.create_container("fresh", metadata={"purpose": "test"})

    with pytest.raises(ResourceExistsError) as refused:
        service.create_container("fresh")

    assert (refused.value.status_code, refused.value.error_code) == (409, "ContainerAlreadyExists")
    assert made.get_container_properties().metadata == {"purpose": "test"}
    assert "fresh" in [found.name for found in service.list_containers()]
    made.delete_container()
    assert not made.exists()


def test_a_container_name_has_rules(service: BlobServiceClient) -> None:
    """Upper case and underscores are refused as on Azure."""
    with pytest.raises(HttpResponseError) as refused:
        service.create_container("My_Container")

    assert (refused.value.status_code, refused.value.error_code) == (400, "InvalidResourceName")
