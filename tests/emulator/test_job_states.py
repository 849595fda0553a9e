"""How a job moves through its states, and how it is cancelled."""

from __future__ import annotations

from pathlib import Path

import pytest
from azure.ai.ml import MLClient
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from bare import ask
from fine_tuning_job import WHOLE_JOB, conversations, put_job, submit, submit_command

from fakes.emulator import Emulator


@pytest.fixture
def pipeline(azure: Emulator, tmp_path: Path) -> str:
    """The name of a fine-tuning job that was just submitted."""
    return put_job(azure, conversations(tmp_path / "train.jsonl"))


def test_a_job_is_born_not_started(azure: Emulator, tmp_path: Path) -> None:
    """Submitting answers at once, with status NotStarted (recorded 2023-04)."""
    assert submit(azure, conversations(tmp_path / "train.jsonl")).status == "NotStarted"


def test_submitting_is_no_long_running_operation(azure: Emulator, tmp_path: Path) -> None:
    """A job PUT is a 201 that nothing is polled for (recorded)."""
    submit(azure, conversations(tmp_path / "train.jsonl"))
    (put,) = [call for call in azure.calls if call.operation == "Jobs_CreateOrUpdate"]

    assert put.status == 201
    assert [call for call in azure.calls if "mfeOperation" in call.url] == []


def test_reading_does_not_move_a_job(workspace: MLClient, pipeline: str) -> None:
    """A job that is polled without waiting stays where it is."""
    assert {workspace.jobs.get(pipeline).status for _ in range(5)} == {"NotStarted"}


def test_time_moves_a_job(azure: Emulator, pipeline: str) -> None:
    """Every status on the way is one that the SDK knows, and the last is Completed."""
    seen = []
    for _ in range(20):
        seen.append(ask(azure, "GET", f"/jobs/{pipeline}").json()["properties"]["status"])
        azure.clock.advance(0.5)

    assert list(dict.fromkeys(seen)) == ["NotStarted", "Preparing", "Running", "Finalizing", "Completed"]


def test_children_appear_as_they_are_scheduled(azure: Emulator, workspace: MLClient, pipeline: str) -> None:
    """A step that has not been scheduled is not listed."""
    assert list(workspace.jobs.list(parent_job_name=pipeline)) == []

    azure.clock.advance(2.5)

    (node,) = workspace.jobs.list(parent_job_name=pipeline)
    steps = [(step.display_name, step.status) for step in workspace.jobs.list(parent_job_name=node.name)]
    assert steps == [("ft_nlp_common_validation", "Completed"), ("chat_completion_model_import", "Running")]


def test_a_child_has_no_properties(azure: Emulator, workspace: MLClient, pipeline: str) -> None:
    """ARM shows of a pipeline's child only what it is (recorded); the SDK asks run history for the rest."""
    azure.clock.advance(WHOLE_JOB)
    (node,) = workspace.jobs.list(parent_job_name=pipeline)

    assert list(ask(azure, "GET", f"/jobs/{node.name}").json()) == ["id", "name", "type", "systemData"]


@pytest.mark.parametrize("kind", ["pipeline", "command"])
def test_cancelling_takes_its_time(
    azure: Emulator, workspace: MLClient, request: pytest.FixtureRequest, kind: str
) -> None:
    """`begin_cancel(...).wait()` returns when the job is Canceled, and has waited for it (recorded)."""
    name = request.getfixturevalue("pipeline") if kind == "pipeline" else submit_command(workspace).name
    before = azure.clock.slept
    workspace.jobs.begin_cancel(name).wait()

    assert workspace.jobs.get(name).status == "Canceled"
    assert azure.clock.slept > before


def test_a_cancelled_job_is_cancel_requested_first(azure: Emulator, workspace: MLClient, pipeline: str) -> None:
    """Between the request and its end the job is CancelRequested, which `jobs.stream` does not wait for."""
    ask(azure, "POST", f"/jobs/{pipeline}/cancel")
    workspace.jobs.stream(pipeline)

    assert workspace.jobs.get(pipeline).status == "CancelRequested"


def test_a_cancel_is_accepted_with_null(azure: Emulator, pipeline: str) -> None:
    """The first answer is 202 `null` with a `jc:` operation to poll, then 202 `{}` and 200 empty (recorded)."""
    first = ask(azure, "POST", f"/jobs/{pipeline}/cancel")
    workspace_id = azure.world.home.workspace_id
    poll = ask(azure, "GET", first.headers["Location"], version=None)
    azure.clock.advance(1)
    last = ask(azure, "GET", first.headers["Location"], version=None)

    assert (first.status_code, first.content) == (202, b"null")
    assert f"/mfeOperationResults/jc:{workspace_id}:{pipeline}?" in first.headers["Location"]
    assert (poll.status_code, poll.json(), last.status_code, last.content) == (202, {}, 200, b"")


def test_a_finished_pipeline_cannot_be_cancelled(azure: Emulator, workspace: MLClient, pipeline: str) -> None:
    """A terminal pipeline is a 400 with its own code (recorded)."""
    azure.clock.advance(WHOLE_JOB)

    with pytest.raises(HttpResponseError, match="CancelPipelineRunInTerminalStatus") as refused:
        workspace.jobs.begin_cancel(pipeline)
    assert refused.value.status_code == 400


def test_cancelling_a_finished_command_is_a_200(azure: Emulator, workspace: MLClient) -> None:
    """A terminal command answers 200 without a body, and stays Completed (recorded)."""
    name = submit_command(workspace).name
    azure.clock.advance(WHOLE_JOB)
    answer = ask(azure, "POST", f"/jobs/{name}/cancel")

    assert (answer.status_code, answer.content) == (200, b"")
    assert workspace.jobs.get(name).status == "Completed"


def test_a_running_job_cannot_be_downloaded(workspace: MLClient, pipeline: str) -> None:
    """The SDK downloads from jobs that have ended only."""
    with pytest.raises(Exception, match="Download is allowed only in states"):
        workspace.jobs.download(pipeline)


def test_an_unknown_job_is_not_found(workspace: MLClient) -> None:
    """`jobs.get` of a name that was never submitted is a 404 (inferred)."""
    with pytest.raises(ResourceNotFoundError, match="Job with name none was not found"):
        workspace.jobs.get("none")


def test_an_archived_job_is_hidden(workspace: MLClient, pipeline: str) -> None:
    """`archive` takes a job out of the list, and `list_view_type` shows it (documented)."""
    workspace.jobs.archive(pipeline)

    assert list(workspace.jobs.list()) == []
    assert [job.name for job in workspace.jobs.list(list_view_type="ArchivedOnly")] == [pipeline]
