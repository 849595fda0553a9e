"""Blob storage: the containers and blobs of every storage account of a world."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import BinaryIO

from fakes.world.blob_container import Blob, BlobPage, BlobType, Block, BlockRef, Container
from fakes.world.blob_content import Content, Digest, Segment, Spool
from fakes.world.errors import Conflict, Invalid, NotFound

__all__ = ["Blob", "BlobPage", "BlobStore", "Block", "BlockRef", "Container", "check_md5"]

IN_MEMORY = 1 << 20
"""Bytes up to which the content of a blob stays in memory."""
PART_IN_MEMORY = 1 << 16
"""The same for a block or an appended piece; it is lower since a blob may have 50,000 of them."""
_BEGINNING = datetime(1, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)
_NOTHING: Mapping[str, str] = MappingProxyType({})
_BINARY = "application/octet-stream"


class BlobStore:
    """All storage accounts of one world. An account exists as soon as somebody makes a container in it.

    Content of more than 1 MiB lives in a temporary folder, which `close()` removes.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._containers: dict[tuple[str, str], Container] = {}
        self._spool = Spool()
        self._last_tick = 0

    def create_container(self, account: str, container: str, metadata: Mapping[str, str] = _NOTHING) -> Container:
        """Create a container, or return the one that is there."""
        key = (account, container)
        if key not in self._containers:
            made = Container(account, container, self._next_etag(), self._now(), dict(metadata))
            self._containers[key] = made
        return self._containers[key]

    def has_container(self, account: str, container: str) -> bool:
        """Return whether the container exists."""
        return (account, container) in self._containers

    def container(self, account: str, container: str) -> Container:
        """Return a container; NotFound when there is none."""
        found = self._containers.get((account, container))
        if found is None:
            raise NotFound("The specified container does not exist.", code="ContainerNotFound")
        return found

    def containers(self, account: str) -> tuple[Container, ...]:
        """Return the containers of an account in order of name."""
        mine = (found for (owner, _), found in self._containers.items() if owner == account)
        return tuple(sorted(mine, key=lambda found: found.name))

    def delete_container(self, account: str, container: str) -> None:
        """Delete a container with everything in it; NotFound when there is none."""
        self.container(account, container)
        del self._containers[account, container]

    def get(self, account: str, container: str, name: str) -> Blob | None:
        """Return a blob, None when it or its container does not exist."""
        found = self._containers.get((account, container))
        return found.blobs.get(name) if found else None

    def existing(self, account: str, container: str, name: str) -> Blob:
        """Return a blob; NotFound says whether it or its container is missing."""
        found = self.container(account, container).blobs.get(name)
        if found is None:
            raise NotFound("The specified blob does not exist.", code="BlobNotFound")
        return found

    def put(
        self,
        account: str,
        container: str,
        name: str,
        content: BinaryIO | bytes,
        *,
        content_type: str = _BINARY,
        blob_type: BlobType = "BlockBlob",
        metadata: Mapping[str, str] = _NOTHING,
        if_none_match: bool = False,
        content_md5: bytes | None = None,
        digests: Iterable[Digest] = (),
    ) -> Blob:
        """Write a whole blob, in the place of one of its name unless `if_none_match` (Conflict).

        `content_md5` is what the sender says of the content (Invalid if not so); `digests` see it too.
        """
        home = self.container(account, container)
        _refuse_existing(home, name, if_none_match)
        md5 = hashlib.md5(usedforsecurity=False)
        content_kept = Content.of(self._spool.keep(content, IN_MEMORY, (md5, *digests)))
        check_md5(content_md5, md5.digest())
        blob = self._new_blob(name, content_kept, content_type, blob_type, metadata)
        if blob_type == "AppendBlob":
            blob.committed_blocks = min(1, blob.size)
        else:
            blob.md5 = md5.digest()
        home.add(blob)
        return blob

    def stage_block(
        self,
        account: str,
        container: str,
        name: str,
        block_id: str,
        content: BinaryIO | bytes,
        *,
        content_md5: bytes | None = None,
        digests: Iterable[Digest] = (),
    ) -> None:
        """Keep a block, in the place of one of its identifier, until `commit_blocks`."""
        home = self.container(account, container)
        home.stage(name, Block(block_id, self._part(content, content_md5, digests)))

    def commit_blocks(
        self,
        account: str,
        container: str,
        name: str,
        block_ids: Iterable[BlockRef],
        *,
        content_type: str = _BINARY,
        metadata: Mapping[str, str] = _NOTHING,
        if_none_match: bool = False,
        md5: bytes | None = None,
    ) -> Blob:
        """Write a blob made of blocks; Invalid when one is unknown. `md5` is kept as given, never checked."""
        home = self.container(account, container)
        _refuse_existing(home, name, if_none_match)
        blocks = home.pick(name, block_ids)
        content = Content.of(*(block.content for block in blocks))
        blob = self._new_blob(name, content, content_type, "BlockBlob", metadata)
        blob.md5, blob.blocks, blob.committed_blocks = md5, blocks, len(blocks)
        home.add(blob)
        return blob

    def append(
        self,
        account: str,
        container: str,
        name: str,
        content: BinaryIO | bytes,
        *,
        content_md5: bytes | None = None,
        digests: Iterable[Digest] = (),
    ) -> Blob:
        """Append to an append blob; Conflict when it is of another type."""
        blob = self.existing(account, container, name)
        if blob.blob_type != "AppendBlob":
            raise Conflict("The blob type is invalid for this operation.", code="InvalidBlobType")
        blob.content = blob.content.plus(self._part(content, content_md5, digests))
        blob.committed_blocks += 1
        return self.touch(blob)

    def set_metadata(self, account: str, container: str, name: str, metadata: Mapping[str, str]) -> Blob:
        """Replace the metadata of a blob."""
        blob = self.existing(account, container, name)
        blob.metadata = dict(metadata)
        return self.touch(blob)

    def delete(self, account: str, container: str, name: str) -> None:
        """Delete a blob; a download that has begun still ends."""
        self.existing(account, container, name)
        self.container(account, container).remove(name)

    def list(
        self,
        account: str,
        container: str,
        prefix: str = "",
        delimiter: str | None = None,
        marker: str | None = None,
        max_results: int = 5000,
    ) -> BlobPage:
        """Return a page of the blobs whose names begin with `prefix`; NotFound when there is no container."""
        return self.container(account, container).page(prefix, delimiter, marker, max_results)

    def open(self, blob: Blob, start: int = 0, end: int | None = None) -> BinaryIO:
        """Return a fresh, seekable stream of the bytes from `start` up to but not including `end`."""
        return blob.content.open(start, end)

    def chunks(self, blob: Blob, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the same bytes in chunks of at most 1 MiB."""
        return blob.content.chunks(start, end)

    def touch(self, blob: Blob) -> Blob:
        """Give a changed blob its new entity tag and time, and return it."""
        blob.etag, blob.modified = self._next_etag(), self._now()
        return blob

    def close(self) -> None:
        """Remove what was spooled to disk."""
        self._spool.close()

    def _part(self, content: BinaryIO | bytes, expected: bytes | None, digests: Iterable[Digest]) -> Segment:
        if expected is None:
            return self._spool.keep(content, PART_IN_MEMORY, digests)
        md5 = hashlib.md5(usedforsecurity=False)
        part = self._spool.keep(content, PART_IN_MEMORY, (md5, *digests))
        check_md5(expected, md5.digest())
        return part

    def _new_blob(
        self, name: str, content: Content, content_type: str, blob_type: BlobType, metadata: Mapping[str, str]
    ) -> Blob:
        now = self._now()
        return Blob(name, content, None, self._next_etag(), now, now, content_type, blob_type, dict(metadata))

    def _next_etag(self) -> str:
        """Return the tick (100 ns since the year 1) of a change in hexadecimal (recorded), never twice."""
        tick = (self._now() - _BEGINNING) // _MICROSECOND * 10
        self._last_tick = max(tick, self._last_tick + 1)
        return f"0x{self._last_tick:X}"


def _refuse_existing(container: Container, name: str, asked: bool) -> None:
    if asked and name in container.blobs:
        raise Conflict("The specified blob already exists.", code="BlobAlreadyExists")


def check_md5(expected: bytes | None, actual: bytes) -> None:
    """Raise Invalid when content has not the MD5 that its sender says it has."""
    if expected is not None and expected != actual:
        raise Invalid(
            "The MD5 value specified in the request did not match with the MD5 value calculated by the server.",
            code="Md5Mismatch",
            details=(
                ("UserSpecifiedMd5", b64encode(expected).decode()),
                ("ServerCalculatedMd5", b64encode(actual).decode()),
            ),
        )
