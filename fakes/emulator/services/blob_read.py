"""Reading blobs: content, ranges, properties, metadata and block lists."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from fakes.emulator.exchange import Reply
from fakes.emulator.services import blob_xml
from fakes.emulator.services.blob_headers import (
    base64_text,
    blob_headers,
    check_conditions,
    is_unchanged,
    metadata_headers,
    requested_range,
    tier_headers,
    version_headers,
)
from fakes.world.blob_content import CHUNK
from fakes.world.blobs import Blob, Block
from fakes.world.errors import Invalid, NotFound

if TYPE_CHECKING:
    from fakes.emulator.call import Call

_LARGEST_HASHED_RANGE = 4 << 20


def get_blob(call: Call) -> Reply:
    """Return the content of a blob or a range of it."""
    blob, asked = existing(call), call.request.headers
    check_conditions(asked, blob)
    if is_unchanged(asked, blob):
        return Reply(304, b"", version_headers(blob))
    span = requested_range(asked, blob.size)
    headers = blob_headers(blob)
    if span is None:
        return _content(200, blob, 0, blob.size, headers | _known_md5("Content-MD5", blob))
    start, end = span
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{blob.size}"
    headers |= _known_md5("x-ms-blob-content-md5", blob)
    if asked.get("x-ms-range-get-content-md5") == "true":
        headers["Content-MD5"] = _range_md5(blob, start, end)
    return _content(206, blob, start, end, headers)


def head_blob(call: Call) -> Reply:
    """Return the properties of a blob."""
    blob, asked = existing(call), call.request.headers
    check_conditions(asked, blob)
    if is_unchanged(asked, blob):
        return Reply(304, b"", version_headers(blob))
    headers = blob_headers(blob) | tier_headers(blob) | _known_md5("Content-MD5", blob)
    headers["Content-Length"] = str(blob.size)
    return Reply(200, b"", headers)


def get_metadata(call: Call) -> Reply:
    """Return the metadata of a blob."""
    blob = existing(call)
    return Reply(200, b"", version_headers(blob) | metadata_headers(blob.metadata))


def get_block_list(call: Call) -> Reply:
    """Return the committed or uncommitted blocks of a blob, or both."""
    account, container, name = place(call)
    home = call.world.blobs.container(account, container)
    blob, staged = home.blobs.get(name), home.staged.get(name, {})
    if blob is None and not staged:
        raise NotFound("The specified blob does not exist.", code="BlobNotFound")
    kind = call.query("blocklisttype", "committed").lower()
    committed = (blob.blocks if blob else ()) if kind in ("committed", "all") else None
    uncommitted = [Block(*item) for item in staged.items()] if kind in ("uncommitted", "all") else None
    reply = blob_xml.xml_reply(200, blob_xml.block_list(committed, uncommitted))
    if blob is not None:
        reply.headers |= version_headers(blob) | {"x-ms-blob-content-length": str(blob.size)}
    return reply


def place(call: Call) -> tuple[str, str, str]:
    """Return account, container and name of the blob that a request is about."""
    return call.host["account"], call.params["container"], call.params["blob"]


def existing(call: Call) -> Blob:
    """Return the blob that a request is about; NotFound when it or its container is missing."""
    return call.world.blobs.existing(*place(call))


def _content(status: int, blob: Blob, start: int, end: int, headers: dict[str, str]) -> Reply:
    length = end - start
    headers["Content-Length"] = str(length)
    if length <= CHUNK:
        return Reply(status, blob.content.read(start, end), headers)
    return Reply(status, blob.content.chunks(start, end), headers, length)


def _known_md5(header: str, blob: Blob) -> dict[str, str]:
    return {header: base64_text(blob.md5)} if blob.md5 else {}


def _range_md5(blob: Blob, start: int, end: int) -> str:
    if end - start > _LARGEST_HASHED_RANGE:
        raise Invalid(
            "An HTTP header that is not supported with a range of more than 4 MiB was specified.",
            code="OutOfRangeInput",
        )
    return base64_text(hashlib.md5(blob.content.read(start, end), usedforsecurity=False).digest())
