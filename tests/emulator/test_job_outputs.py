"""Outputs of jobs that execute nothing: their place, what stands in them, and the assets made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azure.ai.ml import MLClient, Output, command
from azure.ai.ml.dsl import pipeline
from azure.ai.ml.entities import Model
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

ENVIRONMENT = "AzureML-sklearn-1.0-ubuntu20.04-py38-cpu@latest"


def run(workspace: MLClient, **outputs: Output) -> Any:
    """Run a command with these outputs to its end."""
    job = workspace.jobs.create_or_update(command(command="true", environment=ENVIRONMENT, outputs=outputs))
    workspace.jobs.stream(job.name)
    return workspace.jobs.get(job.name)


@pytest.mark.parametrize("kind", ["custom_model", "mlflow_model"])
def test_a_named_model_output_is_registered(workspace: MLClient, tmp_path: Path, kind: str) -> None:
    """An output with a name and a version is a model of that version when the job has completed."""
    job = run(workspace, model=Output(type=kind, name="mine", version="7"))
    model = workspace.models.get("mine", version="7")
    workspace.models.download("mine", version="7", download_path=tmp_path)

    assert (model.type, model.job_name) == (kind, job.name)
    assert model.path.endswith(f"/paths/azureml/{job.name}/model/")
    assert "does not run user code" in next(tmp_path.rglob("NOT_EXECUTED.txt")).read_text(encoding="utf-8")


def test_a_named_data_output_gets_the_next_version(workspace: MLClient) -> None:
    """An output with a name and no version becomes the next version of a data asset."""
    first = run(workspace, rows=Output(type="uri_folder", name="rows"))
    second = run(workspace, rows=Output(type="uri_folder", name="rows"))

    assert [asset.version for asset in workspace.data.list("rows")] == ["2", "1"]
    assert f"/{first.name}/rows/" in workspace.data.get("rows", version="1").path
    assert f"/{second.name}/rows/" in workspace.data.get("rows", version="2").path


def test_a_taken_version_fails_the_job(workspace: MLClient) -> None:
    """A job whose output cannot be registered fails with the reason (inferred)."""
    run(workspace, rows=Output(type="uri_folder", name="rows", version="1"))
    job = workspace.jobs.create_or_update(
        command(command="x", environment=ENVIRONMENT, outputs={"r": Output(name="rows", version="1")})
    )
    with pytest.raises(Exception, match="already exists"):
        workspace.jobs.stream(job.name)

    assert workspace.jobs.get(job.name).status == "Failed"


def test_an_output_lies_where_it_was_asked_for(workspace: MLClient) -> None:
    """The path of an output is read back with the job's name in it, and a model can be made of what is there."""
    job = run(workspace, o=Output(type="uri_folder", path="azureml://datastores/workspaceblobstore/paths/my/${{name}}"))
    model = workspace.models.create_or_update(Model(name="m", path=f"azureml://jobs/{job.name}/outputs/o"))

    assert job.outputs.o.path == f"azureml://datastores/workspaceblobstore/paths/my/{job.name}"
    assert model.path.endswith(f"/datastores/workspaceblobstore/paths/my/{job.name}/")


def test_outputs_of_a_pipeline_and_of_its_nodes_are_registered(workspace: MLClient) -> None:
    """Named outputs become assets where they belong to the pipeline and where they belong to a node."""

    @pipeline(default_compute="serverless")
    def whole() -> dict[str, Any]:
        node = command(
            command="x ${{outputs.inner}} ${{outputs.outer}}",
            environment=ENVIRONMENT,
            outputs={"inner": Output(type="uri_folder"), "outer": Output(type="custom_model")},
        )()
        node.outputs.inner.name, node.outputs.inner.version = "rows", "3"
        return {"outer": node.outputs.outer}

    job = whole()
    job.outputs.outer.name, job.outputs.outer.version = "mine", "4"
    workspace.jobs.stream(workspace.jobs.create_or_update(job).name)

    assert workspace.data.get("rows", version="3").type == "uri_folder"
    assert workspace.models.get("mine", version="4").type == "custom_model"


@pytest.mark.parametrize("form", ["runs:/{}/model", "azureml://jobs/{}/outputs/artifacts/paths/model/"])
def test_a_model_is_made_of_the_artifacts_of_a_run(workspace: MLClient, form: str) -> None:
    """A model may be registered from the artifacts of a run, which it then names."""
    job = run(workspace)
    model = workspace.models.create_or_update(Model(name="m", path=form.format(job.name), type="mlflow_model"))

    assert f"/datastores/workspaceartifactstore/paths/ExperimentRun/dcid.{job.name}/model" in model.path
    assert model.job_name == job.name


@pytest.mark.parametrize("form", ["runs:/{}/model", "azureml://jobs/{}/outputs/artifacts/paths/model/"])
def test_artifacts_of_runs_that_are_not_there_are_refused(workspace: MLClient, form: str) -> None:
    """A run that does not exist is refused, and so is one that has not ended and left nothing yet."""
    with pytest.raises(ResourceNotFoundError, match="Job nojob was not found"):
        workspace.models.create_or_update(Model(name="m", path=form.format("nojob")))
    job = workspace.jobs.create_or_update(command(command="true", environment=ENVIRONMENT))
    with pytest.raises(HttpResponseError, match="No blobs found in storage at model asset path"):
        workspace.models.create_or_update(Model(name="m", path=form.format(job.name)))


def test_a_fetched_job_can_be_sent_again(workspace: MLClient) -> None:
    """A job that was fetched, described and sent again is the same job, described."""
    job = run(workspace, o=Output(type="uri_folder"))
    job.display_name, job.tags = "mine", {"a": "b"}
    again = workspace.jobs.create_or_update(job)

    assert (again.name, again.display_name, again.tags, again.status) == (job.name, "mine", {"a": "b"}, "Completed")


def test_a_component_knows_its_version(workspace: MLClient) -> None:
    """A component that is registered without a version has one, under which it is listed and is the latest."""
    made = command(name="prep", command="true", environment=ENVIRONMENT).component
    first, second = (workspace.components.create_or_update(made) for _ in range(2))

    assert first.version == "1"
    assert [component.version for component in workspace.components.list("prep")] == [second.version, "1"]
    assert workspace.components.get("prep", label="latest").version == second.version
    assert workspace.components.get("prep").version == second.version


def test_a_job_has_no_services(workspace: MLClient) -> None:
    """The interactive services of a job are asked for in vain: nothing runs that could offer them."""
    assert workspace.jobs.show_services(run(workspace).name) is None


def test_a_node_that_was_not_executed_says_so_in_its_log(workspace: MLClient, tmp_path: Path) -> None:
    """The artifacts of a pipeline's node hold a log of its own."""

    @pipeline(default_compute="serverless")
    def whole() -> None:
        command(command="x", environment=ENVIRONMENT)()

    job = workspace.jobs.create_or_update(whole())
    workspace.jobs.stream(job.name)
    (node,) = workspace.jobs.list(parent_job_name=job.name)
    workspace.jobs.download(node.name, all=True, download_path=tmp_path)

    assert "not executed" in next(tmp_path.rglob("std_log.txt")).read_text(encoding="utf-8")
