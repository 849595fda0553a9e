"""Publishing to a registry, and sharing what a workspace has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azure.ai.ml import MLClient
from azure.ai.ml.entities import Model, Registry, RegistryRegionDetails
from azure.core.exceptions import HttpResponseError
from bare import ARM, ask
from deployable import ANSWER, QUESTION, deployment, make_endpoint, register

from fakes.emulator import Emulator


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model folder to upload."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "MLmodel").write_text("flavors: {}\n", encoding="utf-8")
    return tmp_path / "model"


def _publish(registry: MLClient, folder: Path) -> Model:
    return registry.models.create_or_update(Model(name="mine", version="1", path=folder, type="mlflow_model"))


def test_a_folder_is_published(registry: MLClient, folder: Path) -> None:
    """A local folder becomes a model of the registry."""
    made = _publish(registry, folder)

    assert registry.models.get("mine", "1").id == made.id == "azureml://registries/azureml/models/mine/versions/1"


def test_the_files_are_at_the_registry(azure: Emulator, registry: MLClient, folder: Path) -> None:
    """Files go to a container of the registry's own storage, without LocalUpload (recorded)."""
    path = _publish(registry, folder).path
    account = azure.world.registry("azureml").storage_account

    assert path.startswith(f"https://{account}.blob.core.windows.net/azureml-")
    assert path.endswith("/model")


def test_publishing_waits_at_the_asset_store(azure: Emulator, registry: MLClient, folder: Path) -> None:
    """The PUT is a 202 that is polled at the asset store: 202 first, 200 when it is done (recorded)."""
    _publish(registry, folder)
    statuses = {
        name: [call.status for call in azure.calls if call.operation == name]
        for name in ("RegistryModelsVersions_CreateOrUpdate", "AssetStore_GetOperation")
    }

    assert statuses == {"RegistryModelsVersions_CreateOrUpdate": [202], "AssetStore_GetOperation": [202, 200]}


def test_an_existing_asset_takes_no_files(azure: Emulator, registry: MLClient, folder: Path) -> None:
    """Asking where to upload an asset that exists is a 409, which the SDK takes as done (SDK source)."""
    asset_id = _publish(registry, folder).id
    (asked,) = [call.url for call in azure.calls if call.operation == "RegistryTempDataRefs_CreateOrGet"]
    answer = ask(azure, "PUT", asked, {"assetId": asset_id}, version=None)

    assert answer.status_code == 409


def _share(workspace: MLClient, folder: Path) -> Any:
    workspace.models.create_or_update(Model(name="m", version="1", path=folder, type="mlflow_model"))
    return workspace.models.share("m", "1", registry_name="azureml", share_with_name="shared", share_with_version="7")


def test_a_model_is_shared(workspace: MLClient, registry: MLClient, folder: Path) -> None:
    """`models.share` promotes a workspace's model to the registry."""
    _share(workspace, folder)

    assert registry.models.get("shared", "7").id == "azureml://registries/azureml/models/shared/versions/7"


def test_an_import_ends_without_a_body(azure: Emulator, workspace: MLClient, folder: Path) -> None:
    """The operation of an import ends with 204 (recorded)."""
    _share(workspace, folder)

    assert [call.status for call in azure.calls if call.operation == "AssetStore_GetOperation"][-1] == 204


def test_a_shared_model_is_deployed_from_the_registry(workspace: MLClient, registry: MLClient, tmp_path: Path) -> None:
    """What was fine-tuned answers from the registry's copy as well."""
    register(workspace, tmp_path)
    shared = workspace.models.share("adder", "1", registry_name="azureml", share_with_name="s", share_with_version="1")
    endpoint = make_endpoint(workspace)
    workspace.online_deployments.begin_create_or_update(deployment(shared.id)).wait()
    request = tmp_path / "request.json"
    turn = f'{{"role": "user", "content": "{QUESTION}"}}'
    request.write_text(f'{{"input_data": {{"input_string": [[{turn}]], "parameters": {{}}}}}}', encoding="utf-8")

    answer = workspace.online_endpoints.invoke(endpoint.name, deployment_name="blue", request_file=request)
    assert ANSWER in answer


def test_a_model_that_is_not_there_cannot_be_shared(workspace: MLClient) -> None:
    """Sharing what the workspace does not have is a 404 (inferred)."""
    with pytest.raises(HttpResponseError, match="models/none/versions/1"):
        workspace.models.share("none", "1", registry_name="azureml", share_with_name="x", share_with_version="1")


def test_a_registry_of_one_s_own(azure: Emulator, workspace: MLClient, folder: Path) -> None:
    """A registry is created through the SDK and can be published to."""
    details = [RegistryRegionDetails(location="eastus2")]
    workspace.registries.begin_create(Registry(name="own", location="eastus2", replication_locations=details)).result()

    own = MLClient(azure.credential, registry_name="own")
    assert _publish(own, folder).id == "azureml://registries/own/models/mine/versions/1"


def test_its_arm_resource(azure: Emulator, workspace: MLClient) -> None:
    """ARM shows a registry with its regions and where it is discovered (recorded 2022-09)."""
    found = azure.world.registry("azureml")
    group = f"/subscriptions/{found.subscription_id}/resourceGroups/{found.resource_group}"
    url = f"{ARM}{group}/providers/Microsoft.MachineLearningServices/registries/azureml"
    properties = ask(azure, "GET", url).json()["properties"]

    assert {detail["location"] for detail in properties["regionDetails"]} == set(found.regions)
    assert properties["discoveryUrl"].endswith("/registries/azureml/discovery")


def _created(azure: Emulator) -> str:
    """Create a registry and return its ARM id."""
    group = f"/subscriptions/{azure.subscription_id}/resourceGroups/{azure.resource_group}"
    arm_id = f"{group}/providers/Microsoft.MachineLearningServices/registries/own"
    assert ask(azure, "PUT", ARM + arm_id, {"location": "eastus2", "properties": {}}).status_code == 202
    return arm_id


def test_what_the_service_made_for_it(azure: Emulator) -> None:
    """A region has a storage account and a container registry in a group that the service manages (recorded)."""
    found = ask(azure, "GET", ARM + _created(azure)).json()
    (region,) = found["properties"]["regionDetails"]
    made = region["storageAccountDetails"][0]

    assert "/resourceGroups/azureml-rg-own_" in found["properties"]["managedResourceGroup"]["resourceId"]
    assert made["systemCreatedStorageAccount"]["storageAccountType"] == "standard_lrs"
    assert [name for name, value in made.items() if value is None] == [
        "existingStorageAccount",
        "newStorageAccount",
        "userCreatedStorageAccount",
    ]
    assert region["acrDetails"][0]["systemCreatedAcrAccount"]["acrAccountSku"] == "Premium"


def test_registries_are_listed(azure: Emulator) -> None:
    """A group lists its registries as they are shown one by one (documented)."""
    arm_id = _created(azure)
    listed = ask(azure, "GET", ARM + arm_id.rpartition("/")[0]).json()

    assert listed == {"value": [ask(azure, "GET", ARM + arm_id).json()]}


def test_a_deleted_registry_is_gone(azure: Emulator) -> None:
    """Deleting a registry is a long-running operation, and 204 the second time (inferred)."""
    arm_id = _created(azure)
    first, second = (ask(azure, "DELETE", ARM + arm_id) for _ in range(2))

    assert (first.status_code, second.status_code) == (202, 204)
    assert "/registryOperationsStatus/" in first.headers["Azure-AsyncOperation"]


def test_a_published_model_is_downloaded(registry: MLClient, folder: Path, tmp_path: Path) -> None:
    """What was published to a registry can be had from it."""
    _publish(registry, folder)
    registry.models.download("mine", "1", download_path=tmp_path / "back")

    assert [found.name for found in (tmp_path / "back").rglob("MLmodel")] == ["MLmodel"]


def test_a_model_of_the_catalogue_has_no_files(registry: MLClient, tmp_path: Path) -> None:
    """A foundation model is known by name; a download of what was never stored says so with 501."""
    version = registry.models.get("gpt2", label="latest").version
    with pytest.raises(HttpResponseError, match="holds no files of it"):
        registry.models.download("gpt2", version, download_path=tmp_path)


def test_a_reference_to_other_storage_is_refused(azure: Emulator) -> None:
    """A registry signs no URL outside its own storage."""
    registry = azure.world.registry("azureml")
    base = (
        f"https://cert-eastus.experiments.azureml.net/mferp/managementfrontend/subscriptions/{registry.subscription_id}"
    )
    group = f"{base}/resourceGroups/{registry.resource_group}/providers/Microsoft.MachineLearningServices"
    body = {"assetId": "x", "blobUri": "https://elsewhere.blob.core.windows.net/c/m"}

    assert ask(azure, "POST", f"{group}/registries/azureml/datarefs/m/versions/1", body).status_code == 404
