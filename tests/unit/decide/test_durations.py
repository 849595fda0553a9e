"""How long steps usually take: the local Azure ML's pace, and marked as such."""

from __future__ import annotations

import pytest

from fakes.world.pace import RECORDED
from harness.decide.durations import USUAL, usual

JOB = ("preparing", "validation", "model_import", "preprocess", "finetune", "convert", "finalizing")
OPERATIONS = {
    "compute": ["compute.create"],
    "pipeline": [f"job.{step}" for step in JOB],
    "deploy": ["endpoint.create", "deployment.create", "endpoint.update"],
    "delete": ["endpoint.delete"],
}


@pytest.mark.parametrize("step", USUAL)
def test_a_step_takes_what_the_local_azure_takes(step: str) -> None:
    """Estimates and the emulator say the same."""
    assert usual(step).seconds == sum(RECORDED[operation] for operation in OPERATIONS[step])


def test_what_the_user_expects_of_the_job_wins() -> None:
    """It is said to be given, and of no other step."""
    assert (usual("pipeline", 2).seconds, usual("pipeline", 2).evidence) == (7200, "given")
    assert usual("deploy", 2) == usual("deploy")


def test_a_step_that_waits_for_nothing_takes_no_time() -> None:
    """Steps that only ask are not in the table."""
    assert usual("connect").seconds == 0
