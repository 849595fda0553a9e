"""Content in segments and listings in pages, whatever their sizes."""

from __future__ import annotations

from datetime import datetime, timezone

from hypothesis import given
from hypothesis import strategies as st

from fakes.world.blob_container import Block
from fakes.world.blob_content import Content, Spool, SpooledFile
from fakes.world.blobs import BlobStore

START = datetime(2023, 10, 31, 3, 50, 43, tzinfo=timezone.utc)
WHERE = ("st1", "data")


@given(
    pieces=st.lists(st.binary(max_size=20), max_size=6),
    on_disk=st.sets(st.integers(0, 5)),
    start=st.integers(0, 130),
    length=st.integers(0, 130),
)
def test_a_range_of_segments_is_the_range_of_their_bytes(
    pieces: list[bytes], on_disk: set[int], start: int, length: int
) -> None:
    """Reading a range of segments, in memory or on disk, equals slicing their concatenation."""
    spool = Spool()
    segments = [spool.keep(piece, -1 if index in on_disk else 20) for index, piece in enumerate(pieces)]
    content = Content.of(*segments)
    whole = b"".join(pieces)

    assert whole[start : start + length] == content.read(start, start + length)
    stream = content.open()
    stream.seek(start)
    assert whole[start : start + length] == stream.read(length)
    spool.close()


NAMES = st.lists(st.text("ab/", min_size=1, max_size=5), unique=True, max_size=12)


@given(
    names=NAMES,
    prefix=st.text("ab/", max_size=2),
    size=st.integers(1, 4),
    delimiter=st.sampled_from([None, "/"]),
)
def test_pages_make_up_the_whole_listing(names: list[str], prefix: str, size: int, delimiter: str | None) -> None:
    """Whatever the page size, following the markers gives every name once, in order, cut at the delimiter."""
    store = BlobStore(lambda: START)
    store.create_container(*WHERE)
    for name in names:
        store.put(*WHERE, name, b"")

    listed: list[str] = []
    marker: str | None = ""
    while marker is not None and len(listed) <= len(names):
        page = store.list(*WHERE, prefix=prefix, delimiter=delimiter, marker=marker, max_results=size)
        listed += [entry if isinstance(entry, str) else entry.name for entry in page.entries]
        marker = page.next_marker

    assert sorted({cut(name, prefix, delimiter) for name in names if name.startswith(prefix)}) == listed


def cut(name: str, prefix: str, delimiter: str | None) -> str:
    """Return the entry under which a listing shows `name`."""
    end = name.find(delimiter, len(prefix)) if delimiter else -1
    return name if end < 0 else name[: end + 1]


def test_an_empty_file_is_kept_in_memory() -> None:
    """No content makes no segment at all."""
    assert Content.of(b"").segments == ()
    assert not isinstance(Spool().keep(b"", 0), SpooledFile)
    assert Block("AA==", b"").content == b""
