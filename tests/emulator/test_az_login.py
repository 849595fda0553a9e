"""What clients ask of Azure Resource Manager when somebody has signed in: the cloud, the tenant, its subscriptions."""

from __future__ import annotations

import pytest
import requests
from azure.ai.ml._azure_environments import _get_clouds_by_metadata_url
from bare import ARM, ask

from fakes.emulator import Emulator
from fakes.emulator.services.clouds import METADATA_URL


def test_the_cloud_is_described_without_a_token(azure: Emulator) -> None:
    """Metadata come before any sign-in, as a list, which is all that the Azure CLI takes (its source)."""
    (cloud,) = requests.get(METADATA_URL, timeout=5).json()

    assert (cloud["name"], cloud["suffixes"]["storage"]) == ("AzureCloud", "core.windows.net")
    assert cloud["authentication"]["loginEndpoint"] == "https://login.microsoftonline.com/"


def test_the_sdk_finds_the_cloud_that_it_is_in(azure: Emulator) -> None:
    """It takes the cloud whose `resourceManager` stands in the URL of the metadata (SDK source)."""
    azure.world.cloud = "LocalAzureML"
    (cloud,) = _get_clouds_by_metadata_url(METADATA_URL).items()

    assert cloud[0] == "LocalAzureML"
    assert cloud[1]["resource_manager"] in METADATA_URL
    assert cloud[1]["aml_resource_id"] == "https://ml.azure.com"


def test_the_subscriptions_are_listed(azure: Emulator) -> None:
    """`az login` takes them from here: the world's own first, others when they hold a workspace."""
    other = "00000000-0000-4000-a000-000000000001"
    azure.world.create_workspace(other, "g", "w", "eastus")
    listed = ask(azure, "GET", f"{ARM}/subscriptions").json()

    assert [found["subscriptionId"] for found in listed["value"]] == [azure.subscription_id, other]
    assert {found["tenantId"] for found in listed["value"]} == {azure.environment["AZURE_TENANT_ID"]}
    assert listed["count"] == {"type": "Total", "value": 2}


@pytest.mark.parametrize(("known", "status"), [(True, 200), (False, 404)])
def test_a_subscription_is_there_or_not(azure: Emulator, known: bool, status: int) -> None:
    """One that nobody has is not found."""
    wanted = azure.subscription_id.upper() if known else "00000000-0000-4000-a000-000000000001"

    assert ask(azure, "GET", f"{ARM}/subscriptions/{wanted}").status_code == status


def test_the_tenant_is_listed(azure: Emulator) -> None:
    """There is one."""
    (tenant,) = ask(azure, "GET", f"{ARM}/tenants").json()["value"]

    assert tenant["tenantId"] == azure.environment["AZURE_TENANT_ID"]


@pytest.mark.parametrize("path", ["/subscriptions", "/tenants"])
def test_who_has_not_signed_in_sees_nothing(azure: Emulator, path: str) -> None:
    """Without a token there is no answer."""
    assert ask(azure, "GET", f"{ARM}{path}", headers={}).status_code == 401
