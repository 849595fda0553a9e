"""Checks one after the other: what one that fails does to the others, and what a finding says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from harness.doctor.findings import Diagnosis, Finding
from harness.doctor.looking import Looking, NotToldError
from harness.errors import ComputeNotAllowed, EnvironmentMissing, HarnessError


@dataclass(frozen=True)
class Answer:
    """What a check found."""

    facts: Mapping[str, str] = field(default_factory=lambda: {"name": "value"})


class Notes:
    """A Listener that remembers."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def began(self, title: str) -> None:
        """Remember."""
        self.told.append(f"began {title}")

    def found(self, finding: Finding) -> None:
        """Remember."""
        self.told.append(f"{finding.check} is {finding.status}")


@pytest.fixture
def look() -> Looking:
    """Nothing found yet."""
    return Looking(Notes())


def failing(error: Exception) -> Any:
    """A check that fails."""

    def action(_: Any) -> Answer:
        raise error

    return action


def test_what_is_found_has_its_facts(look: Looking) -> None:
    """And is handed on."""
    known = look.at("model", lambda _: Answer())

    assert known.value == Answer()
    assert look.findings == [Finding("model", "ok", facts={"name": "value"})]


def test_what_a_step_warns_of_is_a_warning_with_a_remedy(look: Looking) -> None:
    """All warnings of a check are one finding."""

    def action(watch: Any) -> Answer:
        watch.warned("a is dropped")
        watch.warned("b is dropped")
        return Answer()

    look.at("parameters", action, on_warning="Remove them.")
    (finding,) = look.findings

    assert (finding.status, finding.what, finding.remedy) == ("warning", "a is dropped; b is dropped", "Remove them.")
    assert finding.facts == {"name": "value"}


def test_what_would_stop_a_run_is_a_problem_with_all_its_parts(look: Looking) -> None:
    """What, why and remedy are those of the run's own error."""
    error = ComputeNotAllowed("too small", where="compute", got="S", expected="M", nearest=["M", "L"], remedy="Set M.")
    look.at("sizes", failing(error))

    assert look.findings == [
        Finding("sizes", "problem", "compute: too small", "got S; expected M; nearest M, L", "Set M.", ends_with=2)
    ]


def test_what_needs_a_failed_check_is_not_known(look: Looking) -> None:
    """It says which, also over two corners, and is not made; the rest goes on."""
    registry = look.at("registry", failing(HarnessError("no")))
    model = look.at("model", failing(AssertionError("it was asked for")), registry)
    look.at("parameters", failing(AssertionError("it was asked for")), registry, model)
    look.at("data", lambda _: Answer())

    assert [finding.status for finding in look.findings] == ["problem", "unknown", "unknown", "ok"]
    assert [finding.why for finding in look.findings[1:3]] == ["because the check 'Registry' found no answer"] * 2


@pytest.mark.parametrize(("advice", "status"), [(True, "unknown"), (False, "problem")])
def test_azure_that_does_not_answer_stops_what_a_run_needs(look: Looking, advice: bool, status: str) -> None:
    """A run asks for the model, and never for the quota."""
    look.at("model", failing(HttpResponseError("no rights")), advice=advice)

    assert look.findings[0].status == status
    assert "no rights" in look.findings[0].why


@pytest.mark.parametrize("advice", [True, False])
def test_a_defect_of_the_sdk_is_no_traceback(look: Looking, advice: bool) -> None:
    """It also fails with KeyError."""
    look.at("model", failing(KeyError("tags")), advice=advice)

    assert "KeyError: 'tags'" in look.findings[0].why


def test_what_azure_does_not_say_is_not_known(look: Looking) -> None:
    """With the reason, and where else to look."""
    look.at("cluster quota", failing(NotToldError("no row tells", "Look at the page.")), advice=True)

    assert look.findings == [
        Finding("cluster quota", "unknown", "could not be found out", "because no row tells", "Look at the page.")
    ]


def test_who_listens_is_told_in_order() -> None:
    """A line when a check begins, and one when it ends."""
    notes = Notes()
    Looking(notes).at("model", lambda _: Answer())

    assert notes.told == ["began Foundation model", "model is ok"]


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ([], 0),
        ([ComputeNotAllowed("x")], 1),
        ([EnvironmentMissing("x")], 3),
        ([HarnessError("x"), EnvironmentMissing("y")], 3),
    ],
)
def test_the_exit_code_is_that_of_the_worst(look: Looking, errors: list[HarnessError], code: int) -> None:
    """A machine that lacks something comes first: nothing else can be trusted then."""
    look.at("data", failing(NotToldError("x", "y")))
    for error in errors:
        look.at("model", failing(error))
    diagnosis = Diagnosis(tuple(look.findings))

    assert (diagnosis.exit_code, diagnosis.would_succeed) == (code, code == 0)
