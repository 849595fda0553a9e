"""Compute clusters and VM sizes through the SDK."""

from __future__ import annotations

from typing import Any

import pytest
from azure.ai.ml import MLClient
from azure.ai.ml.entities import AmlCompute
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from bare import ARM, ask, location_id
from fine_tuning_job import CLUSTER, create_cluster

from fakes.emulator import Emulator

BODY: dict[str, Any] = {
    "location": "eastus2",
    "properties": {
        "computeType": "AmlCompute",
        "properties": {"vmSize": "Standard_ND40rs_v2", "scaleSettings": {"maxNodeCount": 2}},
    },
}


def test_a_cluster_is_created(workspace: MLClient) -> None:
    """The tutorial's cluster is ready when the SDK has waited for it."""
    cluster = create_cluster(workspace)

    assert (cluster.name, cluster.provisioning_state, cluster.max_instances) == (CLUSTER, "Succeeded", 2)


def test_the_size_comes_in_capitals(workspace: MLClient) -> None:
    """The service returns the VM size in upper case (recorded)."""
    create_cluster(workspace)

    assert workspace.compute.get(CLUSTER).size == "STANDARD_ND40RS_V2"


def test_the_first_answer(azure: Emulator) -> None:
    """A PUT answers 201 with state Creating and unknown counts, whether it creates or changes (recorded)."""
    first = ask(azure, "PUT", "/computes/gpu", BODY)
    azure.clock.advance(1)
    second = ask(azure, "PUT", "/computes/gpu", BODY)

    assert [answer.status_code for answer in (first, second)] == [201, 201]
    for properties in (first.json()["properties"], second.json()["properties"]):
        assert properties["provisioningState"] == "Creating"
        assert properties["properties"]["currentNodeCount"] is None


def test_what_differs_between_the_first_answers(azure: Emulator) -> None:
    """Only an update has a resource id and tags that are not null (recorded)."""
    first = ask(azure, "PUT", "/computes/gpu", BODY).json()
    azure.clock.advance(1)
    second = ask(azure, "PUT", "/computes/gpu", BODY).json()

    assert (first["properties"]["resourceId"], first["tags"]) == (None, None)
    assert second["properties"]["resourceId"].endswith("/Microsoft.BatchAI/workspaces/acceptance/clusters/gpu")
    assert second["tags"] == {}


def test_a_ready_cluster_tells_its_nodes(azure: Emulator) -> None:
    """Once it is ready the counts, the place and the allocation are known (recorded)."""
    ask(azure, "PUT", "/computes/gpu", BODY)
    azure.clock.advance(1)
    properties = ask(azure, "GET", "/computes/gpu").json()["properties"]

    assert properties["computeLocation"] == "eastus2"
    assert properties["properties"]["allocationState"] == "Steady"
    assert set(properties["properties"]["nodeStateCounts"].values()) == {0}


def test_an_unknown_compute_is_an_empty_404(azure: Emulator) -> None:
    """The compute service's 404 has no body at all (recorded 2023-01 and 2023-10)."""
    answer = ask(azure, "GET", "/computes/none")

    assert (answer.status_code, answer.content) == (404, b"")
    assert answer.headers["x-ms-response-type"] == "standard"
    assert "Content-Type" not in answer.headers


def test_the_sdk_raises_for_it(workspace: MLClient) -> None:
    """`compute.get` of an unknown name raises ResourceNotFoundError, on which the tutorial creates the cluster."""
    with pytest.raises(ResourceNotFoundError):
        workspace.compute.get("none")


def test_a_cluster_is_changed(workspace: MLClient) -> None:
    """`begin_update` changes the scale of a cluster that exists."""
    cluster = create_cluster(workspace)
    cluster.max_instances = 4
    workspace.compute.begin_update(cluster).result()

    assert workspace.compute.get(CLUSTER).max_instances == 4


def test_clusters_are_listed(workspace: MLClient) -> None:
    """`list` names every compute of the workspace."""
    for name in ("one", "two"):
        create_cluster(workspace, name)

    assert [compute.name for compute in workspace.compute.list()] == ["one", "two"]


def test_a_deleted_cluster_is_gone(workspace: MLClient) -> None:
    """After `begin_delete(...).wait()` nothing is listed."""
    create_cluster(workspace)
    workspace.compute.begin_delete(CLUSTER).wait()

    assert list(workspace.compute.list()) == []


def test_a_deletion_takes_its_time(azure: Emulator) -> None:
    """DELETE answers 202 without a body; until its operation is done the cluster is Deleting (recorded)."""
    ask(azure, "PUT", "/computes/gpu", BODY)
    azure.clock.advance(1)
    answer = ask(azure, "DELETE", "/computes/gpu")
    during = ask(azure, "GET", "/computes/gpu").json()["properties"]["provisioningState"]
    azure.clock.advance(1)

    assert (answer.status_code, answer.content, during) == (202, b"", "Deleting")
    assert ask(azure, "GET", "/computes/gpu").status_code == 404


def test_an_unknown_size_is_refused(workspace: MLClient) -> None:
    """The refusal names the nearest sizes that exist (inferred)."""
    cluster = AmlCompute(name="gpu", size="Standard_ND40rs_v9", max_instances=1)

    with pytest.raises(HttpResponseError, match=r"'Standard_ND40rs_v9' is not supported.*Standard_ND40rs_v2"):
        workspace.compute.begin_create_or_update(cluster)


def test_a_name_that_no_cluster_may_have_is_refused(azure: Emulator) -> None:
    """The refusal is a 400 that tells the rule (inferred)."""
    answer = ask(azure, "PUT", "/computes/gpu_big", BODY)

    assert answer.status_code == 400
    assert "Compute name 'gpu_big' is not valid: 3 to 32 letters" in answer.json()["error"]["message"]


def test_a_failed_cluster_says_why(azure: Emulator, workspace: MLClient) -> None:
    """A cluster that could not be provisioned is Failed, with its errors."""
    azure.faults.fail_compute("out of cores", code="ClusterCoreQuotaReached")

    assert create_cluster(workspace).provisioning_state == "Failed"
    errors = ask(azure, "GET", f"/computes/{CLUSTER}").json()["properties"]["provisioningErrors"]
    assert [entry["error"]["code"] for entry in errors] == ["ClusterCoreQuotaReached"]


def test_a_size_may_be_refused_first(azure: Emulator, workspace: MLClient) -> None:
    """A refused tier raises, and the next attempt succeeds: the tutorial falls back to LowPriority so."""
    azure.faults.refuse_compute()

    with pytest.raises(HttpResponseError, match="The specified VM size is not available"):
        create_cluster(workspace)
    assert create_cluster(workspace).provisioning_state == "Succeeded"


def test_sizes_tell_their_gpus(workspace: MLClient) -> None:
    """`list_sizes` is where the tutorial reads the number of GPUs of a size."""
    sizes = {size.name: size for size in workspace.compute.list_sizes()}

    assert (sizes["Standard_ND40rs_v2"].gpus, sizes["Standard_DS3_v2"].gpus) == (8, 0)


@pytest.mark.parametrize(("compute_type", "some"), [("amlcompute", True), ("Kubernetes", False)])
def test_sizes_of_a_compute_type(workspace: MLClient, compute_type: str, some: bool) -> None:
    """`list_sizes(compute_type=...)` keeps the sizes that serve for it, whatever its case."""
    assert bool(workspace.compute.list_sizes(compute_type=compute_type)) is some


@pytest.mark.xfail("SDK < (1, 35)", reason="a usage's name is spelled `localized_value` before 1.35")
def test_usages_are_unlimited(workspace: MLClient) -> None:
    """Every family is listed with a limit of -1, dedicated and low priority (recorded)."""
    usages = list(workspace.compute.list_usage())

    assert {usage.limit for usage in usages} == {-1}
    assert {usage.name["localizedValue"].rsplit(" Cluster ")[-1] for usage in usages} == {
        "Dedicated vCPUs",
        "LowPriority vCPUs",
    }


def test_members_have_the_service_s_order(azure: Emulator) -> None:
    """The location stands before the state, and the largest count first, whatever was sent (recorded 2023-10)."""
    ask(azure, "PUT", "/computes/gpu", BODY)
    azure.clock.advance(3600)
    properties = ask(azure, "GET", "/computes/gpu").json()["properties"]

    assert list(properties)[5:8] == ["computeType", "computeLocation", "provisioningState"]
    scale = {"maxNodeCount": 2, "minNodeCount": 0, "nodeIdleTimeBeforeScaleDown": "PT2M"}
    assert list(properties["properties"]["scaleSettings"].items()) == list(scale.items())


def test_tags_are_kept(azure: Emulator) -> None:
    """Tags that come with the PUT are the cluster's (inferred)."""
    assert ask(azure, "PUT", "/computes/gpu", {**BODY, "tags": {"a": "1"}}).json()["tags"] == {"a": "1"}


def test_a_password_does_not_come_back(azure: Emulator) -> None:
    """A ready cluster names its administrator with a password of null (recorded 2022-10)."""
    account = {"adminUserName": "me", "adminUserPassword": "secret"}
    inner = {**BODY["properties"]["properties"], "userAccountCredentials": account}
    ask(azure, "PUT", "/computes/gpu", {**BODY, "properties": {**BODY["properties"], "properties": inner}})
    azure.clock.advance(3600)
    shown = ask(azure, "GET", "/computes/gpu").json()["properties"]["properties"]["userAccountCredentials"]

    assert shown == {"adminUserName": "me", "adminUserPassword": None}


def test_a_recorded_size_tells_its_generation(azure: Emulator) -> None:
    """Sizes that were recorded tell generation and InfiniBand; of the others it is not known (recorded 2024-07)."""
    sizes = ask(azure, "GET", f"{ARM}{location_id(azure)}/vmSizes").json()["value"]

    assert [size["name"] for size in sizes[:3]] == ["Standard_A1_v2", "Standard_A2m_v2", "Standard_D1"]
    assert {(size["generation"], size["supportsIB"]) for size in sizes[:3]} == {("gen1", False)}
    assert not any("generation" in size for size in sizes[3:])
