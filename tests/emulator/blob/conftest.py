"""Clients of one storage account of a local Azure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from azure.storage.blob import BlobServiceClient, ContainerClient

from fakes.emulator import Emulator
from fakes.world.storage_keys import account_key, sas_token

MIB = 1 << 20


@pytest.fixture
def azure() -> Iterator[Emulator]:
    """A local Azure."""
    with Emulator(pace="instant") as azure:
        yield azure


@pytest.fixture
def account(azure: Emulator) -> str:
    """The name of the workspace's storage account."""
    return azure.world.home.storage_account


@pytest.fixture
def key(azure: Emulator, account: str) -> str:
    """The key of the account."""
    return account_key(azure.world.seed, account)


@pytest.fixture
def service(account: str, key: str) -> BlobServiceClient:
    """A client of the account, which uploads more than 1 MiB by blocks."""
    return BlobServiceClient(f"https://{account}.blob.core.windows.net", credential=key, max_single_put_size=MIB)


@pytest.fixture
def container(azure: Emulator, service: BlobServiceClient) -> ContainerClient:
    """A client of the container behind `workspaceblobstore`."""
    return service.get_container_client(azure.world.home.default_container)


@pytest.fixture
def ask(azure: Emulator, container: ContainerClient, account: str, key: str) -> Any:
    """Ask for a path in the container without a client in between."""
    sas = sas_token(key, account, azure.clock.now(), 1)

    def ask(method: str, path: str, query: str = "", **options: Any) -> requests.Response:
        return requests.request(method, f"{container.url}/{path}?{query}&{sas}", **options)

    return ask
