"""The data that a job reads: from a URI of any form to the bytes of one file."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

import yaml

from fakes.world.asset_rules import parse_uri
from fakes.world.engine import Opener
from fakes.world.errors import Invalid, NotFound

if TYPE_CHECKING:
    from fakes.world.blobs import Blob
    from fakes.world.world import Workspace, World

_DATA_ASSET = re.compile(r"(?:azureml:)?(?:/subscriptions/.*)?/data/(?P<name>[^/]+)/versions/(?P<version>[^/]+)")
_NAMED = re.compile(r"azureml:(?P<name>[^:/]+):(?P<version>[^:/]+)")
_BLOB_URL = re.compile(
    r"https://(?P<account>[a-z0-9]+)\.blob\.core\.windows\.net(?::443)?/(?P<container>[^/]+)/(?P<path>.+)"
)


def opener(world: World, workspace: Workspace, uri: str, *, kind: str) -> Opener:
    """Return how to open the file behind a data input; refuses what does not exist (text inferred).

    kind: `uri_file`, `uri_folder` (its first file) or `mltable` (the first file that its MLTable names).
    """
    named = _DATA_ASSET.fullmatch(uri) or _NAMED.fullmatch(uri)
    if named:
        asset = workspace.assets.get("data", named["name"], named["version"])
        uri = str(asset.properties["dataUri"])
        kind = str(asset.properties["dataType"])
    account, container, path = _place(workspace, uri)
    if kind == "mltable":
        path = _mltable_file(world, account, container, path.rstrip("/"))
    blob = world.blobs.get(account, container, path)
    if blob is None:
        blob = _first_below(world, account, container, path, uri)
    return partial(_open, world, blob)


def _open(world: World, blob: Blob) -> BinaryIO:
    return world.blobs.open(blob)


def _place(workspace: Workspace, uri: str) -> tuple[str, str, str]:
    url = _BLOB_URL.fullmatch(uri)
    if url:
        return url["account"], url["container"], url["path"]
    datastore, path = parse_uri(workspace, uri)
    store = workspace.datastores[datastore]
    return store.account, store.container, path


def _first_below(world: World, account: str, container: str, path: str, uri: str) -> Blob:
    found = world.blobs.list(account, container, prefix=path.rstrip("/") + "/", max_results=1).blobs
    if not found:
        raise NotFound(f"The data input {uri} does not exist.", code="UserError", inner=("NotFoundError",))
    return found[0]


def _mltable_file(world: World, account: str, container: str, folder: str) -> str:
    blob = world.blobs.get(account, container, f"{folder}/MLTable")
    if blob is None:
        raise NotFound(f"No MLTable file in {folder}.", code="UserError", inner=("NotFoundError",))
    with world.blobs.open(blob) as stream:
        content = yaml.safe_load(stream.read()) or {}
    for entry in content.get("paths") or []:
        name = entry.get("file") or entry.get("pattern")
        if name:
            return f"{folder}/{str(name).removeprefix('./')}"
    raise Invalid(f"The MLTable in {folder} names no file.", inner=("BadArgument",))
