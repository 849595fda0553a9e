"""A world and what it holds."""

from __future__ import annotations

import pytest
from fine_tuning import TRAIN, new_world, submit, upload, wait

from fakes.world.data_inputs import opener
from fakes.world.errors import Forbidden, NotFound
from fakes.world.world import Workspace, World


@pytest.fixture
def world() -> World:
    """A world at Azure's pace."""
    return new_world()


def _other(world: World, name: str = "other") -> Workspace:
    return world.create_workspace(world.subscription_id, "acceptance", name, "westeurope")


def test_it_opens_on_the_catalogue_s_day(world: World) -> None:
    """The clock begins at the instant that the catalogue gives."""
    assert world.clock.now() == world.catalogue.opened


def test_it_begins_with_one_workspace_and_two_registries(world: World) -> None:
    """One workspace with its default datastores, and the public registries, exist at the start."""
    assert world.workspaces() == [world.home]
    assert list(world.home.datastores) == ["workspaceblobstore", "workspaceartifactstore"]
    assert list(world.registries) == ["azureml", "azureml-meta"]


def test_a_workspace_s_container_is_named_by_its_id(world: World) -> None:
    """The default container is `azureml-blobstore-{workspaceId}` (recorded)."""
    store = world.home.datastores["workspaceblobstore"]

    assert store.container == f"azureml-blobstore-{world.home.workspace_id}" == world.home.default_container


def test_names_are_compared_without_case(world: World) -> None:
    """ARM finds a workspace whatever the case of its names."""
    home = world.home

    assert world.workspace(home.subscription_id.upper(), "ACCEPTANCE", "Acceptance") is home


def test_creating_twice_is_creating_once(world: World) -> None:
    """A workspace that exists is returned as it is."""
    assert _other(world) is _other(world)


def test_an_unknown_workspace_is_not_found(world: World) -> None:
    """The refusal is ARM's own (documented)."""
    with pytest.raises(NotFound, match="workspaces/none' under resource group 'acceptance' was not found") as refused:
        world.workspace(world.subscription_id, "acceptance", "none")
    assert refused.value.code == "ResourceNotFound"


def test_a_deleted_workspace_is_gone(world: World) -> None:
    """After a deletion the workspace is found neither by name nor by id."""
    other = _other(world)
    world.delete_workspace(other)

    assert world.workspaces() == [world.home]
    with pytest.raises(NotFound, match=other.workspace_id):
        world.workspace_by_id(other.workspace_id)


def test_an_unknown_registry_is_forbidden(world: World) -> None:
    """A registry that does not exist answers like one without access (recorded 2025-05)."""
    with pytest.raises(Forbidden, match="is not allowed to access registry none") as refused:
        world.registry("none")
    assert refused.value.inner[-1] == "UnAuthorizedRegistryAccess"


def test_workspaces_see_nothing_of_each_other(world: World) -> None:
    """Jobs, files and experiments stay in their workspace."""
    submit(world)
    other = _other(world)

    assert (other.jobs, other.experiments, other.assets.containers("models")) == ({}, {}, [])
    with pytest.raises(NotFound):
        opener(world, other, TRAIN, kind="uri_file")


def test_one_seed_one_world() -> None:
    """Worlds of one seed make up the same identifiers, those of another seed none of them."""
    first, same, other = (new_world(seed=seed) for seed in (1, 1, 2))

    assert first.home == same.home
    assert first.identity.application == same.identity.application
    assert first.home.workspace_id != other.home.workspace_id
    assert first.home.storage_account != other.home.storage_account


def test_worlds_share_nothing() -> None:
    """What is done in one world is not seen in another of the same seed."""
    first, second = new_world(), new_world()
    submit(first)
    upload(first, first.home, "data/new", b"x")
    wait(first, 100)

    assert (second.home.jobs, second.clock.now()) == ({}, second.catalogue.opened)
    assert second.blobs.get(second.home.storage_account, second.home.default_container, "data/new") is None


def test_what_is_due_happens_on_catching_up(world: World) -> None:
    """The passing of time alone changes nothing until somebody asks."""
    done: list[object] = []
    world.schedule.at(world.clock.now(), done.append)
    assert done == []

    world.catch_up()

    assert len(done) == 1
