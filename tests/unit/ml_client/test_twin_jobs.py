"""Jobs are submitted, watched and read back alike on the double and on the emulator."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from azure.ai.ml import Input, Output, PyTorchDistribution, command, load_component
from azure.ai.ml.dsl import pipeline
from azure.ai.ml.entities import Environment, Model
from azure.ai.ml.operations import JobOperations
from local_files import CLUSTER, CURATED, chat_job, command_job, make_cluster, sent_properties
from twins import Twin, agreed, on_double


def test_a_fine_tuning_job_is_sent_and_read_alike(files: Path) -> None:
    """What is submitted, its states, its children and the model that comes of it."""

    def train(twin: Twin) -> Any:
        make_cluster(twin)
        jobs = twin.workspace.jobs
        seen = [jobs.create_or_update(chat_job(twin, files), experiment_name="trials"), jobs.get("job-1")]
        jobs.stream("job-1")
        children = list(jobs.list(parent_job_name="job-1"))
        seen += [jobs.get("job-1"), children, list(jobs.list(parent_job_name=children[0].name))]
        made = Model(name="t", version="1", type="mlflow_model", path="azureml://jobs/job-1/outputs/trained_model")
        seen += [jobs.get(children[0].name), twin.workspace.models.create_or_update(made)]
        return [seen, sent_properties(twin, "job-1"), [job.name for job in jobs.list()], twin.azure.clock.now()]

    agreed(train)


def test_a_command_is_sent_and_read_alike(files: Path) -> None:
    """With code, data and literals; a finished one shows where its log lies."""

    def submit(twin: Twin) -> Any:
        make_cluster(twin)
        jobs = twin.workspace.jobs
        first = jobs.create_or_update(command_job(files))
        jobs.stream("cmd-1")
        return [first, jobs.get("cmd-1"), sent_properties(twin, "cmd-1"), twin.azure.clock.now()]

    agreed(submit)


def test_a_command_without_a_cluster_is_sent_alike(files: Path) -> None:
    """Serverless, with an environment of its own, outputs, variables and two instances."""

    def submit(twin: Twin) -> Any:
        given = {
            "environment": Environment(image="img", conda_file={"name": "x"}),
            "compute": "serverless",
            "outputs": {"out": Output(type="uri_folder", mode="rw_mount")},
            "environment_variables": {"A": "1"},
            "instance_count": 2,
            "distribution": PyTorchDistribution(process_count_per_instance=4),
            "job_tier": "spot",
            "timeout": 30,
        }
        made = twin.workspace.jobs.create_or_update(command_job(files, **given))
        return [made, sent_properties(twin, "cmd-1")]

    agreed(submit)


def test_a_pipeline_of_own_components_is_sent_and_read_alike(files: Path) -> None:
    """Registered and inline components, bound to each other, to data and to a default compute."""

    def run(twin: Twin) -> Any:
        make_cluster(twin)
        train = twin.workspace.components.create_or_update(load_component(source="component.yml"))
        score = command(
            name="score",
            inputs={"model": Input(type="uri_folder")},
            outputs={"rows": Output(type="uri_folder", mode="rw_mount")},
            code="src",
            command="python main.py ${{inputs.model}} ${{outputs.rows}}",
            environment=f"{CURATED}@latest",
        )
        job = own_pipeline(train, score)
        twin.workspace.jobs.create_or_update(job, experiment_name="trials")
        twin.workspace.jobs.stream("job-2")
        children = [child.display_name for child in twin.workspace.jobs.list(parent_job_name="job-2")]
        return [sent_properties(twin, "job-2"), twin.workspace.jobs.get("job-2"), children]

    agreed(run)


def own_pipeline(train: Any, score: Any) -> Any:
    """Return a pipeline of two nodes."""

    @pipeline()
    def two_nodes(data, epochs):  # the SDK reads annotations, and not as texts
        trained = train(data=data, epochs=epochs, rate=0.5)
        scored = score(model=trained.outputs.model)
        scored.outputs.rows.mode = "upload"
        return {"trained": trained.outputs.model, "scored": scored.outputs.rows}

    job = two_nodes(data=Input(type="uri_folder", path="src"), epochs=20)
    job.name, job.settings.default_compute = "job-2", CLUSTER
    return job


@pytest.mark.skipif(not hasattr(JobOperations, "update"), reason="the SDK is older than jobs.update")
def test_the_words_of_a_job_change_alike(files: Path) -> None:
    """Canceled, described anew in both ways, archived and restored."""

    def change(twin: Twin) -> Any:
        make_cluster(twin)
        jobs = twin.workspace.jobs
        jobs.create_or_update(command_job(files))
        jobs.begin_cancel("cmd-1").result()
        read = jobs.get("cmd-1")
        read.tags["reviewed"], read.display_name = "yes", "new"
        seen = [read.status, jobs.create_or_update(read).display_name]
        seen.append(jobs.update("cmd-1", description="the first").description)
        jobs.archive("cmd-1")
        seen.append([job.name for job in jobs.list()])
        jobs.restore("cmd-1")
        return [*seen, [job.name for job in jobs.list()], jobs.get("cmd-1").tags, twin.azure.clock.now()]

    agreed(change)


def downloaded(twin: Twin, folder: Path, **given: Any) -> list[str]:
    """Return the files that a download of a finished job brings."""
    make_cluster(twin)
    twin.workspace.jobs.create_or_update(chat_job(twin, folder), experiment_name="trials")
    twin.azure.clock.advance(10_000)
    target = folder / type(twin.workspace).__name__
    twin.workspace.jobs.download("job-1", download_path=str(target), **given)
    return sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file())


@pytest.mark.parametrize("given", [{"output_name": "trained_model"}, {}], ids=["output", "logs"])
def test_outputs_are_downloaded_alike(files: Path, given: dict[str, Any]) -> None:
    """The same files below the same folders."""
    assert agreed(lambda twin: downloaded(twin, files, **given)) != []


def test_everything_is_downloaded(files: Path) -> None:
    """Logs and named outputs come, as documented; azure-ai-ml 1.35.2 brings the logs only."""
    brought = on_double(lambda twin: downloaded(twin, files, all=True))

    assert {name.split("/")[0] for name in brought} == {"artifacts", "named-outputs"}


@pytest.mark.parametrize("kind", ["command", "pipeline"])
def test_a_stream_tells_the_same(files: Path, kind: str) -> None:
    """Address, logs and summary of a job are printed in the same words."""

    def watch(twin: Twin) -> Any:
        make_cluster(twin)
        job = command_job(files) if kind == "command" else chat_job(twin, files)
        twin.workspace.jobs.create_or_update(job)
        with redirect_stdout(io.StringIO()) as printed:
            twin.workspace.jobs.stream(job.name)
        return printed.getvalue()

    double = agreed(watch)

    assert "Execution Summary" in double
