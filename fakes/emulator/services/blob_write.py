"""Writing blobs: whole, by blocks and by appending; metadata, properties and deletion."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, BinaryIO, Literal, cast

from fakes.emulator.exchange import Reply
from fakes.emulator.services import blob_xml
from fakes.emulator.services.blob_headers import (
    PreconditionFailedError,
    base64_text,
    check_conditions,
    check_write,
    given_content_headers,
    given_md5,
    given_metadata,
    is_base64,
    version_headers,
)
from fakes.emulator.services.blob_read import existing, place
from fakes.emulator.services.crc64 import Crc64, crc64
from fakes.world.blobs import check_md5
from fakes.world.errors import Invalid, NotServed

if TYPE_CHECKING:
    from fakes.emulator.call import Call

_ENCRYPTED = {"x-ms-request-server-encrypted": "true"}


def put_blob(call: Call) -> Reply:
    """Write a whole block blob, or create an append blob."""
    headers, blobs = call.request.headers, call.world.blobs
    kind = headers.get("x-ms-blob-type", "")
    if not kind:
        raise Invalid(
            "An HTTP header that's mandatory for this request is not specified.", code="MissingRequiredHeader"
        )
    if kind not in ("BlockBlob", "AppendBlob") or "x-ms-copy-source" in headers:
        raise NotServed(f"The local Azure ML writes no {kind} and copies none: {call.request.url}")
    check_write(headers, blobs.get(*place(call)))
    checksum = Crc64()
    blob = blobs.put(
        *place(call),
        _body(call),
        content_type=_content_type(headers, headers.get("content-type")),
        blob_type=cast("Literal['BlockBlob', 'AppendBlob']", kind),
        metadata=given_metadata(headers),
        if_none_match=headers.get("if-none-match") == "*",
        content_md5=given_md5(headers),
        digests=(checksum,),
    )
    blob.content_headers = given_content_headers(headers)
    written = version_headers(blob) | _ENCRYPTED
    if blob.md5 is not None:
        written["Content-MD5"] = base64_text(blob.md5)
        written["x-ms-content-crc64"] = base64_text(checksum.digest())
    return Reply(201, b"", written)


def put_block(call: Call) -> Reply:
    """Keep a block for a later block list."""
    md5, checksum = given_md5(call.request.headers), Crc64()
    call.world.blobs.stage_block(*place(call), _block_id(call), _body(call), content_md5=md5, digests=(checksum,))
    return Reply(201, b"", {**_checksums(md5, checksum), **_ENCRYPTED})


def put_block_list(call: Call) -> Reply:
    """Write a blob that is made of blocks."""
    headers, document = call.request.headers, call.request.content()
    check_md5(given_md5(headers), hashlib.md5(document, usedforsecurity=False).digest())
    check_write(headers, call.world.blobs.get(*place(call)))
    blob = call.world.blobs.commit_blocks(
        *place(call),
        blob_xml.read_block_list(document),
        content_type=_content_type(headers),
        metadata=given_metadata(headers),
        if_none_match=headers.get("if-none-match") == "*",
        md5=given_md5(headers, "x-ms-blob-content-md5"),
    )
    blob.content_headers = given_content_headers(headers)
    crc = {"x-ms-content-crc64": base64_text(crc64(document))}
    return Reply(201, b"", {**version_headers(blob), **crc, **_ENCRYPTED})


def append_block(call: Call) -> Reply:
    """Append to an append blob, at the expected position when one is given."""
    headers, blob = call.request.headers, existing(call)
    check_conditions(headers, blob)
    offset = blob.size
    expected = headers.get("x-ms-blob-condition-appendpos")
    if expected is not None and expected != str(offset):
        raise PreconditionFailedError(
            "The append position condition specified was not met.", code="AppendPositionConditionNotMet"
        )
    md5, checksum = given_md5(headers), Crc64()
    call.world.blobs.append(*place(call), _body(call), content_md5=md5, digests=(checksum,))
    appended = {
        "x-ms-blob-append-offset": str(offset),
        "x-ms-blob-committed-block-count": str(blob.committed_blocks),
    }
    return Reply(201, b"", {**version_headers(blob), **_checksums(md5, checksum), **appended, **_ENCRYPTED})


def set_metadata(call: Call) -> Reply:
    """Replace the metadata of a blob."""
    check_conditions(call.request.headers, existing(call))
    blob = call.world.blobs.set_metadata(*place(call), given_metadata(call.request.headers))
    return Reply(200, b"", version_headers(blob) | _ENCRYPTED)


def set_properties(call: Call) -> Reply:
    """Replace the headers that a blob is answered with; what is not given is cleared."""
    headers, blob = call.request.headers, existing(call)
    check_conditions(headers, blob)
    blob.content_type = _content_type(headers)
    blob.content_headers = given_content_headers(headers)
    blob.md5 = given_md5(headers, "x-ms-blob-content-md5")
    return Reply(200, b"", version_headers(call.world.blobs.touch(blob)))


def delete_blob(call: Call) -> Reply:
    """Delete a blob; soft delete is off."""
    check_conditions(call.request.headers, existing(call))
    call.world.blobs.delete(*place(call))
    return Reply(202, b"", {"x-ms-delete-type-permanent": "true"})


def _body(call: Call) -> bytes | BinaryIO:
    if "x-ms-structured-body" in call.request.headers:
        raise NotServed(f"The local Azure ML reads no structured body: {call.request.url}")
    body = call.request.body
    return body if isinstance(body, bytes) else call.request.stream()


def _block_id(call: Call) -> str:
    text = call.query("blockid")
    if not text or not is_base64(text):
        raise Invalid(
            "Value for one of the query parameters specified in the request URI is invalid.",
            code="InvalidQueryParameterValue",
            details=(("QueryParameterName", "blockid"), ("QueryParameterValue", text)),
        )
    return text


def _content_type(headers: Mapping[str, str], otherwise: str | None = None) -> str:
    return headers.get("x-ms-blob-content-type") or otherwise or "application/octet-stream"


def _checksums(md5: bytes | None, checksum: Crc64) -> dict[str, str]:
    """Return what the service says of a piece: the MD5 when one was sent, else its CRC64 (documented)."""
    if md5 is not None:
        return {"Content-MD5": base64_text(md5)}
    return {"x-ms-content-crc64": base64_text(checksum.digest())}
