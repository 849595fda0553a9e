"""The public registries through the SDK, by era."""

from __future__ import annotations

import pytest
from azure.ai.ml import MLClient
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from bare import ask
from fine_tuning_job import registry_of

from fakes.emulator import Emulator

MODEL = "Phi-3-mini-4k-instruct"
CHAT = "components/chat_completion_pipeline/versions/0.0.42"
DATA_PLANE = "2021-10-01-dataplanepreview"
DISCOVERY = "https://eastus.api.azureml.ms/registrymanagement/v1.0/registries/{}/discovery"


def _data_plane(azure: Emulator, path: str) -> str:
    """Return the URL of an asset of the registry on its data plane."""
    found = azure.world.registry("azureml")
    group = f"/subscriptions/{found.subscription_id}/resourceGroups/{found.resource_group}"
    base = "https://cert-eastus.experiments.azureml.net/mferp/managementfrontend"
    return f"{base}{group}/providers/Microsoft.MachineLearningServices/registries/azureml/{path}"


@pytest.mark.parametrize(
    ("era", "version"), [("2024-04", "5"), ("2024-12", "14"), ("2025-03", "15"), ("2026-07", "15")]
)
def test_the_latest_model_of_an_era(era: str, version: str) -> None:
    """`label="latest"` gives the newest version that the era knows."""
    with Emulator(catalog=era) as azure:
        assert registry_of(azure).models.get(MODEL, label="latest").version == version


def test_the_tutorial_s_model_has_its_allow_list(registry: MLClient) -> None:
    """In 2024-04 the tag that the tutorial parses is there."""
    tags = registry.models.get(MODEL, label="latest").tags

    assert "Standard_ND40rs_v2" in tags["finetune_compute_allow_list"]


def test_a_registry_model_is_named_by_its_name(azure: Emulator) -> None:
    """On the data plane a model's `name` is its name; that of other assets is their version (recorded)."""
    model = ask(azure, "GET", _data_plane(azure, f"models/{MODEL}/versions/5"), version=DATA_PLANE).json()
    component = ask(azure, "GET", _data_plane(azure, CHAT), version=DATA_PLANE).json()

    assert [model[key] for key in ("id", "name", "type")] == [
        f"azureml://registries/azureml/models/{MODEL}/versions/5",
        MODEL,
        "models",
    ]
    assert component["name"] == "0.0.42"


def test_an_unknown_version_is_not_found(registry: MLClient) -> None:
    """The refusal names the asset by its registry id (recorded)."""
    expected = f"Could not find asset with ID: azureml://registries/azureml/models/{MODEL}/versions/99"

    with pytest.raises(ResourceNotFoundError, match=expected):
        registry.models.get(MODEL, "99")


def test_an_unknown_model_has_no_versions(azure: Emulator, registry: MLClient) -> None:
    """The list is a 200 and empty (recorded 2024); the SDK makes an error of it."""
    assert list(registry.models.list("none")) == []

    with pytest.raises(Exception, match="Asset none does not exist in registry azureml"):
        registry.models.get("none", label="latest")
    assert {call.status for call in azure.calls} == {200}


def test_latest_asks_for_one(azure: Emulator, registry: MLClient) -> None:
    """`label="latest"` is one request for the newest version (recorded)."""
    registry.models.get(MODEL, label="latest")
    (call,) = [call for call in azure.calls if call.operation == "RegistryModelsVersions_List"]

    assert "top=1" in call.url
    assert "createdtime" in call.url


def test_a_component_has_its_rules(registry: MLClient) -> None:
    """The inputs of the fine-tuning component arrive with enum, minimum and default."""
    inputs = registry.components.get("chat_completion_pipeline", label="latest").inputs

    assert inputs["lr_scheduler_type"].enum[:2] == ["linear", "cosine"]
    assert (inputs["num_train_epochs"].min, inputs["num_train_epochs"].default) == (1, 1)
    assert inputs["train_file_path"].optional is True


def test_a_component_s_numbers_are_text_on_the_wire(azure: Emulator) -> None:
    """Every scalar of a spec is a string (recorded)."""
    spec = ask(azure, "GET", _data_plane(azure, CHAT), version=DATA_PLANE).json()["properties"]["componentSpec"]

    assert {key: spec["inputs"]["num_train_epochs"][key] for key in ("default", "min", "optional")} == {
        "default": "1",
        "min": "1",
        "optional": "True",
    }


def test_an_environment_is_found(registry: MLClient) -> None:
    """Curated environments are in the registry."""
    name = "AzureML-sklearn-1.0-ubuntu20.04-py38-cpu"

    assert registry.environments.get(name, "33").id.endswith(f"/environments/{name}/versions/33")


def test_discovery_leads_to_the_data_plane(azure: Emulator) -> None:
    """Discovery names the host of the data plane and every region (recorded 2024-04)."""
    found = ask(azure, "GET", DISCOVERY.format("azureml"), version=None).json()

    assert found["primaryRegionResourceProviderUri"] == "https://cert-eastus.experiments.azureml.net/"
    assert set(found["registryFqdns"]) == set(found["regions"])
    assert "eastus2" in found["regions"]


def test_an_unknown_registry_is_forbidden(azure: Emulator) -> None:
    """Azure answers as if access were missing, in the envelope of the data plane (recorded 2025-05)."""
    answer = ask(azure, "GET", DISCOVERY.format("none"), version=None)
    body = answer.json()

    assert (answer.status_code, body["statusCode"], body["error"]["code"]) == (403, 403, "UserError")
    assert body["error"]["innerError"]["innerError"]["innerError"]["code"] == "UnAuthorizedRegistryAccess"
    assert body["error"]["messageParameters"] == {"feedName": "none"}


def test_the_sdk_raises_for_it(azure: Emulator) -> None:
    """A client of a registry that does not exist fails when it is made."""
    with pytest.raises(HttpResponseError, match="is not allowed to access registry none"):
        MLClient(azure.credential, registry_name="none")


def test_the_other_public_registry(azure: Emulator) -> None:
    """`azureml-meta` answers with assets of its own name."""
    meta = MLClient(azure.credential, registry_name="azureml-meta")

    assert meta.components.get("chat_completion_pipeline", label="latest").id.startswith(
        "azureml://registries/azureml-meta/components/"
    )
