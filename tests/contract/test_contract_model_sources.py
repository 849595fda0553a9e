"""Contract: archiving models, their names, and where their files may come from."""

from __future__ import annotations

from pathlib import Path

import pytest
from azure.ai.ml.entities import Model
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from contract_steps import WHOLE_JOB, register, submit
from contract_subject import Subject
from evidence import Evidence, evidence


@evidence(Evidence.RECORDED, "model archive, 2023-10")
def test_an_archived_version_is_hidden(aml: Subject, tmp_path: Path) -> None:
    """The list of versions leaves out an archived one."""
    for version in ("1", "2"):
        register(aml.workspace, tmp_path, version)
    aml.workspace.models.archive("m", "1")

    assert [model.version for model in aml.workspace.models.list("m")] == ["2"]


@evidence(Evidence.RECORDED, "listViewType filters isArchived")
def test_archived_versions_are_listed_on_request(aml: Subject, tmp_path: Path) -> None:
    """`list_view_type` shows the archived versions alone, or all of them."""
    for version in ("1", "2"):
        register(aml.workspace, tmp_path, version)
        aml.clock.advance(60)
    aml.workspace.models.archive("m", "1")

    views = [aml.workspace.models.list("m", list_view_type=view) for view in ("ArchivedOnly", "All")]
    assert [[model.version for model in view] for view in views] == [["1"], ["2", "1"]]


@evidence(Evidence.INFERRED, "the SDK asks for the newest without a view; that the default one is ActiveOnly is ours")
def test_an_archived_version_is_not_the_latest(aml: Subject, tmp_path: Path) -> None:
    """`label="latest"` passes over an archived version to the newest one before it."""
    for version in ("1", "2"):
        register(aml.workspace, tmp_path, version)
        aml.clock.advance(60)
    aml.workspace.models.archive("m", "2")

    assert aml.workspace.models.get("m", label="latest").version == "1"


@evidence(Evidence.RECORDED, "model archive and restore, 2023-10")
def test_archiving_shows_in_the_stage(aml: Subject, tmp_path: Path) -> None:
    """The stage of a model is Archived after archiving and Development after restoring."""
    register(aml.workspace, tmp_path)
    aml.workspace.models.archive("m", "1")
    archived = aml.workspace.models.get("m", "1").stage
    aml.workspace.models.restore("m", "1")

    assert (archived, aml.workspace.models.get("m", "1").stage) == ("Archived", "Development")


@evidence(Evidence.RECORDED, "model restore, 2023-10")
def test_a_restored_version_is_listed_again(aml: Subject, tmp_path: Path) -> None:
    """After `restore` the version is in the default list."""
    register(aml.workspace, tmp_path)
    aml.workspace.models.archive("m", "1")
    aml.workspace.models.restore("m", "1")

    assert [model.version for model in aml.workspace.models.list("m")] == ["1"]


@evidence(Evidence.SDK_SOURCE, "archive reads the version before it writes it")
def test_an_unknown_version_cannot_be_archived(aml: Subject) -> None:
    """Archiving what does not exist is a 404."""
    with pytest.raises(ResourceNotFoundError):
        aml.workspace.models.archive("m", "1")


@evidence(Evidence.SDK_SOURCE, "ModelOperations.download")
def test_a_model_comes_back(aml: Subject, tmp_path: Path) -> None:
    """`models.download` brings the files that were uploaded."""
    register(aml.workspace, tmp_path)
    aml.workspace.models.download("m", "1", download_path=tmp_path / "back")

    (found,) = (tmp_path / "back").rglob("MLmodel")
    assert found.read_text(encoding="utf-8") == "flavors: {}\n"


@pytest.mark.parametrize("name", ["-a", "a b"])
@evidence(Evidence.INFERRED, "documented naming rules of assets; the refusal is not recorded")
def test_a_bad_name_is_refused(aml: Subject, tmp_path: Path, name: str) -> None:
    """A model's name holds letters, digits, hyphens, dots and underscores, and does not begin with a sign."""
    with pytest.raises(HttpResponseError) as refused:
        register(aml.workspace, tmp_path, name=name)

    assert refused.value.status_code == 400


@evidence(Evidence.DOCUMENTED, "quoted in public issues: ModelAssetPathNotFoundInStorage")
def test_a_path_without_files_is_refused(aml: Subject) -> None:
    """A model cannot be registered from where nothing lies."""
    path = "azureml://datastores/workspaceblobstore/paths/none"

    with pytest.raises(HttpResponseError, match="ModelAssetPathNotFoundInStorage") as refused:
        aml.workspace.models.create_or_update(Model(name="m", version="1", path=path))
    assert refused.value.status_code == 400


@evidence(Evidence.INFERRED, "the answer is not recorded; users quote the request")
def test_a_model_of_a_job_s_output_knows_the_job(aml: Subject, tmp_path: Path) -> None:
    """A model registered from `azureml://jobs/...` bears the job's name and lies where the job wrote it."""
    name = submit(aml, tmp_path).name
    aml.clock.advance(WHOLE_JOB)
    path = f"azureml://jobs/{name}/outputs/trained_model"
    made = aml.workspace.models.create_or_update(Model(name="tuned", version="1", type="mlflow_model", path=path))

    assert made.job_name == name
    assert made.path.endswith(f"/datastores/workspaceblobstore/paths/azureml/{name}/trained_model/")


@evidence(Evidence.INFERRED, "quoted code NoMatchingArtifactsFoundFromJob; the rest is not recorded")
def test_a_model_needs_an_output_that_was_written(aml: Subject, tmp_path: Path) -> None:
    """A job that has not written its output yet has no model to register."""
    name = submit(aml, tmp_path).name
    path = f"azureml://jobs/{name}/outputs/trained_model"

    with pytest.raises(HttpResponseError, match="has not been written") as refused:
        aml.workspace.models.create_or_update(Model(name="tuned", version="1", type="mlflow_model", path=path))
    assert refused.value.status_code == 400


@pytest.mark.parametrize("output", ["none", "model"])
@evidence(Evidence.INFERRED, "not recorded")
def test_a_model_needs_an_output_of_that_name(aml: Subject, tmp_path: Path, output: str) -> None:
    """An output that the job does not declare is not found, and the refusal names those that it has."""
    name = submit(aml, tmp_path).name
    path = f"azureml://jobs/{name}/outputs/{output}"

    with pytest.raises(ResourceNotFoundError, match="Outputs: trained_model"):
        aml.workspace.models.create_or_update(Model(name="tuned", version="1", type="mlflow_model", path=path))


@evidence(Evidence.INFERRED, "not recorded")
def test_a_model_needs_a_job_that_exists(aml: Subject) -> None:
    """A path into a job that nobody submitted is a 404."""
    with pytest.raises(ResourceNotFoundError, match="Job none was not found"):
        aml.workspace.models.create_or_update(Model(name="m", version="1", path="azureml://jobs/none/outputs/x"))
