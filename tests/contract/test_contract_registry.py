"""Contract: models and components of the public registry."""

from __future__ import annotations

import ast

import pytest
from azure.ai.ml import Input
from azure.ai.ml.exceptions import MlException, ValidationException
from azure.core.exceptions import ResourceNotFoundError
from contract_steps import CHAT, CLUSTER, FOUNDATION
from contract_subject import Subject
from evidence import Evidence, evidence

MODEL = "Phi-3-mini-4k-instruct"


@evidence(Evidence.DOCUMENTED, "registry sources, history of the model's versions")
def test_the_latest_foundation_model_is_that_of_the_day(aml: Subject) -> None:
    """In April 2024 the newest version of the tutorial's model was 5."""
    assert aml.registry.models.get(MODEL, label="latest").version == "5"


@evidence(Evidence.RECORDED, "registry model GET")
def test_a_registry_model_has_a_registry_id(aml: Subject) -> None:
    """The id of a registry model is an `azureml://` address, not one of ARM."""
    assert aml.registry.models.get(MODEL, "5").id == FOUNDATION


@evidence(Evidence.SDK_SOURCE, "str(value) of each tag is sent when a model is published")
def test_the_allow_list_of_a_model_is_a_tag_in_text(aml: Subject) -> None:
    """The sizes that a model may be fine-tuned on are a Python literal in one of its tags."""
    tags = aml.registry.models.get(MODEL, "5").tags

    assert "Standard_ND40rs_v2" in ast.literal_eval(tags["finetune_compute_allow_list"])
    assert {type(value) for value in tags.values()} == {str}


@evidence(Evidence.RECORDED, "registry model GET of a missing version")
def test_an_unknown_version_of_a_registry_model_is_not_found(aml: Subject) -> None:
    """The refusal names the asset by its registry id."""
    with pytest.raises(ResourceNotFoundError, match=f"ID: azureml://registries/azureml/models/{MODEL}/versions/99"):
        aml.registry.models.get(MODEL, "99")


@evidence(Evidence.RECORDED, "versions of an unknown registry model: 200 and an empty list, 2024-04")
def test_an_unknown_registry_model_has_no_versions(aml: Subject) -> None:
    """Versions of a name that the registry does not have are an empty list."""
    assert list(aml.registry.models.list("none")) == []


@evidence(Evidence.SDK_SOURCE, "_asset_utils._get_latest")
def test_an_unknown_registry_model_has_no_latest_version(aml: Subject) -> None:
    """The SDK itself says which registry does not have the model."""
    with pytest.raises(ValidationException, match="Asset none does not exist in registry azureml"):
        aml.registry.models.get("none", label="latest")


@evidence(Evidence.DOCUMENTED, "registry sources, history of the component's versions")
def test_the_latest_component_is_that_of_the_day(aml: Subject) -> None:
    """In April 2024 the newest version of the fine-tuning pipeline was 0.0.42."""
    assert aml.registry.components.get(CHAT, label="latest").version == "0.0.42"


@evidence(Evidence.RECORDED, "registry component GET")
def test_a_component_is_found_by_its_version(aml: Subject) -> None:
    """A component that is asked for by version has that version, and a registry id."""
    found = aml.registry.components.get(CHAT, version="0.0.42")

    assert (found.name, found.version) == (CHAT, "0.0.42")
    assert found.id == f"azureml://registries/azureml/components/{CHAT}/versions/0.0.42"


@evidence(Evidence.INFERRED, "recorded for registry models")
def test_an_unknown_version_of_a_component_is_not_found(aml: Subject) -> None:
    """A component version that does not exist is a 404 that names it."""
    with pytest.raises(ResourceNotFoundError, match=f"registries/azureml/components/{CHAT}/versions/9"):
        aml.registry.components.get(CHAT, version="9")


@evidence(Evidence.SDK_SOURCE, "_asset_utils._get_latest")
def test_an_unknown_component_has_no_latest_version(aml: Subject) -> None:
    """The SDK itself says which registry does not have the component."""
    with pytest.raises(ValidationException, match="Asset none does not exist in registry azureml"):
        aml.registry.components.get("none", label="latest")


@evidence(Evidence.RECORDED, "componentSpec of a registry component")
def test_the_inputs_of_a_component_say_what_they_take(aml: Subject) -> None:
    """Type, default, minimum and enumeration of an input come with the component."""
    inputs = aml.registry.components.get(CHAT, label="latest").inputs

    assert (inputs["num_train_epochs"].type, inputs["num_train_epochs"].min) == ("integer", 1)
    assert list(inputs["apply_lora"].enum) == ["true", "false"]
    assert inputs["mlflow_model_path"].optional


@evidence(Evidence.SDK_SOURCE, "Component.__call__")
def test_a_component_is_called_to_make_a_node(aml: Subject) -> None:
    """Calling a component gives a node with its inputs bound and its outputs to hand on."""
    component = aml.registry.components.get(CHAT, label="latest")
    node = component(train_file_path=Input(type="uri_file", path="azureml:d:1"), compute_finetune=CLUSTER)

    assert node.inputs.compute_finetune._data == CLUSTER
    assert "mlflow_model_folder" in node.outputs


@evidence(Evidence.SDK_SOURCE, "Component.__call__ raises UnexpectedKeywordError")
def test_a_component_takes_no_unknown_input(aml: Subject) -> None:
    """An input that the component does not have is refused before anything is submitted."""
    component = aml.registry.components.get(CHAT, label="latest")

    with pytest.raises(MlException, match="unexpected keyword argument 'learning_rate_min'"):
        component(learning_rate_min="5e-7")
