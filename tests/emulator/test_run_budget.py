"""The budget of a run, in Azure's own time and at the prices of its size list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lifecycle_spec import bills, run_small

from fakes.emulator import Emulator
from fakes.world.faults import COMPUTE, Stuck
from harness.errors import BudgetRefused, OverBudget
from harness.lifecycle.report import LifecycleReport, StepRecord
from harness.lifecycle.watching import Silent


@pytest.fixture
def slow_azure() -> Iterator[Emulator]:
    """An Azure that takes as long as the real one, in virtual time."""
    with Emulator() as azure:
        yield azure


def facts(report: LifecycleReport, step: str) -> str:
    """What a step told."""
    return " ".join(next(record.facts for record in report.steps if record.name == step).values())


def methods(azure: Emulator) -> set[str]:
    """How Azure was asked, apart from signing in."""
    return {call.method for call in azure.calls if not call.operation.startswith("Entra")}


def test_a_run_tells_what_it_will_take_and_cost(slow_azure: Emulator, tmp_path: Path) -> None:
    """By the size list of the workspace, before anything is created."""
    told = facts(run_small(slow_azure, tmp_path), "estimate")

    assert "about 56 min (compute, pipeline: inferred), by the limits at most 9 h 00 min" in told
    assert "1 x Standard_ND40rs_v2, about 0.72 node-hours at 22.03 USD an hour" in told
    assert "about 16.39 USD, by the limits at most 137.55 USD" in told


@pytest.mark.parametrize(("key", "value"), [("budget__max_cost", "16"), ("budget__max_hours", "0.9")])
def test_a_run_beyond_its_budget_creates_nothing(slow_azure: Emulator, tmp_path: Path, key: str, value: str) -> None:
    """Azure was only asked."""
    report = run_small(slow_azure, tmp_path, **{key: value})

    assert isinstance(report.error, BudgetRefused)
    assert methods(slow_azure) == {"GET"}
    assert report.created == []


def test_a_cost_that_cannot_be_told_is_no_cost_that_can_be_limited(slow_azure: Emulator, tmp_path: Path) -> None:
    """The size list has no price of this size, and none is made up."""
    report = run_small(slow_azure, tmp_path, deploy__instance_type="Standard_NC6s_v2", budget__max_cost="1000")

    assert isinstance(report.error, BudgetRefused)
    assert "prices" in report.error.remedy
    assert methods(slow_azure) == {"GET"}


def test_a_price_of_the_spec_makes_it_one(slow_azure: Emulator, tmp_path: Path) -> None:
    """The user's own price stands in for the missing one."""
    keys = {"deploy__instance_type": "Standard_NC6s_v2", "prices__Standard_NC6s_v2": "2.5"}
    report = run_small(slow_azure, tmp_path, budget__max_cost="1000", **keys)

    assert report.error is None
    assert "2.50 USD an hour ([prices] of the spec)" in facts(report, "estimate")


@pytest.mark.parametrize(
    ("step", "keys"),
    [
        ("pipeline", {"budget__max_cost": "10", "budget__job_hours": "0.3"}),
        ("pipeline", {"budget__max_hours": "0.5", "budget__job_hours": "0.1"}),
        ("deploy", {"budget__max_cost": "16.5"}),
        ("deploy", {"budget__max_hours": "0.85", "budget__job_hours": "0.6"}),
    ],
)
def test_a_run_ends_with_its_budget(slow_azure: Emulator, tmp_path: Path, step: str, keys: dict[str, str]) -> None:
    """The wait of that moment is given up, and what bills is deleted, which is never cut short."""
    report = run_small(slow_azure, tmp_path, **keys)

    assert isinstance(report.error, OverBudget), report.error
    assert [record.name for record in report.steps if record.outcome == "failed"] == [step]
    assert bills(slow_azure) == []
    assert report.steps[-1].outcome == "done"


def test_a_cluster_that_never_comes_up_ends_with_the_budget(slow_azure: Emulator, tmp_path: Path) -> None:
    """It costs nothing, and the hours pass: the second tier gets no hours of its own, whatever the last poll takes."""
    slow_azure.faults.on(COMPUTE, Stuck("Creating"))
    report = run_small(slow_azure, tmp_path, budget__max_hours="0.3", budget__job_hours="0.01")

    assert isinstance(report.error, OverBudget)
    assert report.used is not None
    assert 0.29 < report.used.hours < 2 * 0.3


class Slow(Silent):
    """Whose machine sleeps for two hours after a step."""

    def __init__(self, azure: Emulator, step: str) -> None:
        self._azure, self._step = azure, step

    def finished(self, record: StepRecord) -> None:
        """Let time pass."""
        if record.name == self._step:
            self._azure.clock.advance(7200)


@pytest.mark.parametrize(("after", "left_out"), [("data", "compute"), ("pipeline", "register")])
def test_a_step_is_not_begun_with_nothing_left(slow_azure: Emulator, tmp_path: Path, after: str, left_out: str) -> None:
    """Also where the time passed outside of any wait for Azure."""
    report = run_small(slow_azure, tmp_path, Slow(slow_azure, after), budget__max_hours="1.5")

    assert isinstance(report.error, OverBudget)
    assert "was used up before the step began" in report.error.what
    assert left_out not in [record.name for record in report.steps if record.outcome == "done"]


def test_a_run_says_what_it_has_used(slow_azure: Emulator, tmp_path: Path) -> None:
    """Hours of its own, and money for the time in which something billed."""
    report = run_small(slow_azure, tmp_path)

    assert report.used is not None
    assert report.used.hours == pytest.approx(sum(step.azure_seconds for step in report.steps) / 3600, rel=1e-3)
    assert report.used.cost == pytest.approx(17.0, abs=0.5)


def test_the_end_of_a_log_stands_in_the_error(slow_azure: Emulator, tmp_path: Path) -> None:
    """The run history's files are read where a job does not end."""
    report = run_small(slow_azure, tmp_path, limits__job="600")

    assert "its log ends with: " in str(report.error)
    assert "Submitting 1 runs" in str(report.error)
