"""What is read from a workspace and a registry has the same attributes on the double and on the emulator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from azure.ai.ml.entities import AmlCompute, AmlComputeSshSettings, Workspace
from local_files import CURATED
from twins import Twin, agreed, on_both

PHI = "Phi-3-mini-4k-instruct"
CHAT = "chat_completion_pipeline"
READS: dict[str, Callable[[Twin], Any]] = {
    "the workspace": lambda t: t.workspace.workspaces.get(),
    "the workspaces": lambda t: list(t.workspace.workspaces.list()),
    "a model by label": lambda t: t.registry.models.get(PHI, label="latest"),
    "a model by version": lambda t: t.registry.models.get(PHI, "5"),
    "the models of a registry": lambda t: list(t.registry.models.list()),
    "the versions of a model": lambda t: list(t.registry.models.list(PHI)),
    "the default version of a component": lambda t: t.registry.components.get(CHAT),
    "a component with its steps": lambda t: t.registry.components.get(CHAT, label="latest"),
    "the components of a registry": lambda t: [found.name for found in t.registry.components.list()],
    "the versions of a component": lambda t: [(found.version, found.id) for found in t.registry.components.list(CHAT)],
    "the versions of an environment": lambda t: list(t.registry.environments.list(CURATED)),
    "the sizes": lambda t: [(size.name, size.family, size.gpus) for size in t.workspace.compute.list_sizes()],
    "the quota": lambda t: [(use.id, use.type, use.limit, use.unit) for use in t.workspace.compute.list_usage()],
    "the default datastore": lambda t: t.workspace.datastores.get_default(),
    "a datastore": lambda t: t.workspace.datastores.get("workspaceartifactstore"),
    "the datastores": lambda t: list(t.workspace.datastores.list()),
    "the ids of a client": lambda t: (t.registry.subscription_id, t.registry.resource_group_name),
    "the workspace of a registry's client": lambda t: t.registry.workspace_name,
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_what_is_read_is_the_same(read: Callable[[Twin], Any]) -> None:
    """Every public attribute of an entity has the same value."""
    agreed(read)


def test_a_quota_that_is_set_is_the_same() -> None:
    """Sums first, then families, whatever the SDK calls what is used."""

    def limited(twin: Twin) -> Any:
        twin.azure.quotas.set("TotalClusters", 200, used=7)
        twin.azure.quotas.set("standardNDSv2Family", 40, used=8)
        rows = [vars(use) for use in twin.workspace.compute.list_usage() if use.limit != -1]
        return [(row["name"], row["type"], row["limit"], row.get("currentValue", row["current_value"])) for row in rows]

    agreed(limited)


def test_a_registry_is_the_same() -> None:
    """Where it is and how it is reached; the class that holds the managed group's id is the SDK's own."""
    double, emulator = on_both(lambda twin: vars(twin.workspace.registries.get("azureml")))
    names = ("name", "_id", "location", "discovery_url", "mlflow_registry_uri", "public_network_access")

    assert [double[name] for name in names] == [emulator[name] for name in names]


def test_a_cluster_lives_the_same_life() -> None:
    """Created, read, listed, changed and deleted."""

    def life(twin: Twin) -> Any:
        compute = twin.workspace.compute
        how = AmlComputeSshSettings(admin_username="someone", admin_password="from-tests", ssh_key_value="ssh-rsa A")
        made = AmlCompute(
            name="gpu-1", size="Standard_ND40rs_v2", tier="low_priority", max_instances=2, tags={"a": "b"}
        )
        made.ssh_settings = how
        created, read, listed = (
            compute.begin_create_or_update(made).result(),
            compute.get("gpu-1"),
            list(compute.list()),
        )
        read.max_instances = 4
        changed = compute.begin_update(read).result()
        compute.begin_delete("gpu-1").wait()
        return [created, read, listed, changed, list(compute.list()), twin.azure.clock.now()]

    agreed(life)


def test_a_failed_cluster_is_shown_the_same() -> None:
    """Its operation succeeds, and its state tells."""

    def failed(twin: Twin) -> Any:
        twin.azure.faults.fail_compute()
        made = AmlCompute(name="gpu-1", size="Standard_DS3_v2", max_instances=2)
        return twin.workspace.begin_create_or_update(made).result()

    double = agreed(failed)

    assert (double["provisioning_state"], double["provisioning_errors"]) == ("Failed", "ProvisioningFailed")


def test_a_workspace_of_ones_own_is_the_same() -> None:
    """Created, created again, listed and deleted."""

    def life(twin: Twin) -> Any:
        workspaces = twin.workspace.workspaces
        made = Workspace(name="w2", location="westus", tags={"p": "q"}, display_name="Second")
        first = workspaces.begin_create(made).result()
        again = twin.workspace.begin_create_or_update(Workspace(name="w2", location="westus", tags={"z": "y"})).result()
        names = [found.name for found in workspaces.list()]
        workspaces.begin_delete("w2", delete_dependent_resources=False).result()
        return [first, again, names, [found.name for found in workspaces.list(scope="subscription")]]

    agreed(life)
