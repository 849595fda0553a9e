"""Contract: how jobs move, fail, are cancelled and what they leave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azure.ai.ml.exceptions import JobException, MlException
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from contract_steps import WHOLE_JOB, submit, submit_command
from contract_subject import Subject
from evidence import Evidence, evidence

STEPS = [
    "ft_nlp_common_validation",
    "chat_completion_model_import",
    "chat_completion_datapreprocess",
    "chat_completion_finetune",
    "ft_nlp_model_converter",
]


@pytest.fixture
def job(aml: Subject, tmp_path: Path) -> str:
    """The name of a fine-tuning job that was just submitted."""
    return str(submit(aml, tmp_path).name)


def _steps(client: Any, job: str) -> list[Any]:
    (node,) = client.jobs.list(parent_job_name=job)
    return list(client.jobs.list(parent_job_name=node.name))


@evidence(Evidence.RECORDED, "a job's status over its polls; the SDK's set of statuses")
def test_time_moves_a_job(aml: Subject, job: str) -> None:
    """A job goes from NotStarted through Preparing and Running to Completed, and stays there."""
    seen = []
    for seconds in (0, 5, 10, 600, WHOLE_JOB, WHOLE_JOB):
        aml.clock.advance(seconds)
        seen.append(aml.workspace.jobs.get(job).status)

    assert seen == ["NotStarted", "Preparing", "Running", "Running", "Completed", "Completed"]


@evidence(Evidence.INFERRED, "no service moves a job because somebody looks")
def test_reading_does_not_move_a_job(aml: Subject, job: str) -> None:
    """A job that is read again and again without waiting stays where it is."""
    assert {aml.workspace.jobs.get(job).status for _ in range(5)} == {"NotStarted"}


@evidence(Evidence.SDK_SOURCE, "stream_logs_until_completion")
def test_streaming_ends_with_the_job(aml: Subject, job: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`jobs.stream` waits until the job is Completed and prints its name and its end."""
    aml.workspace.jobs.stream(job)
    printed = capsys.readouterr().out

    assert aml.workspace.jobs.get(job).status == "Completed"
    assert f"RunId: {job}" in printed
    assert "Execution Summary" in printed


@evidence(Evidence.SDK_SOURCE, "stream raises JobException with the error of the run")
def test_streaming_a_command_that_fails_raises_its_cause(aml: Subject) -> None:
    """`jobs.stream` of a command that fails raises what went wrong."""
    aml.faults.fail_job("exit code 1")
    name = submit_command(aml.workspace).name

    with pytest.raises(JobException, match="exit code 1"):
        aml.workspace.jobs.stream(name)
    assert aml.workspace.jobs.get(name).status == "Failed"


@evidence(Evidence.DOCUMENTED, "quoted in public issues: Pipeline has some failed steps")
def test_a_failed_step_fails_its_pipeline(aml: Subject, tmp_path: Path) -> None:
    """A pipeline with a failed step says only that there is one, and is Failed."""
    aml.faults.fail_job("CUDA out of memory")
    name = submit(aml, tmp_path).name

    with pytest.raises(JobException, match="Pipeline has some failed steps"):
        aml.workspace.jobs.stream(name)
    assert aml.workspace.jobs.get(name).status == "Failed"


@evidence(Evidence.RECORDED, "run history: a child's status; which step fails is the fault's")
def test_the_failed_step_is_found_below_its_pipeline(aml: Subject, tmp_path: Path) -> None:
    """Below a failed pipeline one step is Failed, and none came after it."""
    aml.faults.fail_job("CUDA out of memory")
    name = submit(aml, tmp_path).name
    aml.clock.advance(WHOLE_JOB)

    found = [(step.display_name, step.status) for step in _steps(aml.workspace, name)]
    assert found == [*((step, "Completed") for step in STEPS[:3]), (STEPS[3], "Failed")]


@evidence(Evidence.SDK_SOURCE, "runs/{id}/details, which jobs.stream reads; the harness reads it too")
def test_the_failed_step_knows_the_cause(aml: Subject, tmp_path: Path) -> None:
    """The details of the run that failed hold the message of what went wrong."""
    aml.faults.fail_job("CUDA out of memory")
    name = submit(aml, tmp_path).name
    aml.clock.advance(WHOLE_JOB)

    failed = _steps(aml.workspace, name)[-1].name
    details = aml.workspace.jobs._runs_operations.get_run_details(failed)
    assert details.error.error.message == "CUDA out of memory"


@evidence(Evidence.RECORDED, "run history /children")
def test_the_steps_of_a_job_are_listed(aml: Subject, job: str) -> None:
    """Every step of a completed pipeline is below its node, in the order in which they ran."""
    aml.clock.advance(WHOLE_JOB)

    assert [(step.display_name, step.status) for step in _steps(aml.workspace, job)] == [
        (step, "Completed") for step in STEPS
    ]


@evidence(Evidence.INFERRED, "a step that has not been scheduled has no run")
def test_a_step_appears_when_it_is_scheduled(aml: Subject, job: str) -> None:
    """A job that has not started has no steps yet."""
    assert list(aml.workspace.jobs.list(parent_job_name=job)) == []


@evidence(Evidence.RECORDED, "completed pipeline GET: only the declared outputs")
def test_a_completed_job_names_its_outputs(aml: Subject, job: str) -> None:
    """The outputs of a completed pipeline are those that it declared."""
    aml.clock.advance(WHOLE_JOB)

    assert list(aml.workspace.jobs.get(job).outputs) == ["trained_model"]


@evidence(Evidence.RECORDED, "completed command GET: outputs.default on the artifact store")
def test_a_completed_command_has_its_default_output(aml: Subject) -> None:
    """What a command has logged is its output `default`."""
    name = submit_command(aml.workspace).name
    aml.clock.advance(WHOLE_JOB)

    found = aml.workspace.jobs.get(name).outputs["default"]
    assert found.path == f"azureml://datastores/workspaceartifactstore/ExperimentRun/dcid.{name}"


@evidence(Evidence.SDK_SOURCE, "JobOperations.download of a named output")
def test_the_model_that_a_job_made_comes_back(aml: Subject, job: str, tmp_path: Path) -> None:
    """`jobs.download` of the output brings an MLflow model folder."""
    aml.clock.advance(WHOLE_JOB)
    aml.workspace.jobs.download(job, output_name="trained_model", download_path=tmp_path)

    assert (tmp_path / "named-outputs" / "trained_model" / "MLmodel").is_file()


@evidence(Evidence.SDK_SOURCE, "JobOperations.download checks the status")
def test_a_running_job_cannot_be_downloaded(aml: Subject, job: str, tmp_path: Path) -> None:
    """Only what has ended can be downloaded."""
    with pytest.raises(MlException, match="Download is allowed only in states"):
        aml.workspace.jobs.download(job, download_path=tmp_path)


@pytest.mark.parametrize("kind", ["pipeline", "command"])
@evidence(Evidence.RECORDED, "cancel POST: 202, polled at its Location, 2023-03")
def test_a_job_is_cancelled(aml: Subject, tmp_path: Path, kind: str) -> None:
    """`begin_cancel(...).wait()` returns when the job is Canceled."""
    name = (submit(aml, tmp_path) if kind == "pipeline" else submit_command(aml.workspace)).name
    aml.workspace.jobs.begin_cancel(name).wait()

    assert aml.workspace.jobs.get(name).status == "Canceled"


@evidence(Evidence.SDK_SOURCE, "CancelRequested is not among the statuses that stream waits in")
def test_a_job_that_is_being_cancelled_says_so(aml: Subject, job: str) -> None:
    """Between the request and its end a job is CancelRequested."""
    with aml.paused():
        poller = aml.workspace.jobs.begin_cancel(job)
        status = aml.workspace.jobs.get(job).status
    poller.wait()

    assert status == "CancelRequested"


@evidence(Evidence.RECORDED, "cancel of a terminal pipeline: 400, CancelPipelineRunInTerminalStatus")
def test_a_finished_pipeline_cannot_be_cancelled(aml: Subject, job: str) -> None:
    """Cancelling a pipeline that has ended is refused, and it stays as it ended."""
    aml.clock.advance(WHOLE_JOB)

    with pytest.raises(HttpResponseError, match="CancelPipelineRunInTerminalStatus") as refused:
        aml.workspace.jobs.begin_cancel(job)
    assert (refused.value.status_code, refused.value.error.code) == (400, "UserError")
    assert aml.workspace.jobs.get(job).status == "Completed"


@evidence(Evidence.RECORDED, "cancel of a terminal command: 200, empty")
def test_cancelling_a_finished_command_changes_nothing(aml: Subject) -> None:
    """Cancelling a command that has ended is accepted, and it stays as it ended."""
    name = submit_command(aml.workspace).name
    aml.clock.advance(WHOLE_JOB)
    aml.workspace.jobs.begin_cancel(name).wait()

    assert aml.workspace.jobs.get(name).status == "Completed"


@evidence(Evidence.INFERRED, "not recorded")
def test_an_unknown_job_is_not_found(aml: Subject) -> None:
    """`jobs.get` of a name that was never submitted is a 404."""
    with pytest.raises(ResourceNotFoundError, match="Job with name none was not found"):
        aml.workspace.jobs.get("none")


@evidence(Evidence.INFERRED, "not recorded")
def test_an_unknown_job_cannot_be_cancelled(aml: Subject) -> None:
    """Cancelling a job that was never submitted is a 404."""
    with pytest.raises(ResourceNotFoundError):
        aml.workspace.jobs.begin_cancel("none")


@evidence(Evidence.DOCUMENTED, "REST: Jobs_List with listViewType")
def test_an_archived_job_is_hidden(aml: Subject) -> None:
    """The list leaves out an archived job, and shows it on request."""
    name = submit_command(aml.workspace).name
    aml.workspace.jobs.archive(name)

    assert list(aml.workspace.jobs.list()) == []
    assert [job.name for job in aml.workspace.jobs.list(list_view_type="ArchivedOnly")] == [name]
    aml.workspace.jobs.restore(name)
    assert [job.name for job in aml.workspace.jobs.list()] == [name]
