"""Blobs on their way to local files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fakes.world.asset_rules import parse_uri

if TYPE_CHECKING:
    from fakes.ml_client.scope import Scope
    from fakes.world.blobs import Blob

_BLOB_URL = re.compile(
    r"https://(?P<account>[^./]+)\.blob\.core\.windows\.net(?::443)?/(?P<container>[^/]+)/(?P<path>.*)"
)


def download_uri(scope: Scope, uri: str, destination: Path, *, named: bool = False) -> None:
    """Write what is at a URI below `destination`, a folder's files as they lie below it.

    named: a folder keeps its own name there.
    """
    account, container, path = _place(scope, uri)
    prefix = path.rstrip("/")
    single = scope.world.blobs.get(account, container, prefix)
    if single is not None:
        _write(scope, single, destination / prefix.rpartition("/")[2])
        return
    below = destination / prefix.rpartition("/")[2] if named else destination
    for blob in _below(scope, account, container, prefix + "/"):
        _write(scope, blob, below / blob.name.removeprefix(prefix + "/"))


def _place(scope: Scope, uri: str) -> tuple[str, str, str]:
    url = _BLOB_URL.fullmatch(uri)
    if url:
        return url["account"], url["container"], url["path"]
    home = scope.workspace()
    datastore, path = scope.ask("Datastores_Get", "GET", lambda: parse_uri(home, uri))
    store = home.datastores[datastore]
    return store.account, store.container, path


def _below(scope: Scope, account: str, container: str, prefix: str) -> Iterator[Blob]:
    marker: str | None = ""
    while marker is not None:
        find = partial(scope.world.blobs.list, account, container, prefix=prefix, marker=marker or None)
        page = scope.ask("Container_ListBlobs", "GET", find)
        yield from page.blobs
        marker = page.next_marker


def _write(scope: Scope, blob: Blob, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)

    def read() -> bytes:
        with scope.world.blobs.open(blob) as stream:
            return stream.read()

    target.write_bytes(scope.ask("Blob_Download", "GET", read))
