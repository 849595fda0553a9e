"""A fine-tuning job that has completed, as the SDK shows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.ai.ml import MLClient
from azure.ai.ml.entities import Job, Model, PipelineJob
from fine_tuning_job import EXPERIMENT, client_of, conversations, submit

from fakes.emulator import Emulator


@pytest.fixture(scope="module")
def azure() -> Iterator[Emulator]:
    """A local Azure ML that the tests of this module only read."""
    with Emulator(pace="instant") as azure:
        yield azure


@pytest.fixture(scope="module")
def workspace(azure: Emulator) -> MLClient:
    """A client of its workspace."""
    return client_of(azure)


@pytest.fixture(scope="module")
def streamed(azure: Emulator, workspace: MLClient, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a job that was waited for with `jobs.stream`."""
    name = submit(azure, conversations(tmp_path_factory.mktemp("data") / "train.jsonl")).name
    workspace.jobs.stream(name)
    return str(name)


@pytest.fixture
def job(workspace: MLClient, streamed: str) -> Job:
    """The completed job."""
    return workspace.jobs.get(streamed)


def test_it_is_completed_with_its_output(job: Job) -> None:
    """`jobs.get` shows the declared output, as the tutorial looks for it."""
    assert (job.status, list(job.outputs)) == ("Completed", ["trained_model"])


def test_it_is_in_its_experiment(job: Job) -> None:
    """The job bears the experiment that it was submitted to."""
    assert job.experiment_name == EXPERIMENT


def test_it_tells_when_it_was_executed(job: Job) -> None:
    """A pipeline that has ended has its stages among its properties (recorded)."""
    assert '"Status":"Finished"' in job.properties["azureml.pipelines.stages"]


def test_it_has_a_page_in_the_studio(job: Job, azure: Emulator) -> None:
    """The service URLs name job and workspace (recorded)."""
    expected = f"https://ml.azure.com/runs/{job.name}?wsid=/subscriptions/{azure.subscription_id}/"

    assert job.studio_url.startswith(expected)


def test_it_is_listed(workspace: MLClient, streamed: str) -> None:
    """`jobs.list` names the job."""
    (listed,) = workspace.jobs.list()

    assert (listed.name, listed.status, type(listed)) == (streamed, "Completed", PipelineJob)


def test_its_children_are_listed(workspace: MLClient, streamed: str) -> None:
    """`jobs.list(parent_job_name=...)` walks the pipeline's node, whose own steps are below it."""
    (node,) = workspace.jobs.list(parent_job_name=streamed)
    steps = list(workspace.jobs.list(parent_job_name=node.name))

    assert [step.display_name for step in steps] == [
        "ft_nlp_common_validation",
        "chat_completion_model_import",
        "chat_completion_datapreprocess",
        "chat_completion_finetune",
        "ft_nlp_model_converter",
    ]
    assert {step.status for step in steps} == {"Completed"}


def test_the_model_comes_back(workspace: MLClient, streamed: str, tmp_path: Path) -> None:
    """`jobs.download` of the output brings an MLflow model folder."""
    workspace.jobs.download(streamed, output_name="trained_model", download_path=tmp_path)

    assert (tmp_path / "named-outputs" / "trained_model" / "MLmodel").is_file()


def test_the_logs_come_back(workspace: MLClient, streamed: str, tmp_path: Path) -> None:
    """`jobs.download(all=True)` brings the logs; azure-ai-ml 1.35.2 overlooks the `UriFolder` outputs (recorded)."""
    workspace.jobs.download(streamed, all=True, download_path=tmp_path)
    log = tmp_path / "artifacts" / "logs" / "azureml" / "executionlogs.txt"

    assert "no runs left and nothing to schedule" in log.read_text(encoding="utf-8")


def test_streaming_a_job_that_has_ended_does_not_wait(
    azure: Emulator, workspace: MLClient, streamed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`jobs.stream` of a completed job prints its summary at once."""
    before = azure.clock.slept
    workspace.jobs.stream(streamed)

    assert f"Execution Summary\n=================\nRunId: {streamed}\n" in capsys.readouterr().out
    assert azure.clock.slept == before


def test_a_model_of_its_output_knows_the_job(workspace: MLClient, streamed: str) -> None:
    """A model registered from `azureml://jobs/...` leads back to the job."""
    path = f"azureml://jobs/{streamed}/outputs/trained_model"
    model = workspace.models.create_or_update(Model(name="tuned", version="1", type="mlflow_model", path=path))

    assert model.job_name == streamed
    assert model.path.endswith(f"/datastores/workspaceblobstore/paths/azureml/{streamed}/trained_model/")


def test_the_model_of_an_output_comes_back(workspace: MLClient, streamed: str, tmp_path: Path) -> None:
    """`models.download` brings the folder that the job wrote."""
    path = f"azureml://jobs/{streamed}/outputs/trained_model"
    workspace.models.create_or_update(Model(name="other", version="1", type="mlflow_model", path=path))
    workspace.models.download("other", "1", download_path=tmp_path)

    assert len(list(tmp_path.rglob("MLmodel"))) == 1
