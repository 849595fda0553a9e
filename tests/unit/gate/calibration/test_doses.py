"""The dose test: faults in a share of the answers, and the smallest share that the gate notices."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pytest

from harness.gate.calibration.dose import Dose, DoseResult, dose_test, smallest
from harness.gate.calibration.faults import FAULTS
from tests.unit.gate.comparison import SCORE, Made, policy_of, scores_of

N = 200
ANSWERS = [f"The total of {number} and {number + 1} is {2 * number + 1}, which is odd." for number in range(N)]


def measure(answers: Sequence[str]) -> Mapping[str, Sequence[float]]:
    """Score an answer by the share of the true one's words that it holds."""
    shares = []
    for answer, truth in zip(answers, ANSWERS, strict=True):
        words = set(truth.split())
        shares.append(len(words & set(answer.split())) / len(words))
    return {"score": shares}


def test_doses_are_noticed_from_some_share_on() -> None:
    """A handful of refusals passes, many do not, and what is blocked is held back."""
    evidence = Made({"score": scores_of(N)}, facts={"score": SCORE}).evidence()
    only = {"refusal": FAULTS["refusal"]}
    (found,) = dose_test(evidence, ANSWERS, policy_of(), measure, runs=10, seed=0, tell=lambda _: None, faults=only)

    assert (found.fault, found.doses[0].blocked, found.doses[-1].blocked) == ("refusal", 0.0, 1.0)
    assert all(dose.blocked <= dose.held_back for dose in found.doses)
    assert smallest(found) == pytest.approx(0.05, abs=0.04)


@pytest.mark.parametrize(
    ("blocked", "dose"), [([0, 0, 1], 0.3), ([0, 0.9, 1], 0.2), ([0.9, 0.5, 1], 0.3), ([0, 0, 0.8], None)]
)
def test_the_smallest_dose_is_that_from_which_on_all_are_noticed(blocked: list[float], dose: float | None) -> None:
    """A larger dose that passes again makes the smaller one an accident."""
    doses = tuple(Dose(share, each, each, 10) for share, each in zip((0.1, 0.2, 0.3), blocked, strict=True))

    assert smallest(DoseResult("x", doses)) == dose


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_fault_changes_the_answer_and_nothing_else(name: str) -> None:
    """Each fault gives another text than the right one, and the same one every time."""
    made = [FAULTS[name](ANSWERS, number) for number in range(N)]

    assert all(fault != answer for fault, answer in zip(made, ANSWERS, strict=True))
    assert made == [FAULTS[name](ANSWERS, number) for number in range(N)]


def test_broken_json_is_none() -> None:
    """A document loses what closes it, also within a fence."""
    for answer in ('{"a": [1, 2]}', '```json\n{"a": 1}\n```'):
        with pytest.raises(ValueError, match=r"Expecting|delimiter"):
            json.loads(FAULTS["broken JSON"]([answer], 0).removeprefix("```json"))


@pytest.mark.parametrize("answer", ["", "x", "  "])
@pytest.mark.parametrize("name", sorted(FAULTS))
def test_faults_take_any_answer(name: str, answer: str) -> None:
    """An empty answer, or one of a letter, breaks no fault."""
    assert isinstance(FAULTS[name]([answer], 0), str)
