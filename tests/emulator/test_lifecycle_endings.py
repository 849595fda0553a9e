"""How runs end through the real SDK when Ctrl-C, a broken connection or the SDK itself gets in the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from lifecycle_spec import bills, run_small

from fakes.emulator import Emulator
from fakes.world.faults import ConnectionFault, Fault, HttpFault
from harness.errors import Interrupted, LeftBehind, StepFailed
from harness.lifecycle.report import LifecycleReport, StepRecord
from harness.lifecycle.watching import Silent


class CtrlC(Silent):
    """Interrupts at moments such as "started delete", "progress deleting" or "finished score", once for each."""

    def __init__(self, *moments: str) -> None:
        self.moments = list(moments)

    def started(self, step: str, title: str) -> None:
        """Interrupt when it is time."""
        self._at(f"started {step}: {title}")

    def progress(self, text: str) -> None:
        """Interrupt when it is time."""
        self._at(f"progress {text}")

    def finished(self, record: StepRecord) -> None:
        """Interrupt when it is time."""
        self._at(f"finished {record.name}")

    def _at(self, moment: str) -> None:
        if self.moments and moment.startswith(self.moments[0]):
            self.moments.pop(0)
            raise KeyboardInterrupt(moment)


def ended(report: LifecycleReport, step: str) -> list[str]:
    """How each attempt at a step ended."""
    return [record.outcome for record in report.steps if record.name == step]


@pytest.mark.parametrize(
    "moments",
    [
        ("started delete",),
        ("progress deleting endpoint",),
        ("finished delete",),
        ("started score", "progress deleting endpoint"),
        ("started deploy", "finished score"),
    ],
    ids=["as it begins", "while it runs", "as it ends", "after another", "as skipped steps are told"],
)
def test_one_ctrl_c_around_the_removal_restarts_it(azure: Emulator, tmp_path: Path, moments: tuple[str, ...]) -> None:
    """Nothing is left that bills, and the exit code says so; a conflict makes the removal last."""
    azure.faults.on("OnlineEndpoints_Delete", HttpFault(409, "Conflict", "busy"))
    watch = CtrlC(*moments)
    report = run_small(azure, tmp_path, watch)

    assert watch.moments == []
    assert type(report.error) is Interrupted
    assert report.error.exit_code == 4
    assert ended(report, "delete")[-1] == "done"
    assert bills(azure) == []


def test_ctrl_c_after_a_failure_does_not_keep_the_endpoint(azure: Emulator, tmp_path: Path) -> None:
    """It comes between the last step and the removal, while the skipped steps are told."""
    azure.faults.fail_deployment()
    report = run_small(azure, tmp_path, CtrlC("finished score"))

    assert type(report.error) is Interrupted
    assert bills(azure) == []


@pytest.mark.parametrize("second", ["progress interrupted", "started delete"])
def test_a_second_ctrl_c_leaves_the_rest_and_says_how_to_remove_it(
    azure: Emulator, tmp_path: Path, second: str
) -> None:
    """The exit code is not that of a run that was cleaned up."""
    report = run_small(azure, tmp_path, CtrlC("started delete", second))

    assert type(report.error) is LeftBehind
    assert report.error.exit_code == 1
    assert f"az ml online-endpoint delete --yes --name {bills(azure)[0]} " in report.error.remedy


def test_ctrl_c_before_a_removal_that_is_refused_tells_what_is_left(azure: Emulator, tmp_path: Path) -> None:
    """Interrupted once, and yet not cleaned up."""
    azure.faults.on("OnlineEndpoints_Delete", HttpFault(403, "AuthorizationFailed", "no right"))
    report = run_small(azure, tmp_path, CtrlC("started score"))

    assert type(report.error) is LeftBehind
    assert bills(azure) != []


@pytest.mark.parametrize("fault", [ConnectionFault("truncated"), HttpFault(404, "NotFound", "no such endpoint")])
def test_an_odd_answer_to_the_removal_is_tried_again(azure: Emulator, tmp_path: Path, fault: Fault) -> None:
    """The endpoint is still to be found, so it is deleted."""
    azure.faults.on("OnlineEndpoints_Delete", fault)

    assert run_small(azure, tmp_path).error is None
    assert bills(azure) == []


@pytest.mark.parametrize(("status", "cause"), [(403, "KeyError"), (404, "JSONDecodeError")])
def test_what_the_sdk_did_not_expect_is_reported(azure: Emulator, tmp_path: Path, status: int, cause: str) -> None:
    """The report comes back with the step, and whoever debugs finds the original error behind it."""
    azure.faults.on("Discovery_Get", HttpFault(status))
    report = run_small(azure, tmp_path)

    assert isinstance(report.error, StepFailed)
    assert str(report.error).startswith(f"step pipeline: the SDK failed unexpectedly; got {cause}: ")
    assert type(report.error.__cause__).__name__ == cause
    assert ended(report, "pipeline") == ["failed"]
    assert bills(azure) == []


class Gone(Silent):
    """A reader that has gone: every word to it breaks the pipe."""

    def progress(self, text: str) -> None:
        """Break."""
        raise BrokenPipeError(text)

    def finished(self, record: StepRecord) -> None:
        """Break."""
        raise BrokenPipeError(record.name)


def test_a_reader_that_goes_away_does_not_stop_the_run(azure: Emulator, tmp_path: Path) -> None:
    """A closed pipe, as behind `| head`, ends neither the run nor the clean-up."""
    report = run_small(azure, tmp_path, Gone())

    assert report.error is None
    assert bills(azure) == []


def test_missing_rights_are_no_reason_to_take_another_tier(azure: Emulator, tmp_path: Path) -> None:
    """A 403 ends the run with its reason, and no low-priority cluster is made instead."""
    azure.faults.on("Compute_CreateOrUpdate", HttpFault(403, "AuthorizationFailed", "no right to create"))
    report = run_small(azure, tmp_path)

    assert isinstance(report.error, StepFailed)
    assert "no right to create" in str(report.error)
    assert azure.world.home.computes == {}


@pytest.mark.parametrize(("tries", "survives"), [(40, True), (400, False)])
def test_a_network_that_is_gone_while_a_job_runs(azure: Emulator, tmp_path: Path, tries: int, survives: bool) -> None:
    """Minutes of it are waited out, what lasts ends the run with its cause, and nothing is left either way."""
    for nth in range(2, tries):
        azure.faults.on("Jobs_Get", ConnectionFault("reset"), nth=nth)
    report = run_small(azure, tmp_path)

    assert (report.error is None) is survives
    assert survives or "reset" in str(report.error)
    assert bills(azure) == []
