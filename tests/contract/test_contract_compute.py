"""Contract: compute clusters and VM sizes."""

from __future__ import annotations

import pytest
from azure.ai.ml.entities import AmlCompute
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from contract_steps import CLUSTER, SIZE, make_cluster
from contract_subject import Subject
from evidence import Evidence, evidence


@evidence(Evidence.RECORDED, "compute PUT and GET, 2023-10")
def test_a_created_cluster_is_ready(aml: Subject) -> None:
    """A cluster that was waited for has succeeded and has the sizes that were asked for."""
    cluster = make_cluster(aml.workspace, min_instances=1, max_instances=4)

    assert (cluster.name, cluster.provisioning_state, cluster.type) == (CLUSTER, "Succeeded", "amlcompute")
    assert (cluster.min_instances, cluster.max_instances) == (1, 4)


@evidence(Evidence.RECORDED, "compute GET: STANDARD_DS2_V2")
def test_the_size_of_a_cluster_comes_in_capitals(aml: Subject) -> None:
    """The service returns the VM size in upper case, however it was sent."""
    made = make_cluster(aml.workspace)

    assert (made.size, aml.workspace.compute.get(CLUSTER).size) == (SIZE.upper(), SIZE.upper())


@evidence(Evidence.INFERRED, "ARM compares names without case; not recorded for computes")
def test_a_cluster_is_found_in_any_case(aml: Subject) -> None:
    """A cluster is found by its name in any case, and shows its own."""
    make_cluster(aml.workspace)

    assert aml.workspace.compute.get(CLUSTER.upper()).name == CLUSTER


@evidence(Evidence.RECORDED, "compute GET: 404 with an empty body, 2023-01 and 2023-10")
def test_an_unknown_cluster_is_not_found_without_a_word(aml: Subject) -> None:
    """The 404 of a compute has no body, so the exception carries no code."""
    with pytest.raises(ResourceNotFoundError) as refused:
        aml.workspace.compute.get("none")

    assert (refused.value.status_code, refused.value.error) == (404, None)


@evidence(Evidence.DOCUMENTED, "REST: Compute_List")
def test_clusters_are_listed(aml: Subject) -> None:
    """`compute.list` names every cluster of the workspace."""
    for name in ("one", "two"):
        make_cluster(aml.workspace, name)

    assert [compute.name for compute in aml.workspace.compute.list()] == ["one", "two"]


@pytest.mark.parametrize(("tier", "shown"), [("Dedicated", "dedicated"), ("LowPriority", "low_priority")])
@evidence(Evidence.SDK_SOURCE, "AmlCompute._to_rest_object and back")
def test_a_cluster_keeps_its_tier(aml: Subject, tier: str, shown: str) -> None:
    """Dedicated and low-priority clusters come back as what they are."""
    assert make_cluster(aml.workspace, tier=tier).tier == shown


@evidence(Evidence.RECORDED, "PUT of an existing compute answers 201 too")
def test_creating_a_cluster_twice_is_accepted(aml: Subject) -> None:
    """The same cluster again is no error, and there is still one."""
    make_cluster(aml.workspace)
    make_cluster(aml.workspace)

    assert len(list(aml.workspace.compute.list())) == 1


@evidence(Evidence.SDK_SOURCE, "ComputeOperations.begin_update is a PUT")
def test_a_cluster_is_scaled(aml: Subject) -> None:
    """`begin_update` changes the limits of a cluster that exists."""
    cluster = make_cluster(aml.workspace)
    cluster.max_instances = 6
    aml.workspace.compute.begin_update(cluster).result()

    assert aml.workspace.compute.get(CLUSTER).max_instances == 6


@evidence(Evidence.RECORDED, "compute PUT: provisioningState Creating in the 201")
def test_a_new_cluster_is_creating(aml: Subject) -> None:
    """Until its time has passed a cluster is Creating, however often it is read."""
    with aml.paused():
        poller = aml.workspace.compute.begin_create_or_update(AmlCompute(name=CLUSTER, size=SIZE, max_instances=1))
        states = {aml.workspace.compute.get(CLUSTER).provisioning_state for _ in range(3)}
    poller.wait()

    assert states == {"Creating"}


@evidence(Evidence.INFERRED, "published notebook: it waits first and looks at the state then")
def test_a_cluster_that_fails_says_so_in_its_state(aml: Subject) -> None:
    """Waiting for a cluster that cannot be provisioned raises nothing; its state is Failed."""
    aml.faults.fail_compute("out of cores")

    assert make_cluster(aml.workspace).provisioning_state == "Failed"
    assert aml.workspace.compute.get(CLUSTER).provisioning_state == "Failed"


@evidence(Evidence.INFERRED, "published notebook: the tier is refused and the next one tried")
def test_a_refused_tier_raises_and_the_next_may_succeed(aml: Subject) -> None:
    """A request that is refused leaves no cluster behind and does not stand in the way of the next."""
    aml.faults.refuse_compute()

    with pytest.raises(HttpResponseError, match="The specified VM size is not available") as refused:
        make_cluster(aml.workspace)
    assert refused.value.status_code == 400
    assert list(aml.workspace.compute.list()) == []
    assert make_cluster(aml.workspace, tier="LowPriority").provisioning_state == "Succeeded"


@evidence(Evidence.INFERRED, "the text is ours")
def test_an_unknown_size_is_refused(aml: Subject) -> None:
    """A size that Azure does not offer is a 400 that names those nearest to it."""
    with pytest.raises(HttpResponseError, match=r"rs_v9' is not supported.*Standard_ND40rs_v2") as refused:
        make_cluster(aml.workspace, size="Standard_ND40rs_v9")

    assert refused.value.status_code == 400


@pytest.mark.parametrize("name", ["a_b", "1gpu", "x", "gpu-"])
@evidence(Evidence.DOCUMENTED, "naming rules of Azure resources: computes")
def test_a_bad_name_of_a_cluster_is_refused(aml: Subject, name: str) -> None:
    """A cluster's name has 3 to 32 letters, digits and hyphens, a letter first and no hyphen last."""
    with pytest.raises(HttpResponseError) as refused:
        make_cluster(aml.workspace, name)

    assert refused.value.status_code == 400


@evidence(Evidence.INFERRED, "the refusal is not recorded")
def test_a_cluster_cannot_shrink_below_its_minimum(aml: Subject) -> None:
    """More nodes at least than at most are refused."""
    with pytest.raises(HttpResponseError) as refused:
        make_cluster(aml.workspace, min_instances=3, max_instances=2)

    assert refused.value.status_code == 400


@evidence(Evidence.RECORDED, "compute DELETE, 2023-10")
def test_a_deleted_cluster_is_gone(aml: Subject) -> None:
    """After `begin_delete(...).wait()` the cluster is in no list and is not found."""
    make_cluster(aml.workspace)
    aml.workspace.compute.begin_delete(CLUSTER).wait()

    assert list(aml.workspace.compute.list()) == []
    with pytest.raises(ResourceNotFoundError):
        aml.workspace.compute.get(CLUSTER)


@evidence(Evidence.RECORDED, "compute DELETE: 202, and an operation to poll")
def test_a_cluster_that_is_being_deleted_is_still_there(aml: Subject) -> None:
    """Until its deletion is done a cluster is Deleting."""
    make_cluster(aml.workspace)
    with aml.paused():
        poller = aml.workspace.compute.begin_delete(CLUSTER)
        state = aml.workspace.compute.get(CLUSTER).provisioning_state
    poller.wait()

    assert state == "Deleting"


@evidence(Evidence.INFERRED, "recorded for GET: 404 with an empty body")
def test_an_unknown_cluster_cannot_be_deleted(aml: Subject) -> None:
    """Deleting a cluster that does not exist is a 404."""
    with pytest.raises(ResourceNotFoundError):
        aml.workspace.compute.begin_delete("none")


@evidence(Evidence.RECORDED, "vmSizes GET")
def test_sizes_tell_their_gpus(aml: Subject) -> None:
    """`list_sizes` tells the number of GPUs of each size."""
    sizes = {size.name: size for size in aml.workspace.compute.list_sizes()}

    assert sizes[SIZE].gpus == 8
    assert sizes["Standard_DS3_v2"].gpus == 0


@evidence(Evidence.SDK_SOURCE, "ComputeOperations.list_sizes filters supportedComputeTypes without case")
def test_sizes_are_listed_by_what_they_serve_for(aml: Subject) -> None:
    """`list_sizes(compute_type=...)` keeps the sizes that serve for that type, in any case."""
    list_sizes = aml.workspace.compute.list_sizes

    assert len(list(list_sizes(compute_type="AMLCOMPUTE"))) == len(list(list_sizes()))
    assert list(list_sizes(compute_type="Kubernetes")) == []


@evidence(Evidence.RECORDED, "usages GET: limit -1")
def test_usages_are_listed_by_family_and_tier(aml: Subject) -> None:
    """`list_usage` tells for each family how many cores are used, dedicated and low priority."""
    usages = [usage.name for usage in aml.workspace.compute.list_usage()]
    names = [name.get("localizedValue") or name["localized_value"] for name in usages]  # the latter before 1.35

    assert {name.rsplit(" Cluster ")[-1] for name in names} == {"Dedicated vCPUs", "LowPriority vCPUs"}
