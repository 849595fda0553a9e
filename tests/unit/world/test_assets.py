"""Versioned assets, whatever their kind."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.world.assets import KINDS, AssetStore, AssetVersion, in_view
from fakes.world.errors import Invalid, NotFound

START = datetime(2024, 5, 10, 12, tzinfo=timezone.utc)
LATER = START + timedelta(hours=1)


def _store(*versions: str, **properties: Any) -> AssetStore:
    """Return a store with versions of the model `m`, a minute apart."""
    store = AssetStore()
    for number, version in enumerate(versions):
        store.put("models", "m", version, dict(properties), START + timedelta(minutes=number))
    return store


def test_a_put_tells_what_is_new() -> None:
    """The flag is True for the first PUT of a version and False for the next."""
    store = AssetStore()

    assert [store.put("models", "m", "1", {}, START)[1] for _ in range(2)] == [True, False]


def test_the_newest_is_the_latest() -> None:
    """The latest version is the one created last, not the highest number: "foobar" won (recorded 2022-08)."""
    latest = _store("1", "20", "foobar").latest("models", "m")

    assert latest is not None
    assert latest.version == "foobar"


@given(st.lists(st.text("0123456789abc", min_size=1), unique=True))
def test_versions_come_newest_first(versions: list[str]) -> None:
    """A list of versions is ordered by creation, newest first (recorded)."""
    assert [asset.version for asset in _store(*versions).versions("models", "m")] == versions[::-1]


def test_of_one_instant_the_last_to_come_is_the_newest() -> None:
    """Two versions that a client creates without waiting are still told apart."""
    store = AssetStore()
    for version in ("1", "2"):
        store.put("models", "m", version, {}, START)

    assert [asset.version for asset in store.versions("models", "m")] == ["2", "1"]


def test_an_update_is_no_creation() -> None:
    """Updating an old version does not make it the latest one."""
    store = _store("1", "2")
    store.put("models", "m", "1", {"description": "new"}, LATER)

    assert [asset.version for asset in store.versions("models", "m")] == ["2", "1"]


def test_an_update_keeps_when_it_was_created() -> None:
    """`created` stays and `modified` moves."""
    asset, _ = _store("1").put("models", "m", "1", {"description": "new"}, LATER)

    assert (asset.created, asset.modified, asset.properties["description"]) == (START, LATER, "new")


@pytest.mark.parametrize(
    ("kind", "fixed"),
    [("models", "modelUri"), ("models", "modelType"), ("data", "dataUri"), ("data", "dataType")],
)
def test_a_version_keeps_its_content(kind: str, fixed: str) -> None:
    """A version is immutable: other content under the same name and version is refused (documented for data)."""
    store = AssetStore()
    store.put(kind, "a", "1", {fixed: "old"}, START)

    with pytest.raises(Invalid, match=r"already exists.*use a different name or version") as refused:
        store.put(kind, "a", "1", {fixed: "new"}, LATER)
    assert refused.value.inner == ("BadArgument", "VersionIsImmutable")


def test_an_unknown_version_is_named() -> None:
    """The refusal names the asset that is missing."""
    with pytest.raises(NotFound, match="models/m/versions/2"):
        _store("1").get("models", "m", "2")


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_name_has_no_versions(kind: str) -> None:
    """The versions of an unknown name are none, and no error (recorded 2024-04)."""
    assert AssetStore().versions(kind, "unknown") == []


@pytest.mark.parametrize(("view", "expected"), [("ActiveOnly", ["2"]), ("ArchivedOnly", ["1"]), ("All", ["2", "1"])])
def test_views_tell_archived_versions_apart(view: str, expected: list[str]) -> None:
    """A view shows active versions, archived ones or both (recorded)."""
    store = _store("1", "2")
    store.put("models", "m", "1", {"isArchived": True}, LATER)

    assert [asset.version for asset in in_view(store.versions("models", "m"), view)] == expected


@pytest.mark.parametrize(("version", "left"), [("1", ["2"]), (None, []), ("9", ["2", "1"])])
def test_deleting(version: str | None, left: list[str]) -> None:
    """A version is deleted alone, a name with all its versions, and nothing is no error."""
    store = _store("1", "2")
    store.delete("models", "m", version)

    assert [asset.version for asset in store.versions("models", "m")] == left


def test_names_come_in_the_order_of_creation() -> None:
    """`containers` and `every` tell what a kind has, and nothing of other kinds."""
    store = AssetStore()
    for kind, name in (("models", "b"), ("models", "a"), ("data", "c")):
        store.put(kind, name, "1", {}, START)

    assert [found.name for found in store.containers("models")] == ["b", "a"]
    assert [found.name for found in store.containers("data")] == ["c"]
    assert [asset.name for asset in store.every("models")] == ["b", "a"]


def test_tags_are_never_null() -> None:
    """An asset sent with null tags has none."""
    assert AssetVersion("models", "m", "1", {"tags": None}, START, START).tags == {}
