"""Making clients: of a world of their own, of a given one, of a registry, by the factory and from a config.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azure.ai.ml.entities import Data, Model
from azure.ai.ml.exceptions import ValidationException
from azure.core.exceptions import HttpResponseError
from twins import Twin, agreed

from fakes.ml_client import FakeAzure, FakeMLClient
from fakes.ml_client.client import make_world
from harness.errors import StepFailed


def test_a_client_alone_has_a_world_of_its_own() -> None:
    """Its workspace is there, and another client sees nothing of it."""
    first, second = FakeMLClient(), FakeMLClient()
    first.data.create_or_update(Data(name="d1", path="azureml://datastores/workspaceblobstore/paths/x"))

    assert first.workspaces.get().name == first.workspace_name
    assert ([data.name for data in first.data.list()], list(second.data.list())) == (["d1"], [])


def test_clients_of_one_world_see_the_same() -> None:
    """A workspace's client and a registry's are two doors to one Azure."""
    world = make_world()
    registry = FakeMLClient(world, registry_name="azureml")

    assert registry.workspace_name is None
    assert registry.models.get("gpt2", label="latest").id.startswith("azureml://registries/azureml/models/gpt2/")
    assert FakeMLClient(world).subscription_id == world.subscription_id


def test_an_unknown_registry_is_refused_at_once() -> None:
    """Azure answers the discovery of a registry that one cannot see with 403."""
    with pytest.raises(HttpResponseError, match="not allowed to access registry nope"):
        FakeMLClient(registry_name="nope")


def test_workspace_and_registry_exclude_each_other(fake_azure: FakeAzure) -> None:
    """As the SDK's client refuses them, before anything is sent."""
    with pytest.raises(ValidationException, match="cannot be used together"):
        FakeMLClient(fake_azure.world, workspace_name="x", registry_name="azureml")
    with pytest.raises(ValueError, match="credential can not be None"):
        fake_azure.clients.ml(None, "s", "g", "w")


def test_the_factory_stands_for_the_class(fake_azure: FakeAzure) -> None:
    """Positional ids and options are those of MLClient."""
    ids = (fake_azure.subscription_id, fake_azure.resource_group, fake_azure.workspace_name)
    client = fake_azure.clients.ml(fake_azure.credential, *ids, show_progress=False)

    assert (client.subscription_id, client.resource_group_name, client.workspace_name) == ids
    assert fake_azure.clients.ml(fake_azure.credential, registry_name="azureml").workspace_name is None


def test_a_config_is_found_in_a_folder_above(fake_azure: FakeAzure, tmp_path: Path) -> None:
    """The SDK's search: this folder, the ones above, and `.azureml` in each of them."""
    (tmp_path / ".azureml").mkdir()
    (tmp_path / "below").mkdir()
    fake_azure.write_config(tmp_path / ".azureml")

    client = fake_azure.clients.ml.from_config(fake_azure.credential, path=tmp_path / "below")

    assert client.workspace_name == fake_azure.workspace_name


@pytest.mark.parametrize(("text", "said"), [(None, "could not find config.json"), ("{}", "required parameters")])
def test_a_config_that_cannot_be_used_is_told(
    fake_azure: FakeAzure, tmp_path: Path, text: str | None, said: str
) -> None:
    """One that is missing, and one without the ids."""
    if text:
        (tmp_path / "config.json").write_text(text)

    with pytest.raises(ValidationException, match=said):
        fake_azure.clients.ml.from_config(fake_azure.credential, path=tmp_path)


def test_what_happened_is_counted(fake_azure: FakeAzure) -> None:
    """Every exchange has the name of the operation that Azure would have served."""
    client = fake_azure.workspace_client()
    with pytest.raises(HttpResponseError):
        client.models.get("nope", "1")
    client.workspaces.get()

    assert [(call.operation, call.method, call.status) for call in fake_azure.calls] == [
        ("ModelsVersions_Get", "GET", 404),
        ("Workspaces_Get", "GET", 200),
    ]


def test_changes_happen_in_the_order_of_the_sdk(files: Path) -> None:
    """What creates, changes or deletes is sent as often and in the same order as by the real client."""

    def life(twin: Twin) -> Any:
        twin.workspace.models.create_or_update(Model(name="m1", path="model", type="mlflow_model"))
        twin.workspace.models.archive("m1", "1")
        twin.workspace.online_endpoints.begin_delete("nope").wait()
        calls = [(call.operation, call.method) for call in twin.azure.calls]
        return [list(call) for call in calls if call[1] != "GET" and not call[0].startswith("Entra")]

    agreed(life)


def test_metrics_are_read_from_a_workspace_only(fake_azure: FakeAzure) -> None:
    """Another tracking URI is refused in the harness's own words."""
    with (
        pytest.raises(StepFailed, match="MLflow cannot be read"),
        fake_azure.clients.mlflow("azureml://elsewhere", fake_azure.credential) as client,
    ):
        client.get_run("x")
