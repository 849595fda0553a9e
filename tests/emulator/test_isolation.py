"""Workspaces and emulators see nothing of each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from azure.ai.ml import MLClient
from azure.ai.ml.entities import ManagedOnlineEndpoint, Model
from fine_tuning_job import client_of, conversations, create_cluster, put_job

from fakes.emulator import Emulator


@pytest.fixture
def other(azure: Emulator) -> MLClient:
    """A client of a second workspace in the same group."""
    azure.world.create_workspace(azure.subscription_id, azure.resource_group, "other", "eastus2")
    return MLClient(azure.credential, azure.subscription_id, azure.resource_group, "other")


def _fill(azure: Emulator, workspace: MLClient, folder: Path) -> None:
    create_cluster(workspace)
    put_job(azure, conversations(folder / "train.jsonl"))
    workspace.models.create_or_update(Model(name="m", version="1", path=folder / "train.jsonl"))
    workspace.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(name="chat-1")).result()


@pytest.mark.parametrize(
    "listed",
    [
        lambda client: client.compute.list(),
        lambda client: client.jobs.list(),
        lambda client: client.models.list(),
        lambda client: client.online_endpoints.list(),
    ],
    ids=["compute", "jobs", "models", "online_endpoints"],
)
def test_workspaces_see_nothing_of_each_other(
    azure: Emulator, workspace: MLClient, other: MLClient, tmp_path: Path, listed: Callable[[MLClient], Any]
) -> None:
    """What is created in one workspace is in its lists and in no other's."""
    _fill(azure, workspace, tmp_path)

    assert (len(list(listed(workspace))), len(list(listed(other)))) == (1, 0)


def test_a_job_is_unknown_elsewhere(azure: Emulator, other: MLClient, tmp_path: Path) -> None:
    """Another workspace does not find the job by its name either."""
    name = put_job(azure, conversations(tmp_path / "train.jsonl"))

    with pytest.raises(Exception, match=f"Job with name {name} was not found"):
        other.jobs.get(name)


def test_workspaces_store_apart(workspace: MLClient, other: MLClient) -> None:
    """Each has its own storage account and container."""
    first, second = workspace.datastores.get_default(), other.datastores.get_default()

    assert first.account_name != second.account_name
    assert first.container_name != second.container_name


def _identifiers(seed: int) -> list[str]:
    with Emulator(pace="instant", seed=seed) as azure:
        workspace = client_of(azure)
        endpoint = workspace.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(name="chat-1")).result()
        keys = workspace.online_endpoints.get_keys("chat-1")
        found = workspace.workspaces.get("acceptance")
        return [azure.subscription_id, found.storage_account, keys.primary_key, endpoint.id]


def test_one_seed_one_azure() -> None:
    """Two emulators with the same seed make up the same identifiers and keys."""
    assert _identifiers(7) == _identifiers(7)


def test_another_seed_another_azure() -> None:
    """Emulators with different seeds have no identifier in common."""
    assert set(_identifiers(7)) & set(_identifiers(8)) == set()


def test_emulators_have_clocks_of_their_own() -> None:
    """Waiting in one emulator is not waiting in another."""
    first, second = Emulator(), Emulator()
    first.clock.advance(60)

    assert (first.clock.now() - second.clock.now()).total_seconds() == 60
