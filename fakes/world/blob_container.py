"""Blobs and the containers that hold them: names in order, blocks staged and committed, listings."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from fakes.world.blob_content import Content, Segment
from fakes.world.errors import Invalid

BlobType = Literal["BlockBlob", "AppendBlob"]
BlockSource = Literal["Committed", "Uncommitted", "Latest"]


class Block(NamedTuple):
    """A block of a blob."""

    id: str
    content: Segment


class BlockRef(NamedTuple):
    """An entry of a block list: which block, and where it is looked for."""

    id: str
    source: BlockSource = "Latest"


@dataclass(slots=True)
class Blob:
    """A blob. `etag` has no quotes; `md5` is None where the service does not know it, as of block lists.

    `content_headers` are those of Content-Encoding, Content-Language, Content-Disposition and Cache-Control
    that the blob has; `committed_blocks` counts the blocks of a block list, or the pieces of an append blob.
    """

    name: str
    content: Content
    md5: bytes | None
    etag: str
    created: datetime
    modified: datetime
    content_type: str
    blob_type: BlobType
    metadata: dict[str, str]
    content_headers: dict[str, str] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()
    committed_blocks: int = 0

    @property
    def size(self) -> int:
        """The number of bytes."""
        return self.content.size


@dataclass(frozen=True, slots=True)
class BlobPage:
    """One page of a listing: blobs and, as text, prefixes up to the delimiter, in order of name."""

    entries: tuple[Blob | str, ...]
    next_marker: str | None

    @property
    def blobs(self) -> tuple[Blob, ...]:
        """The blobs alone."""
        return tuple(entry for entry in self.entries if isinstance(entry, Blob))


@dataclass(slots=True)
class Container:
    """A container of one account: its blobs, their names in order, and blocks not committed yet."""

    account: str
    name: str
    etag: str
    modified: datetime
    metadata: dict[str, str]
    blobs: dict[str, Blob] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    staged: dict[str, dict[str, Segment]] = field(default_factory=dict)

    def add(self, blob: Blob) -> None:
        """Put `blob` in the place of one of its name; uncommitted blocks are discarded (documented)."""
        if blob.name not in self.blobs:
            insort(self.names, blob.name)
        self.blobs[blob.name] = blob
        self.staged.pop(blob.name, None)

    def remove(self, name: str) -> None:
        """Forget the blob `name` and what is staged for it."""
        del self.blobs[name]
        del self.names[bisect_left(self.names, name)]
        self.staged.pop(name, None)

    def stage(self, name: str, block: Block) -> None:
        """Keep a block; the identifiers of a blob's uncommitted blocks are of one length (documented)."""
        staged = self.staged.setdefault(name, {})
        if len(next(iter(staged), block.id)) != len(block.id):
            raise Invalid("The specified blob or block content is invalid.", code="InvalidBlobOrBlock")
        staged[block.id] = block.content

    def pick(self, name: str, refs: Iterable[BlockRef]) -> tuple[Block, ...]:
        """Return the blocks that a block list names; Invalid when one is not where it is looked for."""
        uncommitted = self.staged.get(name, {})
        committed = dict(self.blobs[name].blocks) if name in self.blobs else {}
        places: dict[BlockSource, dict[str, Segment]] = {
            "Uncommitted": uncommitted,
            "Committed": committed,
            "Latest": {**committed, **uncommitted},
        }
        try:
            return tuple(Block(ref.id, places[ref.source][ref.id]) for ref in refs)
        except KeyError:
            raise Invalid("The specified block list is invalid.", code="InvalidBlockList") from None

    def page(self, prefix: str, delimiter: str | None, marker: str | None, max_results: int) -> BlobPage:
        """Return at most `max_results` entries from `marker`, which is the first name of the page."""
        names, entries = self.names, list[Blob | str]()
        at = bisect_left(names, max(prefix, marker or ""))
        while at < len(names) and names[at].startswith(prefix):
            name = names[at]
            if len(entries) == max_results:
                return BlobPage(tuple(entries), name)
            cut = name.find(delimiter, len(prefix)) if delimiter else -1
            if delimiter is None or cut < 0:
                entries.append(self.blobs[name])
                at += 1
            else:
                group = name[: cut + len(delimiter)]
                entries.append(group)
                at = _after(names, group, at)
        return BlobPage(tuple(entries), None)


def _after(names: list[str], group: str, start: int) -> int:
    """Return where the names that begin with `group` end, which begin at `start`."""
    return bisect_left(names, True, lo=start, key=lambda name: not name.startswith(group))
