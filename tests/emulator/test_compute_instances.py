"""Compute instances are started, stopped and restarted; computes of other types are not pretended."""

from __future__ import annotations

import pytest
from azure.ai.ml import MLClient
from azure.ai.ml.entities import AmlCompute, ComputeInstance, IdentityConfiguration
from azure.core.exceptions import HttpResponseError
from bare import ask

from fakes.emulator import Emulator


@pytest.fixture
def instance(workspace: MLClient) -> ComputeInstance:
    """A running instance."""
    return workspace.compute.begin_create_or_update(ComputeInstance(name="mine", size="Standard_DS3_v2")).result()


def state(workspace: MLClient) -> str:
    """Return the state of the instance."""
    found = workspace.compute.get("mine").state
    return str(getattr(found, "value", found))  # a text before 1.35


def test_an_instance_runs_when_it_is_made(workspace: MLClient, instance: ComputeInstance) -> None:
    """An instance that was created is running, and says what was done last."""
    assert (instance.state, instance.provisioning_state) == ("Running", "Succeeded")
    done = instance.last_operation
    assert done.get("operationName", done.get("operation_name")) == "Create"  # the second before 1.35


@pytest.mark.parametrize(
    ("action", "before", "on_the_way", "after"),
    [
        ("begin_stop", "", "Stopping", "Stopped"),
        ("begin_start", "begin_stop", "Starting", "Running"),
        ("begin_restart", "", "Restarting", "Running"),
    ],
)
def test_an_instance_changes_its_state(
    workspace: MLClient,
    instance: ComputeInstance,
    azure: Emulator,
    action: str,
    before: str,
    on_the_way: str,
    after: str,
) -> None:
    """Start, stop and restart take their time, with a state of their own on the way (documented)."""
    if before:
        getattr(workspace.compute, before)("mine").wait()
    getattr(workspace.compute._operation, action)(azure.resource_group, azure.workspace_name, "mine", polling=False)

    assert state(workspace) == on_the_way
    azure.clock.advance(1)
    assert state(workspace) == after


def test_a_busy_instance_and_a_cluster_refuse(workspace: MLClient, instance: ComputeInstance, azure: Emulator) -> None:
    """An instance on its way refuses another action, and a cluster refuses every one (inferred)."""
    azure.clock.advance(10)
    workspace.compute.begin_create_or_update(AmlCompute(name="cluster", size="Standard_DS3_v2")).result()
    operations, scope = workspace.compute._operation, (azure.resource_group, azure.workspace_name)
    operations.begin_stop(*scope, "mine", polling=False)
    with pytest.raises(HttpResponseError, match="mine is Stopping"):
        operations.begin_start(*scope, "mine", polling=False)
    with pytest.raises(HttpResponseError, match="of type AmlCompute"):
        workspace.compute.begin_stop("cluster")


def test_other_types_of_computes_are_not_made(azure: Emulator) -> None:
    """A compute of a type that nothing here stands for answers 501 when it is made."""
    body = {"location": "eastus2", "properties": {"computeType": "VirtualMachine", "properties": {}}}
    answer = ask(azure, "PUT", "/computes/vm", body)

    assert answer.status_code == 501
    assert "makes no computes of type 'VirtualMachine'" in answer.text


def test_a_cluster_has_no_nodes_and_keeps_its_identity(workspace: MLClient) -> None:
    """Nothing runs on a cluster, so it has no nodes; the identity it was made with is read back."""
    identity = IdentityConfiguration(type="SystemAssigned")
    workspace.compute.begin_create_or_update(AmlCompute(name="nodes", size="Standard_DS3_v2", identity=identity)).wait()

    assert list(workspace.compute.list_nodes("nodes")) == []
    assert workspace.compute.get("nodes").identity.type == "systemassigned"
