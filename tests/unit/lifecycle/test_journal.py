"""Keeping the journal of a run: what is recorded of steps that succeed, fail, or never begin."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from azure.core.exceptions import ServiceRequestError, ServiceResponseError
from standins import Answers, Notes, refusal, virtual_clock

from harness.errors import DataError, HarnessError, StepFailed
from harness.lifecycle.journal import TITLES, Journal
from harness.lifecycle.report import LifecycleReport


@pytest.fixture
def notes() -> Notes:
    """Who watches."""
    return Notes()


@pytest.fixture
def journal(notes: Notes) -> Journal:
    """A journal whose stopwatch moves a second each time somebody looks."""
    seconds = count(0.0)
    return Journal(LifecycleReport("1", {}), virtual_clock(), notes, lambda: next(seconds))


def found(**facts: str) -> Any:
    """The result of a step."""
    return SimpleNamespace(facts=facts)


def recorded(journal: Journal) -> list[tuple[str, str, Mapping[str, str]]]:
    """Name, outcome and facts of every step so far."""
    return [(record.name, record.outcome, record.facts) for record in journal.report.steps]


def test_a_step_is_told_recorded_and_timed(journal: Journal, notes: Notes) -> None:
    """Its result comes back; real seconds are the stopwatch's."""
    result = journal.step("model", Answers(found(name="gpt2")))

    assert result.facts == {"name": "gpt2"}
    assert notes.steps == ["model: Find the foundation model"]
    assert recorded(journal) == [("model", "done", {"name": "gpt2"})]
    assert notes.records == journal.report.steps
    assert journal.report.steps[0].real_seconds == 1.0


def test_azures_time_is_the_clocks() -> None:
    """On the emulator an hour of training is an hour, however quick the machine."""
    clock = virtual_clock()
    journal = Journal(LifecycleReport("1", {}), clock, Notes())

    def train() -> Any:
        clock.sleep(3600)
        return found()

    journal.step("pipeline", train)

    assert journal.report.steps[0].azure_seconds == 3600


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (DataError("no rows"), "no rows"),
        (refusal(403, "no right"), "model: a request to Azure failed; got HTTP 403: no right"),
        (OSError(28, "No space left on device"), "model: a file cannot be read or written; got [Errno 28] No space"),
        (KeyError("api"), "step model: the SDK failed unexpectedly; got KeyError: 'api'"),
        (ValueError("two\nlines"), "step model: the SDK failed unexpectedly; got ValueError: two lines"),
    ],
)
def test_a_failed_step_is_recorded_with_its_reason(journal: Journal, raised: Exception, told: str) -> None:
    """What Azure or the disk refuses becomes an error of the harness."""
    with pytest.raises(HarnessError) as failure:
        journal.step("model", Answers(raised))

    assert str(failure.value).startswith(told)
    assert recorded(journal) == [("model", "failed", {"error": str(failure.value)})]


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (ServiceRequestError("Connection refused"), "check the network and HTTPS_PROXY"),
        (ServiceResponseError("Connection aborted"), "`harness sweep` removes what may be left"),
        (refusal(403), "Correct what Azure names"),
    ],
)
def test_the_remedy_knows_whether_anybody_answered(journal: Journal, error: Exception, remedy: str) -> None:
    """Azure names nothing where nobody answers."""
    with pytest.raises(StepFailed) as failure:
        journal.step("model", Answers(error))

    assert remedy in failure.value.remedy


def test_missing_certificates_are_no_file_of_the_run(journal: Journal) -> None:
    """A server that stops takes them away; the SDK passes on what `requests` says of it."""
    lost = OSError("Could not find a suitable TLS CA certificate bundle, invalid path: /certificates/ca.pem")
    with pytest.raises(StepFailed, match=r"certificates to trust is not there: /certificates/ca.pem") as failure:
        journal.step("model", Answers(lost))

    assert "REQUESTS_CA_BUNDLE" in failure.value.remedy


@pytest.mark.parametrize("error", [refusal(500), KeyError("api")])
def test_a_failed_step_keeps_its_cause(journal: Journal, error: Exception) -> None:
    """Whoever debugs finds the SDK's error behind ours."""
    with pytest.raises(StepFailed) as failure:
        journal.step("model", Answers(error))

    assert failure.value.__cause__ is error


def test_an_interrupted_step_is_recorded(journal: Journal) -> None:
    """Ctrl-C passes through."""
    with pytest.raises(KeyboardInterrupt):
        journal.step("model", Answers(KeyboardInterrupt()))

    assert recorded(journal) == [("model", "failed", {"error": "interrupted"})]


def test_steps_that_were_not_reached_are_recorded_as_skipped(journal: Journal) -> None:
    """All but the one that is still to come, in order."""
    journal.step("connect", Answers(found()))
    journal.skip(but="delete")

    assert [name for name, outcome, _ in recorded(journal) if outcome == "skipped"] == [*TITLES][1:-1]


def test_a_warning_is_told_and_kept(journal: Journal, notes: Notes) -> None:
    """The report has it after the run, the watcher at once."""
    journal.warned("look out")
    journal.progress("half-way")

    assert (notes.warnings, journal.report.warnings, notes.moves) == (["look out"], ["look out"], ["half-way"])
