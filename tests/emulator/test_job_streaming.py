"""`jobs.stream`: what it prints while a job runs, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from azure.ai.ml import MLClient
from azure.ai.ml.exceptions import JobException
from bare import ask, history
from fine_tuning_job import WHOLE_JOB, conversations, put_job, submit_command

from fakes.emulator import Emulator
from fakes.world.faults import JOB, Failure


@pytest.fixture
def train(tmp_path: Path) -> Path:
    """Enough conversations to train on."""
    return conversations(tmp_path / "train.jsonl")


def _failed_steps(azure: Emulator, workspace: MLClient, name: str) -> dict[str, str]:
    """Return the messages of the steps that failed, by their names."""
    (node,) = workspace.jobs.list(parent_job_name=name)
    failed = [step for step in workspace.jobs.list(parent_job_name=node.name) if step.status == "Failed"]
    runs = {step.display_name: ask(azure, "GET", history(azure, f"/runs/{step.name}")).json() for step in failed}
    return {step: run["error"]["error"]["message"] for step, run in runs.items()}


def test_the_log_is_printed_as_it_grows(
    azure: Emulator, workspace: MLClient, train: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each step appears in the output, and the summary follows (wording recorded 2023-01)."""
    workspace.jobs.stream(put_job(azure, train))
    printed = capsys.readouterr().out

    assert "Streaming logs/azureml/executionlogs.txt" in printed
    assert printed.index(": ft_nlp_common_validation:") < printed.index(": chat_completion_finetune:")
    assert "Execution Summary" in printed


def test_waiting_is_virtual(azure: Emulator, workspace: MLClient, train: Path) -> None:
    """`jobs.stream` sleeps between polls, on the emulator's clock."""
    name = put_job(azure, train)
    before = azure.clock.slept
    workspace.jobs.stream(name)

    assert azure.clock.slept > before


def test_a_failed_job_raises(azure: Emulator, workspace: MLClient, train: Path) -> None:
    """The exception carries the parent's general message, as on Azure (quoted in public issues)."""
    azure.faults.fail_job("CUDA out of memory")
    name = put_job(azure, train)

    with pytest.raises(JobException, match="Pipeline has some failed steps"):
        workspace.jobs.stream(name)


def test_the_log_of_a_failed_job_holds_the_cause(
    azure: Emulator, workspace: MLClient, train: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who reads what was streamed learns why the step failed."""
    azure.faults.fail_job("CUDA out of memory")
    name = put_job(azure, train)
    with pytest.raises(JobException):
        workspace.jobs.stream(name)

    assert "failed: CUDA out of memory" in capsys.readouterr().out


def test_the_failed_child_has_the_cause(azure: Emulator, workspace: MLClient, train: Path) -> None:
    """Below the failed job the failed step is found, and run history has its cause."""
    azure.faults.fail_job("CUDA out of memory")
    name = put_job(azure, train)
    azure.clock.advance(WHOLE_JOB)

    assert _failed_steps(azure, workspace, name) == {"chat_completion_finetune": "CUDA out of memory"}


@pytest.mark.parametrize(
    ("rows", "column", "cause"),
    [
        (11, "messages", "got 9 usable training rows, expected at least 10"),
        (40, "dialogue", "expected ['messages'] among them"),
    ],
    ids=["too few rows", "missing column"],
)
def test_bad_data_fails_the_job(
    azure: Emulator, workspace: MLClient, tmp_path: Path, rows: int, column: str, cause: str
) -> None:
    """Data that cannot be trained on fails the preprocessing step, with a cause that says what is wrong with it."""
    name = put_job(azure, conversations(tmp_path / "bad.jsonl", rows, column))
    azure.clock.advance(WHOLE_JOB)

    ((step, message),) = _failed_steps(azure, workspace, name).items()
    assert step == "chat_completion_datapreprocess"
    assert cause in message


def test_a_command_is_streamed(workspace: MLClient, capsys: pytest.CaptureFixture[str]) -> None:
    """The log of a command job says that nothing was executed."""
    workspace.jobs.stream(submit_command(workspace).name)

    assert "The local Azure ML does not run user code" in capsys.readouterr().out


def test_a_failed_command_raises_its_cause(azure: Emulator, workspace: MLClient) -> None:
    """A command has no steps, so the exception holds the cause."""
    azure.faults.on(JOB, Failure("exit code 1", "ExecutionFailed"))

    with pytest.raises(JobException, match="exit code 1"):
        workspace.jobs.stream(submit_command(workspace).name)
