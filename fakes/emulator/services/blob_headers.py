"""Headers of the blob service: properties of a blob, ranges, conditions, checksums."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from fakes.emulator.wire import http_date
from fakes.world.blob_container import Blob, Container
from fakes.world.errors import Invalid, ServiceError

CONTENT_HEADERS: Mapping[str, str] = {
    "x-ms-blob-content-encoding": "Content-Encoding",
    "x-ms-blob-content-language": "Content-Language",
    "x-ms-blob-content-disposition": "Content-Disposition",
    "x-ms-blob-cache-control": "Cache-Control",
}
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_LEASE: Mapping[str, str] = {"x-ms-lease-status": "unlocked", "x-ms-lease-state": "available"}


class PreconditionFailedError(ServiceError):
    """The blob is not as the request demands that it be."""

    status = 412
    default_code = "ConditionNotMet"


class UnsatisfiableRangeError(ServiceError):
    """The range begins behind the end of the blob."""

    status = 416
    default_code = "InvalidRange"

    def __init__(self, size: int) -> None:
        super().__init__("The range specified is invalid for the current size of the resource.")
        self.size = size


def blob_headers(blob: Blob) -> dict[str, str]:
    """Return the headers that describe a blob (recorded on HEAD and GET, but the tier on HEAD alone)."""
    headers = {
        **version_headers(blob),
        "Content-Type": blob.content_type,
        "Accept-Ranges": "bytes",
        "Vary": "Origin",
        "x-ms-blob-type": blob.blob_type,
        "x-ms-creation-time": http_date(blob.created),
        **_LEASE,
        "x-ms-server-encrypted": "true",
        **blob.content_headers,
    }
    if blob.blob_type == "AppendBlob":
        headers["x-ms-blob-committed-block-count"] = str(blob.committed_blocks)
    return headers | metadata_headers(blob.metadata)


def tier_headers(blob: Blob) -> dict[str, str]:
    """Return the tier of a block blob, which the service tells on HEAD (recorded) and not with content (documented)."""
    hot = {"x-ms-access-tier": "Hot", "x-ms-access-tier-inferred": "true"}
    return hot if blob.blob_type == "BlockBlob" else {}


def container_headers(container: Container) -> dict[str, str]:
    """Return the headers that describe a container (documented)."""
    return {
        **version_headers(container),
        **_LEASE,
        "x-ms-has-immutability-policy": "false",
        "x-ms-has-legal-hold": "false",
        **metadata_headers(container.metadata),
    }


def version_headers(changed: Blob | Container) -> dict[str, str]:
    """Return the quoted entity tag and the time of the last change."""
    return {"ETag": f'"{changed.etag}"', "Last-Modified": http_date(changed.modified)}


def metadata_headers(metadata: Mapping[str, str]) -> dict[str, str]:
    """Return metadata as headers."""
    return {f"x-ms-meta-{name}": text for name, text in metadata.items()}


def given_metadata(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the metadata that a request carries; Invalid when a name is no identifier (documented)."""
    metadata = {name[10:]: text for name, text in headers.items() if name.startswith("x-ms-meta-")}
    if not all(name.isidentifier() for name in metadata):
        raise Invalid(
            "The metadata specified is invalid. It has characters that are not permitted.",
            code="InvalidMetadata",
        )
    return metadata


def given_content_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that a blob shall be answered with later."""
    return {kept: headers[name] for name, kept in CONTENT_HEADERS.items() if name in headers}


def given_md5(headers: Mapping[str, str], name: str = "content-md5") -> bytes | None:
    """Return an MD5 that a request carries; Invalid when it is not 16 bytes in base64."""
    if name not in headers:
        return None
    text = headers[name]
    if not is_base64(text) or len(b64decode(text)) != 16:
        raise Invalid("The MD5 value specified in the request is invalid.", code="InvalidMd5")
    return b64decode(text)


def is_base64(text: str) -> bool:
    """Return whether a header or query parameter is base64."""
    try:
        b64decode(text, validate=True)
    except ValueError:
        return False
    return True


def base64_text(raw: bytes) -> str:
    """Return bytes as headers carry them."""
    return b64encode(raw).decode()


def requested_range(headers: Mapping[str, str], size: int) -> tuple[int, int] | None:
    """Return the asked bytes as (start, end), the end excluded, or None for all.

    `x-ms-range` goes before `Range` (documented). UnsatisfiableRangeError when nothing is left (recorded);
    Invalid for what is no single range with a start (inferred).
    """
    text = headers.get("x-ms-range") or headers.get("range")
    if text is None:
        return None
    found = _RANGE.fullmatch(text)
    if found is None or (found[2] and int(found[2]) < int(found[1])):
        raise _malformed(text)
    start = int(found[1])
    if start >= size:
        raise UnsatisfiableRangeError(size)
    return start, min(int(found[2]) + 1, size) if found[2] else size


def is_unchanged(headers: Mapping[str, str], blob: Blob) -> bool:
    """Return whether the reader has this blob already: If-None-Match, If-Modified-Since (documented)."""
    if "if-none-match" in headers:
        return _names(headers["if-none-match"], blob)
    since = headers.get("if-modified-since")
    return since is not None and blob.modified.replace(microsecond=0) <= _moment(since)


def check_conditions(headers: Mapping[str, str], blob: Blob | None) -> None:
    """Raise PreconditionFailedError unless If-Match and If-Unmodified-Since hold; no blob matches nothing."""
    match, since = headers.get("if-match"), headers.get("if-unmodified-since")
    met = match is None or (blob is not None and _names(match, blob))
    if since is not None and blob is not None:
        met = met and blob.modified.replace(microsecond=0) <= _moment(since)
    if not met:
        raise PreconditionFailedError("The condition specified using HTTP conditional header(s) is not met.")


def check_write(headers: Mapping[str, str], blob: Blob | None) -> None:
    """Raise PreconditionFailedError when a write may not touch this blob; leaves out `If-None-Match: *`."""
    check_conditions(headers, blob)
    if headers.get("if-none-match") != "*" and blob is not None and is_unchanged(headers, blob):
        raise PreconditionFailedError("The condition specified using HTTP conditional header(s) is not met.")


def _moment(text: str) -> datetime:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        raise _malformed(text) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _malformed(text: str) -> Invalid:
    return Invalid(
        "The value for one of the HTTP headers is not in the correct format.",
        code="InvalidHeaderValue",
        details=(("HeaderValue", text),),
    )


def _names(tags: str, blob: Blob) -> bool:
    return tags == "*" or blob.etag in (tag.strip().removeprefix("W/").strip('"') for tag in tags.split(","))
