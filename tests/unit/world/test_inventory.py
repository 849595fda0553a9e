"""What there is in a world, and what of it bills."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.emulator.worlds import new_world
from fakes.world.compute import put_compute
from fakes.world.compute_instances import act
from fakes.world.deployments import put_deployment
from fakes.world.endpoints import delete_endpoint, put_endpoint
from fakes.world.inventory import Held, inventory, resources
from fakes.world.jobs import put_job
from fakes.world.world import World

SIZE = "STANDARD_DS3_V2"
ENVIRONMENT = "azureml://registries/azureml/environments/sklearn-1.5/versions/1"


@pytest.fixture
def world() -> World:
    """A world in which everything takes a second."""
    return new_world("2024-04", "instant", 0)


def _only(world: World, kind: str) -> Held:
    (held,) = [held for held in resources(world) if held.kind == kind]
    return held


def _passed(world: World, seconds: float = 5.0) -> None:
    world.clock.advance(seconds)
    world.catch_up()


def _cluster(world: World, least: int = 0, kind: str = "AmlCompute") -> None:
    settings: dict[str, Any] = {"vmSize": SIZE, "scaleSettings": {"minNodeCount": least, "maxNodeCount": 2}}
    put_compute(world, world.home, "c-one", "eastus2", {"computeType": kind, "properties": settings}, {"a": "b"})


def test_a_new_world_holds_a_workspace_that_costs_nothing(world: World) -> None:
    """What Azure brings along is not listed."""
    assert [(held.kind, held.name, held.bills) for held in resources(world)] == [("workspace", "acceptance", False)]
    assert inventory(world)["billable"] == []


@pytest.mark.parametrize(("least", "why"), [(0, ""), (1, "1 nodes that are kept without work")])
def test_a_cluster_bills_for_nodes_that_it_keeps(world: World, least: int, why: str) -> None:
    """One that scales to zero costs nothing."""
    _cluster(world, least)
    held = _only(world, "compute")

    assert (held.name, held.bills, held.why, held.tags) == ("c-one", bool(why), why, {"a": "b"})


def test_an_instance_bills_until_it_is_stopped(world: World) -> None:
    """Its state is whether it is up."""
    _cluster(world, kind="ComputeInstance")
    _passed(world)
    running = _only(world, "compute")
    act(world, world.home.computes["c-one"], "Stop")
    _passed(world)
    stopped = _only(world, "compute")

    assert [(held.state, held.bills) for held in (running, stopped)] == [("Running", True), ("Stopped", False)]


def test_an_endpoint_and_its_deployments_bill_until_they_are_gone(world: World) -> None:
    """Also while they come up, and while they are deleted."""
    put_endpoint(world, world.home, "e-one", {"properties": {"authMode": "Key"}, "tags": {"harness-run": "r"}})
    coming = inventory(world)["billable"]
    _passed(world)
    model = "azureml://registries/azureml/models/Phi-3-mini-4k-instruct/versions/5"
    properties = {"model": model, "instanceType": "Standard_NC24ads_A100_v4", "endpointComputeType": "Managed"}
    body = {"properties": properties, "sku": {"name": "Default", "capacity": 2}}
    put_deployment(world, world.home, "e-one", "demo", body)
    _passed(world)
    up = inventory(world)["billable"]
    delete_endpoint(world, world.home, "e-one")
    going = inventory(world)["billable"]
    _passed(world)

    assert (coming, up, going) == (["endpoint e-one"], ["endpoint e-one", "deployment e-one/demo"], up)
    assert inventory(world)["billable"] == []


def test_a_job_bills_until_it_has_ended(world: World) -> None:
    """From the moment when it is submitted, since nodes will come up for it."""
    put_job(world, world.home, "j", {"jobType": "Command", "environmentId": ENVIRONMENT, "command": "true"})
    coming = _only(world, "job")
    _passed(world, 60)
    ended = _only(world, "job")

    assert [(held.state, held.bills) for held in (coming, ended)] == [("NotStarted", True), ("Completed", False)]


def test_assets_are_listed_with_their_versions(world: World) -> None:
    """Of a kind one is told, as people call it."""
    world.home.assets.put("models", "m", "3", {"tags": {"k": "v"}, "isArchived": True}, world.clock.now())
    held = _only(world, "model")

    assert (held.name, held.state, held.tags, held.bills) == ("m:3", "Archived", {"k": "v"}, False)


def test_looking_changes_nothing(world: World) -> None:
    """Two looks at one instant see the same."""
    _cluster(world)

    assert inventory(world) == inventory(world)
