"""Contract: workspaces and registries, and what they see of each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from contract_steps import make_cluster, make_endpoint, register, submit_command
from contract_subject import Subject
from evidence import Evidence, evidence, gap


@evidence(Evidence.RECORDED, "workspace GET, 2026-03")
def test_a_workspace_tells_its_region_and_where_its_services_are(aml: Subject) -> None:
    """`workspaces.get` tells the region and the address from which the other services are found."""
    found = aml.workspace.workspaces.get(aml.azure.workspace_name)

    assert found.location == "eastus2"
    assert found.discovery_url == "https://eastus2.api.azureml.ms/discovery"


@evidence(Evidence.RECORDED, "workspace GET, 2026-03")
def test_a_workspace_tells_where_it_is_tracked(aml: Subject) -> None:
    """The tracking URI of a workspace holds its whole ARM id."""
    found = aml.workspace.workspaces.get(aml.azure.workspace_name)

    assert found.mlflow_tracking_uri == f"azureml://eastus2.api.azureml.ms/mlflow/v1.0{found.id}"


@evidence(Evidence.DOCUMENTED, "ARM compares names of resources and groups without case")
def test_a_workspace_is_found_in_any_case(aml: Subject) -> None:
    """Group and workspace are found whatever the case, and shown in their own."""
    shouting = aml.client(aml.azure.workspace_name.upper(), aml.azure.resource_group.upper())

    assert shouting.workspaces.get(aml.azure.workspace_name.upper()).name == aml.azure.workspace_name


@evidence(Evidence.DOCUMENTED, "ARM's ResourceNotFound, aka.ms/ARMResourceNotFoundFix")
def test_an_unknown_workspace_is_not_found(aml: Subject) -> None:
    """`workspaces.get` of a name that nobody has is a 404 with ARM's own code."""
    with pytest.raises(ResourceNotFoundError) as refused:
        aml.workspace.workspaces.get("none")

    assert (refused.value.status_code, refused.value.error.code) == (404, "ResourceNotFound")


@evidence(Evidence.DOCUMENTED, "ARM's ResourceNotFound, aka.ms/ARMResourceNotFoundFix")
def test_nothing_is_in_an_unknown_workspace(aml: Subject) -> None:
    """Lists of a workspace that does not exist are a 404, not empty."""
    with pytest.raises(ResourceNotFoundError):
        list(aml.client("none").models.list("m"))


@evidence(Evidence.DOCUMENTED, "REST: Workspaces_ListByResourceGroup")
def test_workspaces_of_the_group_are_listed(aml: Subject) -> None:
    """`workspaces.list` shows those of the client's resource group."""
    aml.neighbour()

    assert {found.name for found in aml.workspace.workspaces.list()} == {aml.azure.workspace_name, "other"}


@pytest.mark.parametrize("listed", ["compute", "jobs", "models", "online_endpoints"])
@evidence(Evidence.DOCUMENTED, "each of these is a child resource of one workspace")
def test_two_workspaces_see_nothing_of_each_other(aml: Subject, tmp_path: Path, listed: str) -> None:
    """What is made in one workspace is in its lists and in no other's."""
    other = aml.neighbour()
    make: dict[str, Callable[[Any], Any]] = {
        "compute": make_cluster,
        "jobs": submit_command,
        "models": lambda client: register(client, tmp_path),
        "online_endpoints": make_endpoint,
    }
    make[listed](aml.workspace)

    counts = [len(list(getattr(client, listed).list())) for client in (aml.workspace, other)]
    assert counts == [1, 0]


@evidence(Evidence.RECORDED, "the container's name holds the workspace's own id")
def test_workspaces_store_apart(aml: Subject) -> None:
    """Each workspace keeps its files in a storage account and a container of its own."""
    first, second = aml.workspace.datastores.get_default(), aml.neighbour().datastores.get_default()

    assert first.account_name != second.account_name
    assert first.container_name != second.container_name


@evidence(Evidence.RECORDED, "registry discovery without access, 2025 and 2026")
def test_an_unknown_registry_is_forbidden(aml: Subject) -> None:
    """A registry that does not exist is refused with 403, as one that is not allowed."""
    with pytest.raises(HttpResponseError, match="not allowed to access registry none") as refused:
        aml.registry_called("none")

    assert refused.value.status_code == 403


@gap("fake", "its clients carry no tokens, so none of them expires")
@evidence(Evidence.DOCUMENTED, "ARM's ExpiredAuthenticationToken; tokens last an hour to a day")
def test_a_token_that_has_expired_is_refused(aml: Subject) -> None:
    """Who goes on with a token of two days ago is refused with 401 and told that it has expired."""
    aml.workspace.workspaces.get(aml.azure.workspace_name)
    aml.clock.advance(2 * 86_400)

    with pytest.raises(ClientAuthenticationError, match="ExpiredAuthenticationToken") as refused:
        aml.workspace.workspaces.get(aml.azure.workspace_name)
    assert refused.value.status_code == 401
