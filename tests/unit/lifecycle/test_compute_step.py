"""The cluster: what is decided before anything is created, and what is tried when it is refused."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from standins import Answers, Notes, book, failing_poller, poller, refusal, virtual_clock

from harness.errors import ComputeNotAllowed, StepFailed, Unfinished
from harness.ledger import CreatedResource, Ledger
from harness.lifecycle.compute import Cluster, prepare_cluster
from harness.lifecycle.sizes import OfferedSize, plan_cluster
from harness.lifecycle.waiting import Waiting
from harness.spec.document import ComputeSection

ALLOWED = {"finetune_compute_allow_list": "['Standard_ND40rs_v2', 'Standard_NC24ads_A100_v4']"}
SIZES = [OfferedSize("Standard_ND40rs_v2", 8), OfferedSize("STANDARD_NC24ADS_A100_V4", 1)]


def cluster(size: str = "STANDARD_ND40RS_V2", state: str = "Succeeded", **more: Any) -> Any:
    """A cluster as the SDK describes it."""
    given = {"type": "amlcompute", "tier": "dedicated", "max_instances": 2, "provisioning_errors": None, **more}
    return SimpleNamespace(name="gpu-cluster-big", size=size, provisioning_state=state, **given)


def client(get: Answers, create: Answers | None = None, delete: Answers | None = None) -> Any:
    """A client whose computes answer so; creating or deleting one is a mistake unless it is said how."""
    creating = create or Answers(AssertionError("nothing was to be created"))
    deleting = delete or Answers(AssertionError("nothing was to be deleted"))
    operations = {"begin_create_or_update": creating, "begin_delete": deleting}
    return SimpleNamespace(compute=SimpleNamespace(get=get, **operations))


def prepare(
    azure: Any, tags: dict[str, str] = ALLOWED, ledger: Ledger | None = None, **section: Any
) -> tuple[Cluster, Notes]:
    """Plan and prepare the cluster; what was told on the way."""
    notes = Notes()
    spec = ComputeSection(**section)
    within = Waiting(clock=virtual_clock(), deadline_s=600, watch=notes)
    plan = plan_cluster(azure, spec, tags, offered=SIZES, watch=notes)
    return prepare_cluster(azure, spec, plan, ledger=ledger or book(), **within), notes


def test_an_existing_cluster_is_reused() -> None:
    """Nothing is created, and the GPUs are found whatever the case of the size."""
    ledger = book()
    found, _ = prepare(client(Answers(cluster())), ledger=ledger)

    assert (found.gpus_per_node, found.created, ledger.created) == (8, False, [])


def test_an_existing_cluster_of_another_size_counts_as_it_is() -> None:
    """Its own size is checked and used, with a warning that names both."""
    found, notes = prepare(client(Answers(cluster("STANDARD_NC24ADS_A100_V4"))))

    assert found.gpus_per_node == 1
    assert notes.warnings == [
        "cluster gpu-cluster-big exists with size STANDARD_NC24ADS_A100_V4; Standard_ND40rs_v2 is not used"
    ]


def test_an_existing_cluster_of_a_size_that_is_not_allowed_is_refused() -> None:
    """The remedy is another name: the cluster may be somebody else's."""
    with pytest.raises(ComputeNotAllowed, match="STANDARD_D4_V2 is not among the 2 sizes") as failure:
        prepare(client(Answers(cluster("STANDARD_D4_V2"))))

    assert failure.value.remedy.startswith("Set compute.name to a new name")


@pytest.mark.parametrize(
    ("tags", "size", "reason"),
    [
        (ALLOWED, "Standard_NC24ads_A100_v3", "is not among the 2 sizes"),
        ({}, "Standard_NC6", "has K80 GPUs"),
        ({}, "Standard_NC24ads_A100_v3", "is not among the 2 VM sizes that the workspace offers"),
    ],
)
def test_a_size_is_refused_before_a_cluster_is_created(tags: dict[str, str], size: str, reason: str) -> None:
    """A list, the K80 rule or the workspace forbids it: Azure is asked to create nothing."""
    ledger = book()
    with pytest.raises(ComputeNotAllowed, match=reason):
        prepare(client(Answers(refusal(404))), tags, ledger, size=size)

    assert ledger.created == []


def test_a_refused_size_gets_the_list_and_the_nearest_ones() -> None:
    """Size, list and nearest allowed sizes are all in the error."""
    with pytest.raises(ComputeNotAllowed) as failure:
        prepare(client(Answers(refusal(404))), size="Standard_NC24ads_A100_v3")

    assert failure.value.nearest[0] == "Standard_NC24ads_A100_v4"
    assert "Standard_ND40rs_v2, Standard_NC24ads_A100_v4" in failure.value.expected


def test_low_priority_is_tried_when_dedicated_is_refused() -> None:
    """The tutorial's order of tiers; the report lists one cluster, which costs nothing without nodes."""
    ledger = book()
    create = Answers(refusal(400, "no dedicated quota"), poller())
    prepare(client(Answers(refusal(404), refusal(404), cluster(tier="low_priority")), create), ledger=ledger)

    assert [(sent.tier, sent.min_instances) for (sent,) in create.calls] == [("dedicated", 0), ("low_priority", 0)]
    assert ledger.created == [CreatedResource("compute", "gpu-cluster-big")]


def test_both_answers_are_told_when_every_tier_is_refused() -> None:
    """Size, both answers and the other allowed sizes are in the error."""
    create = Answers(refusal(400, "no dedicated quota"), refusal(400, "no low-priority quota"))
    ledger = book()

    with pytest.raises(ComputeNotAllowed, match="no cluster of size Standard_ND40rs_v2") as failure:
        prepare(client(Answers(refusal(404)), create), ledger=ledger)

    assert "Dedicated: HTTP 400: no dedicated quota; LowPriority: HTTP 400: no low-priority" in failure.value.got
    assert (failure.value.nearest, ledger.created) == (("Standard_NC24ads_A100_v4",), [])


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_a_refusal_that_is_not_about_the_size_ends_the_step(status: int) -> None:
    """Another tier would not help: it is not asked for, and the reason is Azure's."""
    create = Answers(refusal(status, "not now"))

    with pytest.raises(StepFailed, match=f"creating cluster gpu-cluster-big failed.*HTTP {status}: not now"):
        prepare(client(Answers(refusal(404)), create))
    assert len(create.calls) == 1


@pytest.mark.parametrize(("status", "listed"), [(403, 0), (429, 0), (503, 1)])
def test_a_cluster_is_listed_where_it_may_have_been_created(status: int, listed: int) -> None:
    """A service that breaks down says nothing about what it has done before."""
    ledger = book()

    with pytest.raises(StepFailed):
        prepare(client(Answers(refusal(404)), Answers(refusal(status))), ledger=ledger)
    assert len(ledger.created) == listed


def test_low_priority_is_tried_when_dedicated_does_not_come_up() -> None:
    """The failed cluster is deleted, and the report lists the one that came up."""
    ledger = book()
    failed, gone = cluster(state="Failed", provisioning_errors="no cores"), refusal(404)
    get = Answers(gone, gone, failed, failed, failed, gone, cluster(tier="low_priority"))
    create, delete = Answers(poller()), Answers(poller())
    found, _ = prepare(client(get, create, delete), ledger=ledger)

    assert [sent.tier for (sent,) in create.calls] == ["dedicated", "low_priority"]
    assert (found.tier, len(delete.calls)) == ("low_priority", 1)
    assert ledger.created == [CreatedResource("compute", "gpu-cluster-big")]


def test_an_operation_that_fails_without_a_failed_cluster_is_an_error_of_its_own() -> None:
    """Polling was refused: that says nothing about the size."""
    create = Answers(failing_poller(refusal(403, "no token")))

    with pytest.raises(StepFailed, match=r"creating cluster gpu-cluster-big failed.*HTTP 403: no token"):
        prepare(client(Answers(refusal(404), refusal(404), cluster(state="Creating")), create))
    assert len(create.calls) == 1


def test_a_cluster_that_does_not_come_up_in_time_ends_the_step() -> None:
    """The deadline is the whole step's: no other tier is tried."""
    create = Answers(poller())

    with pytest.raises(Unfinished, match="bringing up cluster gpu-cluster-big has not ended within 600 s"):
        prepare(client(Answers(refusal(404), refusal(404), cluster(state="Creating")), create))
    assert len(create.calls) == 1


@pytest.mark.parametrize("state", ["Failed", "failed", "Canceled", "Deleting"])
def test_a_cluster_that_cannot_be_used_is_an_error(state: str) -> None:
    """Whatever the case in which the state is spelled."""
    with pytest.raises(StepFailed, match=rf"provisioning state {state.lower()} \(quota\)"):
        prepare(client(Answers(cluster(state=state, provisioning_errors="quota"))))


def test_a_cluster_that_somebody_is_creating_is_waited_for() -> None:
    """Another run may have begun to create it."""
    found, _ = prepare(client(Answers(cluster(state="Creating"), cluster(state="Creating"), cluster())))

    assert not found.created


def test_a_cluster_that_never_comes_up_is_given_up() -> None:
    """The wait has the deadline of the spec."""
    with pytest.raises(Unfinished, match="bringing up cluster gpu-cluster-big has not ended within 600 s"):
        prepare(client(Answers(cluster(state="Creating"))))


def test_a_compute_that_is_no_cluster_is_refused() -> None:
    """A compute instance of that name has no nodes for a job."""
    with pytest.raises(ComputeNotAllowed, match="got a compute of type computeinstance"):
        prepare(client(Answers(cluster(type="computeinstance"))))


@pytest.mark.parametrize("before", [refusal(404), cluster()])
def test_a_plan_creates_nothing(before: Any) -> None:
    """Size, GPUs and the reason why it is allowed are known without a cluster."""
    plan = plan_cluster(client(Answers(before)), ComputeSection(), ALLOWED, offered=SIZES, watch=Notes())

    assert (plan.size.casefold(), plan.gpus_per_node) == ("standard_nd40rs_v2", 8)
    assert "finetune_compute_allow_list" in plan.facts["allowed"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (cluster("STANDARD_NC24ADS_A100_V4"), refusal(404)),
        (refusal(404), cluster("STANDARD_NC24ADS_A100_V4")),
        (cluster(), cluster("STANDARD_NC24ADS_A100_V4")),
    ],
    ids=["deleted", "created", "replaced"],
)
def test_a_cluster_that_changes_meanwhile_is_not_used(before: Any, after: Any) -> None:
    """The parameters were chosen for other nodes: preparing the data took its time."""
    with pytest.raises(StepFailed, match="has changed since the job was planned"):
        prepare(client(Answers(before, after)))


def test_an_outage_while_the_cluster_comes_up_is_waited_out() -> None:
    """Nobody answers once; then it can be used."""
    creating = cluster(state="Creating")
    found, notes = prepare(client(Answers(creating, creating, refusal(503), cluster())))

    assert not found.created
    assert "bringing up cluster gpu-cluster-big: no answer: HTTP 503: no; asking again" in notes.moves
