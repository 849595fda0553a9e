"""The dose test: faults in a share of the answers, and the smallest share that the gate notices."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from harness.gate.calibration.dose import Dose, DoseResult, DoseTest, dose_test, smallest
from harness.gate.calibration.dose_page import JSON_POLICY, dosed
from harness.gate.calibration.faults import FAULTS, faults_for
from harness.gate.calibration.made_up import answered, as_documents
from harness.gate.calibration.recorded import answered_by_both, baseline_answers, faulty_values
from harness.gate.evidence.paired import pair
from harness.gate.metrics import find_metric
from harness.gate.policy import GatePolicy
from tests.unit.gate.comparison import FAULT, PASS, SCORE, Made, passes_of, policy_of, scores_of

N = 200
_CHANCE = random.Random(0)
_WORDS = ["".join(_CHANCE.choices("abcdefghiklmnoprstu", k=6)) for _ in range(400)]
ANSWERS = [f"This is the answer: {' '.join(_CHANCE.choices(_WORDS, k=20))}, and that is it." for _ in range(N)]
ASKED = [(f"What is the answer to question {n}?", answer) for n, answer in enumerate(ANSWERS)]
CHAT = GatePolicy.model_validate(
    {
        "decision": {"conversations": 400},
        "primary": [{"metric": "chrf"}],
        "guardrail": [{"metric": name} for name in ("length", "refusal", "repetition", "script", "language")],
        "hard": [{"metric": "template"}],
    }
)


def dose_tested(made: Made, faulty: Mapping[str, Any], **tables: Any) -> DoseTest:
    """Return the dose test of scores with one fault."""
    evidence, policy = made.evidence(), policy_of(**tables)
    ids = answered_by_both(evidence)
    return dose_test(evidence, policy, ids, {"fault": faulty}, runs=60, seed=0, tell=lambda _: None)


@pytest.mark.parametrize(
    ("asked", "policy", "faults"),
    [(ASKED, CHAT, len(FAULTS) - 1), (as_documents(ASKED), JSON_POLICY, len(FAULTS))],
    ids=["prose", "json"],
)
def test_the_gate_notices_every_fault_in_an_eighth_of_the_answers(asked: Any, policy: GatePolicy, faults: int) -> None:
    """With real metrics no fault passes in 12 % of the answers, and answers without one are mostly promoted."""
    found, _ = dosed(asked, policy, runs=50, seed=0, tell=lambda _: None)
    least = {each.fault: smallest(each) or 1.0 for each in found.faults}

    assert (len(least), {fault for fault, share in least.items() if share > 0.12}) == (faults, set())
    assert least["refusal"] <= 0.03
    assert found.sound.blocked <= 0.12


def test_larger_doses_are_noticed_more_often() -> None:
    """The same runs get more faults, so that what is blocked stays blocked, and what is blocked is held back."""
    (found,) = dose_tested(Made({"score": scores_of(N)}), {"score": np.zeros(N)}).faults
    blocked = [dose.blocked for dose in found.doses]

    assert (blocked == sorted(blocked), blocked[-1]) == (True, 1.0)
    assert all(dose.blocked <= dose.held_back for dose in found.doses)


def test_models_without_a_fault_are_alike_whatever_was_recorded() -> None:
    """A candidate that is far worse stands for half of either model, and is blocked no more often than it should."""
    worse = Made({"score": scores_of(N, -0.05, sd=0.05)})

    assert dose_tested(worse, {"score": np.zeros(N)}).sound.blocked <= 0.12


def test_by_how_much_one_model_is_better_does_not_matter() -> None:
    """The recorded difference is taken out: models that are far apart take the doses of models that are alike."""
    apart, alike = (Made({"score": scores_of(N, difference)}) for difference in (0.3, 0.0))

    assert dose_tested(apart, {"score": np.zeros(N)}) == dose_tested(alike, {"score": np.zeros(N)})


def test_passes_stay_passes() -> None:
    """A binary metric is tested as one, with faults that are failures."""
    made = Made({"pass": passes_of(N, 10, 10)}, facts={"pass": PASS})
    (found,) = dose_tested(made, {"pass": np.zeros(N)}, primary=[{"metric": "pass", "margin": 0.1}]).faults

    assert (found.doses[0].blocked < 0.1, found.doses[-1].blocked) == (True, 1.0)


def test_a_fault_that_a_hard_check_looks_for_is_found_at_once() -> None:
    """One faulty answer is enough: the smallest dose blocks wherever it makes one."""
    made = Made({"score": scores_of(N), "leak": (np.zeros(N), np.zeros(N))}, facts={"score": SCORE, "leak": FAULT})
    found = dose_tested(made, {"leak": np.ones(N)}, hard=[{"metric": "leak"}], decision={"conversations": 1_000})

    assert found.faults[0].doses[0].blocked > 0.95
    assert found.sound.blocked <= 0.12


def test_a_failed_answer_gets_no_fault() -> None:
    """Conversations that a model has failed are none to draw from."""
    made = Made({"score": scores_of(N)}, failed={("baseline", 0): "timeout", ("candidate", 1): "truncated"})
    found = dose_tested(made, {"score": np.zeros(N - 2)})

    assert (found.recorded, found.conversations) == (N - 2, N - 2)


def test_faults_are_measured_on_the_baselines_first_answer() -> None:
    """The text of either fault comes from what the baseline said to that conversation, in the order of the ids."""
    metrics = {"exact_match": find_metric("exact_match")}
    records = list(answered(ASKED, metrics, 0))
    ids = answered_by_both(pair(records, ""))[::-1]
    samples = baseline_answers(records, ids)

    assert [sample.reference for sample in samples] == ANSWERS[::-1]
    assert set(faulty_values(samples, metrics, lambda _: None)["refusal"]["exact_match"]) == {0.0}


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


def test_another_language_is_another_one() -> None:
    """What is Spanish already gets a German answer."""
    spanish = "El libro que se da con las llaves es para una casa, y no por su color."

    assert FAULTS["other language"]([spanish], 0).startswith("Das ist")


def test_json_is_broken_where_there_is_some() -> None:
    """The fault is left out where most answers are no documents."""
    documents = ['{"a": 1}'] * 3

    assert [("broken JSON" in faults_for(each)) for each in (documents, [*documents, "text"] * 2, ANSWERS)] == [
        True,
        True,
        False,
    ]


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
