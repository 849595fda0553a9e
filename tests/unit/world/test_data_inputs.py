"""From the URI of a data input to the bytes of one file."""

from __future__ import annotations

import pytest
from fine_tuning import new_world, upload

from fakes.world.asset_rules import put_asset
from fakes.world.data_inputs import opener
from fakes.world.errors import Invalid, NotFound
from fakes.world.world import World

STORE = "azureml://datastores/workspaceblobstore/paths"


@pytest.fixture
def world() -> World:
    """A world with a file, a folder, a table and a data asset."""
    world = new_world()
    upload(world, world.home, "data/train.jsonl", b"rows")
    upload(world, world.home, "table/MLTable", b"paths:\n- pattern: ./part.jsonl\n")
    upload(world, world.home, "table/part.jsonl", b"part")
    upload(world, world.home, "empty/MLTable", b"type: mltable\n")
    sent = {"dataUri": f"{STORE}/data/train.jsonl", "dataType": "uri_file"}
    put_asset(world, world.home, "data", "rows", "1", sent)
    return world


def _read(world: World, uri: str, kind: str = "uri_file") -> bytes:
    return opener(world, world.home, uri, kind=kind)().read()


@pytest.mark.parametrize(
    "uri",
    [
        "azureml://datastores/workspaceblobstore/paths/data/train.jsonl",
        "azureml://subscriptions/s/resourceGroups/g/workspaces/w/datastores/workspaceblobstore/paths/data/train.jsonl",
        "azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/workspaceblobstore/paths/data/train.jsonl",
        "azureml:rows:1",
        "/subscriptions/s/resourceGroups/g/providers/p/workspaces/w/data/rows/versions/1",
        "azureml:/subscriptions/s/resourceGroups/g/providers/p/workspaces/w/data/rows/versions/1",
    ],
)
def test_every_form_of_a_uri_leads_to_the_file(world: World, uri: str) -> None:
    """Short and long datastore URIs, and data assets by name or by id, open the same file."""
    assert _read(world, uri) == b"rows"


def test_a_blob_url_leads_to_the_file(world: World) -> None:
    """A file may be named by its URL."""
    home = world.home
    url = f"https://{home.storage_account}.blob.core.windows.net/{home.default_container}/data/train.jsonl"

    assert _read(world, url) == b"rows"


def test_a_stream_can_be_opened_again(world: World) -> None:
    """Each call of an opener gives a fresh stream."""
    opens = opener(world, world.home, f"{STORE}/data/train.jsonl", kind="uri_file")

    assert [opens().read(), opens().read()] == [b"rows", b"rows"]


@pytest.mark.parametrize("path", ["data", "data/"])
def test_a_folder_is_its_first_file(world: World, path: str) -> None:
    """Of a folder the first file is read."""
    assert _read(world, f"{STORE}/{path}", "uri_folder") == b"rows"


def test_a_table_is_the_file_that_it_names(world: World) -> None:
    """Of an mltable the first file that its MLTable names is read."""
    assert _read(world, f"{STORE}/table/", "mltable") == b"part"


@pytest.mark.parametrize(
    ("uri", "kind", "refusal", "words"),
    [
        (f"{STORE}/none", "uri_file", NotFound, "none does not exist"),
        ("azureml:none:1", "uri_file", NotFound, "data/none/versions/1"),
        (f"{STORE}/data", "mltable", NotFound, "No MLTable file in data"),
        (f"{STORE}/empty", "mltable", Invalid, "The MLTable in empty names no file"),
        ("azureml://datastores/none/paths/x", "uri_file", NotFound, "Could not find datastore: none"),
        ("./train.jsonl", "uri_file", Invalid, "is not a path on a datastore"),
    ],
)
def test_what_is_not_there_is_named(world: World, uri: str, kind: str, refusal: type[Exception], words: str) -> None:
    """A file, asset, table or datastore that is missing is refused by name (texts inferred)."""
    with pytest.raises(refusal, match=words):
        _read(world, uri, kind)
