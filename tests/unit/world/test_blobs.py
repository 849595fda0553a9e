"""The blob store: content, blocks, listings and what it keeps on disk."""

from __future__ import annotations

import gc
import hashlib
import io
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from fakes.world.blob_container import BlockRef
from fakes.world.blobs import IN_MEMORY, BlobStore
from fakes.world.errors import Conflict, Invalid, NotFound

START = datetime(2023, 10, 31, 3, 50, 43, tzinfo=timezone.utc)
WHERE = ("st1", "data")


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = START


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at START."""
    return Clock()


@pytest.fixture
def store(clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BlobStore]:
    """A store with one empty container; what it spools lies under `tmp_path`."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    store = BlobStore(lambda: clock.now)
    store.create_container(*WHERE)
    yield store
    store.close()


def spooled(folder: Path) -> list[Path]:
    """Return the files that stores keep under `folder`."""
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_small_blob_stays_in_memory(store: BlobStore, tmp_path: Path) -> None:
    """Content of 1 MiB is read back and leaves no file."""
    content = bytes(IN_MEMORY)

    blob = store.put(*WHERE, "a", content)

    assert content == store.open(blob).read()
    assert spooled(tmp_path) == []


@pytest.mark.parametrize("as_stream", [False, True])
def test_a_large_blob_lies_on_disk(store: BlobStore, tmp_path: Path, as_stream: bool) -> None:
    """Content of more than 1 MiB is in one file, whether it came as bytes or as a stream."""
    content = b"0123456789abcdef" * (IN_MEMORY // 8)

    blob = store.put(*WHERE, "a", io.BytesIO(content) if as_stream else content)

    assert content == b"".join(store.chunks(blob))
    assert hashlib.md5(content).digest() == blob.md5
    assert [len(content)] == [path.stat().st_size for path in spooled(tmp_path)]


def test_chunks_are_at_most_one_mebibyte(store: BlobStore) -> None:
    """A download never holds more than 1 MiB of a blob."""
    blob = store.put(*WHERE, "a", bytes(2 * IN_MEMORY + 1))

    assert [len(chunk) for chunk in store.chunks(blob)] == [IN_MEMORY, IN_MEMORY, 1]


def test_a_deleted_blob_leaves_no_file(store: BlobStore, tmp_path: Path) -> None:
    """The file of a blob goes with the blob."""
    store.put(*WHERE, "a", bytes(IN_MEMORY + 1))

    store.delete(*WHERE, "a")
    gc.collect()

    assert spooled(tmp_path) == []


def test_a_download_outlives_a_delete(store: BlobStore) -> None:
    """A download that has begun ends with the content that it began with."""
    content = bytes(3 * IN_MEMORY)
    chunks = store.chunks(store.put(*WHERE, "a", content))
    first = next(chunks)

    store.delete(*WHERE, "a")

    assert content == first + b"".join(chunks)


def test_close_removes_the_folder(store: BlobStore, tmp_path: Path) -> None:
    """A closed store leaves nothing behind."""
    store.put(*WHERE, "a", bytes(IN_MEMORY + 1))

    store.close()

    assert list(tmp_path.iterdir()) == []


def test_an_upload_that_breaks_leaves_no_file(store: BlobStore, tmp_path: Path) -> None:
    """When the sender goes away in the middle there is neither a blob nor a file."""

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > IN_MEMORY:
                raise ConnectionResetError
            return super().read(size)

    with pytest.raises(ConnectionResetError):
        store.put(*WHERE, "a", Broken(bytes(4 * IN_MEMORY)))
    gc.collect()

    assert store.get(*WHERE, "a") is None
    assert spooled(tmp_path) == []


def test_if_none_match_protects_a_blob(store: BlobStore) -> None:
    """A conditional write is refused and changes nothing when the blob exists."""
    store.put(*WHERE, "a", b"old")

    with pytest.raises(Conflict) as refused:
        store.put(*WHERE, "a", b"new", if_none_match=True)

    assert refused.value.code == "BlobAlreadyExists"
    assert store.open(store.existing(*WHERE, "a")).read() == b"old"


def test_a_wrong_md5_is_refused(store: BlobStore) -> None:
    """Content that is not what its sender says it is is not stored."""
    with pytest.raises(Invalid) as refused:
        store.put(*WHERE, "a", b"hello", content_md5=bytes(16))

    assert refused.value.code == "Md5Mismatch"
    assert store.get(*WHERE, "a") is None


def test_names_tell_what_is_missing(store: BlobStore) -> None:
    """A missing blob and a missing container have codes of their own."""
    with pytest.raises(NotFound) as blob:
        store.existing(*WHERE, "a")
    with pytest.raises(NotFound) as container:
        store.existing("st2", "data", "a")

    assert (blob.value.code, container.value.code) == ("BlobNotFound", "ContainerNotFound")


def test_accounts_see_nothing_of_each_other(store: BlobStore) -> None:
    """A container of the same name in another account is another container."""
    store.create_container("st2", "data")
    store.put(*WHERE, "a", b"1")

    assert store.get("st2", "data", "a") is None


def test_an_etag_is_the_tick_of_the_change(store: BlobStore) -> None:
    """The entity tag begins like the one recorded in the same second, and no two are equal."""
    first = store.put(*WHERE, "a", b"1").etag
    second = store.put(*WHERE, "a", b"1").etag

    assert first.startswith("0x8DBD9C48E")
    assert first != second


def test_metadata_changes_tag_and_time_but_not_creation(store: BlobStore, clock: Clock) -> None:
    """Setting metadata is a change of the blob."""
    before = store.put(*WHERE, "a", b"1").etag
    clock.now = START + timedelta(seconds=5)

    blob = store.set_metadata(*WHERE, "a", {"upload_status": "completed"})

    assert blob.metadata == {"upload_status": "completed"}
    assert (START, clock.now) == (blob.created, blob.modified)
    assert before != blob.etag


def test_blocks_become_a_blob_in_the_order_of_the_list(store: BlobStore) -> None:
    """A block list decides order and membership, and the service knows no MD5 of the whole."""
    for block_id in ("AA==", "BB==", "CC=="):
        store.stage_block(*WHERE, "a", block_id, block_id.encode())

    blob = store.commit_blocks(*WHERE, "a", [BlockRef("CC=="), BlockRef("AA==")])

    assert store.open(blob).read() == b"CC==AA=="
    assert (blob.committed_blocks, blob.md5) == (2, None)


def test_staged_blocks_are_no_blob(store: BlobStore) -> None:
    """Until its blocks are committed a blob does not exist."""
    store.stage_block(*WHERE, "a", "AA==", b"1")

    assert store.get(*WHERE, "a") is None
    assert store.list(*WHERE).entries == ()


@pytest.mark.parametrize(("source", "expected"), [("Latest", b"new"), ("Committed", b"old"), ("Uncommitted", b"new")])
def test_a_block_list_says_where_a_block_is(store: BlobStore, source: str, expected: bytes) -> None:
    """A block that is committed and staged again is taken from where the list says."""
    store.stage_block(*WHERE, "a", "AA==", b"old")
    store.commit_blocks(*WHERE, "a", [BlockRef("AA==")])
    store.stage_block(*WHERE, "a", "AA==", b"new")

    blob = store.commit_blocks(*WHERE, "a", [BlockRef("AA==", source)])  # type: ignore[arg-type]

    assert expected == store.open(blob).read()


def test_a_commit_discards_what_it_does_not_name(store: BlobStore) -> None:
    """After a commit, a block that was staged and not named is unknown."""
    store.stage_block(*WHERE, "a", "AA==", b"1")
    store.stage_block(*WHERE, "a", "BB==", b"2")
    store.commit_blocks(*WHERE, "a", [BlockRef("AA==")])

    with pytest.raises(Invalid) as refused:
        store.commit_blocks(*WHERE, "a", [BlockRef("BB==")])

    assert refused.value.code == "InvalidBlockList"


def test_block_identifiers_have_one_length(store: BlobStore) -> None:
    """A block whose identifier is longer than its neighbours' is refused."""
    store.stage_block(*WHERE, "a", "AA==", b"1")

    with pytest.raises(Invalid) as refused:
        store.stage_block(*WHERE, "a", "AAAAAA==", b"2")

    assert refused.value.code == "InvalidBlobOrBlock"


def test_appending_counts_pieces(store: BlobStore) -> None:
    """An append blob grows and counts what was appended."""
    store.put(*WHERE, "log", b"", blob_type="AppendBlob")
    store.append(*WHERE, "log", b"one\n")

    blob = store.append(*WHERE, "log", b"two\n")

    assert (store.open(blob).read(), blob.committed_blocks) == (b"one\ntwo\n", 2)


def test_a_block_blob_takes_no_appended_piece(store: BlobStore) -> None:
    """Appending is for append blobs."""
    store.put(*WHERE, "a", b"1")

    with pytest.raises(Conflict) as refused:
        store.append(*WHERE, "a", b"2")

    assert refused.value.code == "InvalidBlobType"


def test_a_deleted_blob_is_not_listed(store: BlobStore) -> None:
    """A listing forgets what was deleted and keeps its neighbours."""
    for name in "abc":
        store.put(*WHERE, name, b"")

    store.delete(*WHERE, "b")

    assert [blob.name for blob in store.list(*WHERE).blobs] == ["a", "c"]
