"""When evidence cannot be trusted: the verdict is INVALID, says why, and says nothing of the models."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from harness.gate.evidence.paired import pair
from harness.gate.evidence.records import Answer, Leakage, Measuring, Scores
from harness.gate.policy import GatePolicy
from harness.gate.verdict.decide import decide
from harness.gate.verdict.verdict import Verdict
from tests.unit.gate.comparison import FAULT, PASS, SCORE, TODAY, Made, passes_of, policy_of, rule, scores_of, side

N = 200
SCORES = {"score": scores_of(N)}


def why(verdict: Verdict) -> list[str]:
    """Return the names of what makes the verdict invalid."""
    return [each.name.partition(":")[2] for each in verdict.rules if each.outcome == "invalid"]


def of(records: list[Any], policy: GatePolicy | None = None) -> Verdict:
    """Return the verdict on records."""
    return decide(pair(records, "d"), policy or policy_of(), today=TODAY)


def test_sound_evidence_is_valid() -> None:
    """Where all preconditions hold, each one is listed and none is in the way."""
    verdict = Made(SCORES).verdict()

    assert (verdict.outcome, why(verdict)) == ("PROMOTE", [])
    assert {each.kind for each in verdict.rules} == {"precondition", "primary"}


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"leakage": Leakage(exact=1, ngram13=0, ids=("a",))}, "leakage"),
        ({"leakage": Leakage(exact=0, ngram13=1, ids=("a",))}, "leakage"),
        ({"leakage": None}, "leakage"),
        ({"candidate": side("green", instance_type="B")}, "hardware"),
        ({"candidate": side("green", instance_count=2)}, "hardware"),
        ({"candidate": side("blue", digest="other")}, "sides"),
    ],
)
def test_what_the_header_says_can_make_it_invalid(header: dict[str, Any], reason: str) -> None:
    """Leaked conversations, other hardware, one deployment in both roles: none of it can be compared."""
    verdict = Made(SCORES, header=header).verdict()

    assert (verdict.outcome, why(verdict), verdict.exit_code) == ("INVALID", [reason], 12)
    assert [each.kind for each in verdict.rules if each.kind != "precondition"] == []


@pytest.mark.parametrize("kind", [Answer, Scores])
def test_a_reason_ends_with_one_full_stop(kind: type) -> None:
    """Details are clauses, so that what is told of them has one full stop at its end and none within."""
    records = [each for each in Made(SCORES).records() if not (isinstance(each, kind) and each.id[-2:] == "11")]
    verdict = of(records)

    assert (verdict.outcome, [each.detail for each in verdict.rules if each.detail.endswith(".")]) == ("INVALID", [])
    assert all(reason.endswith(".") and not reason.endswith("..") and ".;" not in reason for reason in verdict.reasons)


@pytest.mark.parametrize(
    ("header", "validity"),
    [
        ({"leakage": None}, {"leakage_check": False}),
        ({"candidate": side("green", instance_type="B")}, {"same_hardware": False}),
        ({"candidate": side("blue")}, {"same_deployment": True}),
    ],
)
def test_a_policy_can_do_without_it(header: dict[str, Any], validity: dict[str, bool]) -> None:
    """What the policy does not ask for is told, and is in nobody's way."""
    assert Made(SCORES, header=header).verdict(policy_of(validity=validity)).outcome == "PROMOTE"


def test_a_leak_is_invalid_whatever_the_policy_asks_for() -> None:
    """Not to ask for the check is not to accept what it found."""
    header = {"leakage": Leakage(exact=1, ngram13=0)}

    assert Made(SCORES, header=header).verdict(policy_of(validity={"leakage_check": False})).outcome == "INVALID"


@pytest.mark.parametrize(("failed", "invalid"), [(10, []), (11, ["baseline_errors"])])
def test_a_baseline_that_fails_too_often_is_nothing_to_compare_with(failed: int, invalid: list[str]) -> None:
    """More than 5 % of failed conversations of the baseline make every comparison worthless."""
    made = Made(SCORES, failed={("baseline", row): "timeout" for row in range(failed)})

    assert why(made.verdict()) == invalid


def test_questions_that_only_one_was_asked_are_no_pairs() -> None:
    """A candidate that misses answers is not compared on the others."""
    records = [
        r for r in Made(SCORES).records() if not (isinstance(r, Answer) and r.role == "candidate" and r.order < 9)
    ]

    assert why(of(records)) == ["ids"]


def test_scores_of_two_signatures_are_not_compared() -> None:
    """When only the candidate was measured anew, the verdict says to measure both."""
    records = list(Made(SCORES).records())
    facts = {"score": replace(SCORE, signature="2")}
    again = [replace(r, measuring=2) for r in records if isinstance(r, Scores) and r.role == "candidate"]
    verdict = of([*records, Measuring(number=2, metrics=facts), *again])

    assert (why(verdict), "measure" in verdict.reasons[0]) == (["signatures"], True)


def test_metrics_that_no_rule_uses_may_be_as_they_are() -> None:
    """An unfinished measuring of another metric does not matter."""
    records = [*Made(SCORES).records(), Measuring(number=2, metrics={"unused": SCORE})]

    assert of(records).outcome == "PROMOTE"


def test_a_metric_that_was_not_measured_is_named() -> None:
    """A policy with a metric that the evidence lacks names it, and what there is."""
    verdict = Made(SCORES).verdict(policy_of(guardrail=[{"metric": "length"}]))

    assert (why(verdict), verdict.reasons[0]) == (
        ["metrics"],
        "precondition:metrics: not measured: length; measured: score.",
    )


def test_a_count_of_faults_is_not_compared() -> None:
    """A count, of which a failed answer has none, is no primary: failing would be the best that one could do."""
    verdict = Made({"score": (np.zeros(N), np.zeros(N))}, facts={"score": FAULT}).verdict()

    assert (why(verdict), "hard check" in verdict.reasons[0]) == (["metrics"], True)


@pytest.mark.parametrize(
    ("looks", "attempts", "invalid"),
    [
        (1, ("first", "resumed"), []),
        (1, ("first", "second look"), ["looks"]),
        (2, ("first", "second look"), []),
        (2, ("first", "second look", "second look"), ["looks"]),
    ],
)
def test_nobody_looks_more_often_than_allowed(looks: int, attempts: tuple[str, ...], invalid: list[str]) -> None:
    """A look that the policy does not have makes the evidence worthless; a resumed attempt is no look."""
    verdict = Made(SCORES, attempts=attempts).verdict(policy_of(decision={"looks": looks}))

    assert (why(verdict), verdict.attempts) == (invalid, len(attempts))


@pytest.mark.parametrize(("first", "invalid"), [(N * 4 // 10, []), (N * 4 // 10 - 1, ["looks"])])
def test_a_first_look_lies_near_half(first: int, invalid: list[str]) -> None:
    """Pocock's level is for a look at half; one below four tenths of the conversations errs more than it says."""
    verdict = Made(SCORES, attempts=("first", "second look"), first=first).verdict(policy_of(decision={"looks": 2}))

    assert why(verdict) == invalid


def test_a_baseline_that_differs_from_itself_is_invalid() -> None:
    """When the second answers are surely better or worse than the first, something moved while it was asked."""
    baseline = np.asarray(SCORES["score"][0])
    noise = np.random.default_rng(0).normal(0, 0.02, N)

    for shift, invalid in ((0.0, []), (0.02, ["a_a"]), (-0.02, ["a_a"])):
        again = {"score": baseline + noise - noise.mean() + shift}
        assert why(Made(SCORES, again=again).verdict()) == invalid


def test_the_baseline_is_compared_with_itself_as_the_policy_says() -> None:
    """A metric that the policy calls binary is tested so here too, whatever the metric says of itself."""
    scores = passes_of(N, 0, 0)
    again = {"score": passes_of(N, 0, 6)[1]}
    binary = policy_of(primary=[{"metric": "score", "kind": "binary"}])
    found, own = (
        Made({"score": scores}, facts={"score": facts}, again=again).verdict(policy)
        for facts, policy in ((SCORE, binary), (PASS, policy_of()))
    )

    assert rule(found, "precondition:a_a").p == rule(own, "precondition:a_a").p == pytest.approx(0.0071, abs=0.001)


def test_a_second_answer_can_be_asked_for() -> None:
    """A policy that wants the baseline compared with itself is not content with one answer."""
    assert why(Made(SCORES).verdict(policy_of(validity={"a_a": True}))) == ["a_a"]


def test_noise_of_the_answering_is_told() -> None:
    """With two answers each the verdict says how many changed and how much their scores scatter."""
    baseline = np.asarray(SCORES["score"][0])
    verdict = Made(SCORES, again={"score": baseline + np.resize([0.1, -0.1], N)}).verdict()

    assert rule(verdict, "precondition:a_a").detail == f"{N} of {N} answers changed, score scatters by 0.1"


@pytest.mark.parametrize(("margin", "invalid"), [(0.99, []), (1.0, ["margins"]), (2.0, ["margins"])])
def test_a_margin_as_wide_as_the_metric_is_no_rule(margin: float, invalid: list[str]) -> None:
    """A score of 0 to 1 with a margin of 2, as of one of 0 to 100, would let any candidate pass."""
    assert why(Made(SCORES).verdict(policy_of(primary=[{"metric": "score", "margin": margin}]))) == invalid


@pytest.mark.parametrize("tables", [{"anchor": 1.5}, {"slice": 1.5}])
def test_no_other_margin_may_be_as_wide_either(tables: dict[str, float]) -> None:
    """The margins of a slice and of the anchor are held against the metric's range too."""
    anchor = {"evidence": "anchor.jsonl", "sha256": "e" * 64, "margin": tables.get("anchor", 0.03)}
    parts = [{"by": "language", "margin": tables.get("slice", 0.04)}]
    verdict = Made(SCORES).verdict(policy_of(anchor=anchor, slice=parts), anchor=Made(SCORES).evidence())

    assert why(verdict) == ["margins"]


def test_names_of_deployments_have_no_case() -> None:
    """Azure takes BLUE and blue for one deployment, so they are no two roles."""
    assert why(Made(SCORES, header={"candidate": side("BLUE")}).verdict()) == ["sides"]


def test_unknown_hardware_is_not_said_to_be_the_same() -> None:
    """Where nobody knows what the models ran on, that they ran on the same was not looked at."""
    unknown = {"instance_type": "", "instance_count": 0}
    header = {"baseline": side("blue", **unknown), "candidate": side("green", **unknown)}

    assert rule(Made(SCORES, header=header).verdict(), "precondition:hardware").outcome == "not_testable"
