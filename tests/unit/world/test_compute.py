"""Compute clusters."""

from __future__ import annotations

from typing import Any

import pytest
from fine_tuning import new_world, wait

from fakes.world.compute import Compute, delete_compute, get_compute, put_compute, require_size
from fakes.world.errors import EmptyNotFound, Invalid
from fakes.world.faults import COMPUTE, Stuck
from fakes.world.operations import Operation
from fakes.world.world import World


@pytest.fixture
def world() -> World:
    """A world at Azure's pace, where a cluster takes 30 s."""
    return new_world()


def _put(world: World, size: str = "Standard_ND40rs_v2", name: str = "GPU", **scale: Any) -> tuple[Compute, Operation]:
    settings = {"vmSize": size, "scaleSettings": {"maxNodeCount": 2, **scale}}
    return put_compute(world, world.home, name, "eastus2", {"computeType": "AmlCompute", "properties": settings})


def _states(world: World, compute: Compute, operation: Operation) -> tuple[str, str]:
    now = world.clock.now()
    return compute.plan.state(now), operation.status(now)


def test_a_cluster_and_its_operation_take_their_time(world: World) -> None:
    """Both are under way for 30 s and then succeed together."""
    made = _put(world)
    before = _states(world, *made)
    wait(world, 30)

    assert before == ("Creating", "InProgress")
    assert _states(world, *made) == ("Succeeded", "Succeeded")


def test_the_size_comes_in_capitals(world: World) -> None:
    """The service returns a VM size in upper case (recorded)."""
    assert _put(world)[0].vm_size == "STANDARD_ND40RS_V2"


def test_names_are_compared_without_case(world: World) -> None:
    """`GPU` and `gpu` are one cluster."""
    made, _ = _put(world)

    assert get_compute(world.home, "gpu") is made


@pytest.mark.parametrize("name", ["gp", "g" * 33, "1gpu", "gpu-", "-gpu", "gpu_big", "gpu.big", "gpü"])
def test_a_name_that_no_cluster_may_have_is_refused(world: World, name: str) -> None:
    """3 to 32 letters, digits and hyphens, a letter first and no hyphen last."""
    with pytest.raises(Invalid, match=f"Compute name '{name}' is not valid"):
        _put(world, name=name)
    assert world.home.computes == {}


@pytest.mark.parametrize("name", ["gpu", "g" * 32, "Gpu-1"])
def test_a_name_within_the_rule_is_taken(world: World, name: str) -> None:
    """The shortest, the longest, and one with a hyphen."""
    assert _put(world, name=name)[0].name == name


def test_an_unknown_size_is_refused_with_the_nearest(world: World) -> None:
    """A size that does not exist is refused, and the nearest real one is named (inferred)."""
    with pytest.raises(Invalid, match="Standard_ND40rs_v2"):
        _put(world, "Standard_ND40rs_v9")


def test_sizes_are_found_whatever_their_case(world: World) -> None:
    """The case of a size's name does not matter."""
    assert require_size(world, "STANDARD_nd40RS_V2").gpus == 8


@pytest.mark.parametrize(("low", "high"), [(0, 0), (3, 2)])
def test_a_scale_that_holds_no_node_is_refused(world: World, low: int, high: int) -> None:
    """At least one node, and not more at rest than at work (inferred)."""
    with pytest.raises(Invalid, match=f"minNodeCount {low} and maxNodeCount {high}"):
        _put(world, minNodeCount=low, maxNodeCount=high)


def test_a_change_keeps_when_it_was_created(world: World) -> None:
    """A second PUT changes the cluster, which keeps its date of creation."""
    first, _ = _put(world)
    wait(world, 100)
    second, _ = _put(world, maxNodeCount=4)

    assert (second.created, second.modified) == (first.created, world.clock.now())
    assert second.settings["scaleSettings"] == {"maxNodeCount": 4}


def test_a_deleted_cluster_is_gone_when_its_operation_is_done(world: World) -> None:
    """While it is deleted it is still there, in state Deleting."""
    _put(world)
    wait(world, 30)
    operation = delete_compute(world, world.home, "gpu")
    assert _states(world, get_compute(world.home, "gpu"), operation) == ("Deleting", "InProgress")

    wait(world, 30)

    with pytest.raises(EmptyNotFound):
        get_compute(world.home, "gpu")


def test_a_cluster_made_again_survives_the_deletion(world: World) -> None:
    """The end of a deletion removes only what was deleted."""
    _put(world)
    delete_compute(world, world.home, "gpu")
    again, _ = _put(world)
    wait(world, 60)

    assert get_compute(world.home, "gpu") is again


def test_provisioning_may_fail(world: World) -> None:
    """A cluster that fails ends in state Failed with its cause."""
    world.faults.fail_compute("out of cores", code="ClusterCoreQuotaReached")
    made, _ = _put(world)
    wait(world, 30)

    assert made.plan.state(world.clock.now()) == "Failed"
    assert made.errors == [("ClusterCoreQuotaReached", "out of cores")]


def test_provisioning_may_be_stuck(world: World) -> None:
    """A stuck cluster is Creating for ever, and so is its operation."""
    world.faults.on(COMPUTE, Stuck())
    made = _put(world)
    wait(world, 86_400)

    assert _states(world, *made) == ("Creating", "InProgress")
