"""Contract: models of a workspace, their versions and where they come from."""

from __future__ import annotations

from pathlib import Path

import pytest
from azure.ai.ml.entities import Model
from azure.ai.ml.exceptions import ValidationException
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from contract_steps import register
from contract_subject import Subject
from evidence import Evidence, evidence


@evidence(Evidence.RECORDED, "model version PUT and GET, 2023-10")
def test_a_registered_model_comes_back_as_it_was_sent(aml: Subject, tmp_path: Path) -> None:
    """Name, version, type, description and tags of a registered model are those that were sent."""
    register(aml.workspace, tmp_path, "7", type="mlflow_model", description="mine", tags={"a": "1"})
    found = aml.workspace.models.get("m", "7")

    assert (found.name, found.version, found.type) == ("m", "7", "mlflow_model")
    assert (found.description, found.tags) == ("mine", {"a": "1"})


@evidence(Evidence.RECORDED, "model version GET")
def test_the_id_of_a_model_is_its_arm_id(aml: Subject, tmp_path: Path) -> None:
    """A model's id holds subscription, group, workspace, name and version."""
    azure = aml.azure
    group = f"/subscriptions/{azure.subscription_id}/resourceGroups/{azure.resource_group}"
    home = f"{group}/providers/Microsoft.MachineLearningServices/workspaces/{azure.workspace_name}"

    assert register(aml.workspace, tmp_path).id == f"{home}/models/m/versions/1"


@evidence(Evidence.RECORDED, "modelUri of a version: resourceGroups with a capital G")
def test_the_path_of_a_model_is_a_datastore_uri(aml: Subject, tmp_path: Path) -> None:
    """A model that was uploaded lies on the default datastore, and its path says so in the long form."""
    path = register(aml.workspace, tmp_path).path

    assert path.startswith(f"azureml://subscriptions/{aml.azure.subscription_id}/resourceGroups/")
    assert "/datastores/workspaceblobstore/paths/" in path


@evidence(Evidence.DOCUMENTED, "the default of Model.type")
def test_a_model_without_a_type_is_a_custom_model(aml: Subject, tmp_path: Path) -> None:
    """Who names no type registers a custom model."""
    assert register(aml.workspace, tmp_path).type == "custom_model"


@evidence(Evidence.RECORDED, "PUT of an existing version that changes nothing is a 200")
def test_registering_the_same_again_is_accepted(aml: Subject, tmp_path: Path) -> None:
    """The same files under the same version are the same model."""
    first = register(aml.workspace, tmp_path)

    assert register(aml.workspace, tmp_path).id == first.id
    assert len(list(aml.workspace.models.list("m"))) == 1


@evidence(Evidence.DOCUMENTED, "data and model versions are immutable but for tags, description and archiving")
def test_a_version_keeps_its_files(aml: Subject, tmp_path: Path) -> None:
    """Other files under an existing version are refused, and the version stays as it was."""
    before = register(aml.workspace, tmp_path).path
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "MLmodel").write_text("flavors: {other: {}}\n", encoding="utf-8")

    with pytest.raises(Exception, match=r"already exist|cannot be changed"):
        aml.workspace.models.create_or_update(Model(name="m", version="1", path=tmp_path / "other"))
    assert aml.workspace.models.get("m", "1").path == before


@evidence(Evidence.DOCUMENTED, "data and model versions are immutable but for tags, description and archiving")
def test_a_version_keeps_its_type(aml: Subject, tmp_path: Path) -> None:
    """A custom model does not become an MLflow model under the same version."""
    register(aml.workspace, tmp_path)

    with pytest.raises(HttpResponseError) as refused:
        register(aml.workspace, tmp_path, type="mlflow_model")
    assert refused.value.status_code == 400


@evidence(Evidence.RECORDED, "model archive and update, 2023-10")
def test_description_and_tags_of_a_version_may_change(aml: Subject, tmp_path: Path) -> None:
    """Who registers a version again may describe it in other words."""
    register(aml.workspace, tmp_path, tags={"a": "1"})
    register(aml.workspace, tmp_path, description="better", tags={"b": "2"})

    found = aml.workspace.models.get("m", "1")
    assert (found.description, found.tags) == ("better", {"b": "2"})


@evidence(Evidence.RECORDED, "orderBy createdtime desc, top 1: version foobar won, 2022-08")
def test_the_newest_version_is_the_latest(aml: Subject, tmp_path: Path) -> None:
    """`label="latest"` is the version created last, not the one with the highest number."""
    for version in ("1", "20", "foobar", "3"):
        register(aml.workspace, tmp_path, version)
        aml.clock.advance(60)

    assert aml.workspace.models.get("m", label="latest").version == "3"


@evidence(Evidence.SDK_SOURCE, "latest is sought by date of creation, and an update does not change that")
def test_an_update_does_not_make_a_version_the_latest(aml: Subject, tmp_path: Path) -> None:
    """Describing an old version anew leaves the newest one the latest."""
    for version in ("1", "2"):
        register(aml.workspace, tmp_path, version)
        aml.clock.advance(60)
    register(aml.workspace, tmp_path, "1", description="better")

    assert aml.workspace.models.get("m", label="latest").version == "2"


@evidence(Evidence.RECORDED, "default order of versions is createdAt desc")
def test_versions_are_listed_newest_first(aml: Subject, tmp_path: Path) -> None:
    """`models.list(name)` is ordered by creation, the newest first."""
    for version in ("2", "10", "1"):
        register(aml.workspace, tmp_path, version)
        aml.clock.advance(60)

    assert [model.version for model in aml.workspace.models.list("m")] == ["1", "10", "2"]


@evidence(Evidence.RECORDED, "the container's nextVersion")
def test_a_model_without_a_version_gets_the_next_number(aml: Subject, tmp_path: Path) -> None:
    """Versions are counted up from 1 where the user names none."""
    versions = []
    for content in ("a", "b"):
        path = tmp_path / content
        path.write_text(content, encoding="utf-8")
        versions.append(aml.workspace.models.create_or_update(Model(name="m", path=path)).version)

    assert versions == ["1", "2"]


@evidence(Evidence.RECORDED, "model container GET: latestVersion")
def test_models_are_listed_once_each(aml: Subject, tmp_path: Path) -> None:
    """`models.list()` names each model once."""
    for version in ("1", "2"):
        register(aml.workspace, tmp_path, version)
    register(aml.workspace, tmp_path, name="n")

    assert sorted(model.name for model in aml.workspace.models.list()) == ["m", "n"]


@evidence(Evidence.RECORDED, "versions of an unknown registry model: 200 and an empty list, 2024-04")
def test_an_unknown_model_has_an_empty_list_of_versions(aml: Subject) -> None:
    """Versions of a name that nobody registered are an empty list, not a 404."""
    assert list(aml.workspace.models.list("none")) == []


@evidence(Evidence.INFERRED, "recorded for registries: Could not find asset with ID")
def test_an_unknown_version_is_not_found(aml: Subject) -> None:
    """`models.get` of a version that does not exist is a 404 that names it."""
    with pytest.raises(ResourceNotFoundError, match=r"Could not find asset with ID: .*/models/m/versions/9") as refused:
        aml.workspace.models.get("m", "9")

    assert (refused.value.status_code, refused.value.error.code) == (404, "UserError")


@evidence(Evidence.SDK_SOURCE, "_asset_utils._get_latest")
def test_an_unknown_model_has_no_latest_version(aml: Subject) -> None:
    """The SDK itself says that there is no latest version of an unknown name."""
    with pytest.raises(ValidationException, match="Asset none does not exist in workspace"):
        aml.workspace.models.get("none", label="latest")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Must provide either version or label"),
        ({"version": "1", "label": "latest"}, "Cannot specify both version and label"),
        ({"label": "best"}, "version label best does not exist"),
    ],
    ids=["neither", "both", "another label"],
)
@evidence(Evidence.SDK_SOURCE, "ModelOperations.get")
def test_a_model_is_asked_for_by_version_or_by_the_label_latest(
    aml: Subject, given: dict[str, str], words: str
) -> None:
    """`models.get` takes either a version or the label "latest"."""
    with pytest.raises(ValidationException, match=words):
        aml.workspace.models.get("m", **given)
