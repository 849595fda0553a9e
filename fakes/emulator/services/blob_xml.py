"""XML of the blob service; every document starts with a byte order mark (recorded)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from fakes.emulator.exchange import Reply
from fakes.emulator.wire import http_date
from fakes.world.blob_container import Blob, BlobPage, Block, BlockRef, BlockSource, Container
from fakes.world.errors import Invalid, ServiceError

_START = '\ufeff<?xml version="1.0" encoding="utf-8"?>'
_SOURCES: Mapping[str, BlockSource] = {
    "Committed": "Committed",
    "Uncommitted": "Uncommitted",
    "Latest": "Latest",
}


def xml_reply(status: int, document: str) -> Reply:
    """Return an XML document, given without its declaration."""
    return Reply(status, (_START + document).encode(), {"Content-Type": "application/xml"})


def error_reply(error: ServiceError, request_id: str, now: datetime) -> Reply:
    """Return a refusal as the service writes it, its code in a header too (recorded)."""
    message = f"{error.message}\nRequestId:{request_id}\nTime:{now:%Y-%m-%dT%H:%M:%S.%f}0Z"
    details = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in error.details)
    reply = xml_reply(
        error.status, f"<Error><Code>{error.code}</Code><Message>{escape(message)}</Message>{details}</Error>"
    )
    reply.headers["x-ms-error-code"] = error.code
    return reply


def blob_list(endpoint: str, container: str, page: BlobPage, asked: Mapping[str, str], *, with_metadata: bool) -> str:
    """Return a page of blobs; `asked` are the limits of the request, which are repeated (documented)."""
    entries = "".join(
        f"<BlobPrefix><Name>{escape(entry)}</Name></BlobPrefix>"
        if isinstance(entry, str)
        else _blob(entry, with_metadata)
        for entry in page.entries
    )
    return (
        f"<EnumerationResults ServiceEndpoint={quoteattr(endpoint)} ContainerName={quoteattr(container)}>"
        f"{_asked(asked)}<Blobs>{entries}</Blobs>{_element('NextMarker', page.next_marker)}"
        "</EnumerationResults>"
    )


def container_list(
    endpoint: str,
    containers: Iterable[Container],
    next_marker: str | None,
    asked: Mapping[str, str],
    *,
    with_metadata: bool,
) -> str:
    """Return a page of containers (documented)."""
    entries = "".join(
        f"<Container><Name>{escape(found.name)}</Name><Properties>"
        f"<Last-Modified>{http_date(found.modified)}</Last-Modified><Etag>&quot;{found.etag}&quot;</Etag>"
        "<LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState>"
        "<HasImmutabilityPolicy>false</HasImmutabilityPolicy><HasLegalHold>false</HasLegalHold>"
        f"</Properties>{_metadata(found.metadata) if with_metadata else ''}</Container>"
        for found in containers
    )
    return (
        f"<EnumerationResults ServiceEndpoint={quoteattr(endpoint)}>{_asked(asked)}"
        f"<Containers>{entries}</Containers>{_element('NextMarker', next_marker)}</EnumerationResults>"
    )


def block_list(committed: Iterable[Block] | None, uncommitted: Iterable[Block] | None) -> str:
    """Return the blocks of a blob; None for a kind that was not asked for (documented)."""
    kinds = (("CommittedBlocks", committed), ("UncommittedBlocks", uncommitted))
    return "".join(
        (
            "<BlockList>",
            *(_blocks(kind, blocks) for kind, blocks in kinds if blocks is not None),
            "</BlockList>",
        )
    )


def read_block_list(document: bytes) -> tuple[BlockRef, ...]:
    """Return the entries of a block list in their order; Invalid when the document is none."""
    try:
        entries = ElementTree.fromstring(document)
        return tuple(BlockRef(entry.text or "", _SOURCES[entry.tag]) for entry in entries)
    except (ElementTree.ParseError, KeyError):
        raise Invalid("XML specified is not syntactically valid.", code="InvalidXmlDocument") from None


def _blob(blob: Blob, with_metadata: bool) -> str:
    headers = blob.content_headers
    tier = "<AccessTier>Hot</AccessTier><AccessTierInferred>true</AccessTierInferred>"
    return (
        f"<Blob><Name>{escape(blob.name)}</Name><Properties>"
        f"<Creation-Time>{http_date(blob.created)}</Creation-Time>"
        f"<Last-Modified>{http_date(blob.modified)}</Last-Modified>"
        f"<Etag>{blob.etag}</Etag><Content-Length>{blob.size}</Content-Length>"
        f"{_element('Content-Type', blob.content_type)}"
        f"{_element('Content-Encoding', headers.get('Content-Encoding'))}"
        f"{_element('Content-Language', headers.get('Content-Language'))}"
        f"<Content-CRC64 />{_element('Content-MD5', b64encode(blob.md5).decode() if blob.md5 else None)}"
        f"{_element('Cache-Control', headers.get('Cache-Control'))}"
        f"{_element('Content-Disposition', headers.get('Content-Disposition'))}"
        f"<BlobType>{blob.blob_type}</BlobType>{tier if blob.blob_type == 'BlockBlob' else ''}"
        "<LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState>"
        f"<ServerEncrypted>true</ServerEncrypted></Properties>"
        f"{_metadata(blob.metadata) if with_metadata else ''}<OrMetadata /></Blob>"
    )


def _metadata(metadata: Mapping[str, str]) -> str:
    if not metadata:
        return "<Metadata />"
    return f"<Metadata>{''.join(_element(name, text) for name, text in metadata.items())}</Metadata>"


def _asked(limits: Mapping[str, str]) -> str:
    return "".join(_element(name, text) for name, text in limits.items() if text)


def _blocks(kind: str, blocks: Iterable[Block]) -> str:
    entries = "".join(
        f"<Block><Name>{escape(block.id)}</Name><Size>{len(block.content)}</Size></Block>" for block in blocks
    )
    return f"<{kind}>{entries}</{kind}>" if entries else f"<{kind} />"


def _element(name: str, text: str | None) -> str:
    return f"<{name}>{escape(text)}</{name}>" if text else f"<{name} />"
