"""The verdict: which outcome which evidence leads to, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from harness.gate.verdict.verdict import EXIT_CODES
from tests.unit.gate.comparison import FAULT, OFF, PASS, SCORE, Made, passes_of, policy_of, rule, scores_of

N = 400


@pytest.mark.parametrize(
    ("difference", "outcome"),
    [(0.0, "PROMOTE"), (0.01, "PROMOTE"), (-0.011, "PROMOTE_WARN"), (-0.016, "BLOCK"), (-0.05, "BLOCK")],
)
def test_outcome_follows_the_bounds(difference: float, outcome: str) -> None:
    """Within the margin promotes, surely worse but within it warns, surely worse and not within it blocks."""
    verdict = Made({"score": scores_of(N, difference)}).verdict()

    assert verdict.outcome == outcome


def test_what_shows_neither_is_inconclusive_and_says_how_many_are_needed() -> None:
    """With too much scatter nothing is decided, and the verdict names the number that alike models would need."""
    verdict = Made({"score": scores_of(100, 0.0, sd=0.2)}).verdict()

    assert (verdict.outcome, verdict.needed_conversations) == ("INCONCLUSIVE", 619)
    assert "Alike models would show it with 619." in verdict.reasons[0]


def test_more_conversations_are_not_promised_where_they_hardly_help() -> None:
    """When alike models would have been shown long ago, the reason says so."""
    verdict = Made({"score": scores_of(N, -0.0145, sd=0.15)}).verdict(policy_of(decision={"alpha_block": 0.01}))

    assert verdict.outcome == "INCONCLUSIVE"
    assert "more will hardly help" in verdict.reasons[0]


@pytest.mark.parametrize(
    ("wins", "losses", "outcome"), [(20, 20, "PROMOTE"), (2, 30, "BLOCK"), (24, 36, "INCONCLUSIVE")]
)
def test_pass_rates_are_compared_by_tango(wins: int, losses: int, outcome: str) -> None:
    """A binary metric has Tango's bounds and a margin of 0.03."""
    made = Made({"score": passes_of(N, wins, losses)}, facts={"score": PASS})
    verdict = made.verdict(policy_of(primary=[{"metric": "score"}]))

    assert verdict.outcome == outcome
    assert (rule(verdict, "score").method, rule(verdict, "score").limit) == ("tango", -0.03)


def test_averaged_passes_are_compared_as_continuous() -> None:
    """Passes that repeats have averaged to a half are no pass rate any more."""
    baseline, candidate = passes_of(N, 5, 5)
    again = {"score": np.asarray(baseline)[::-1]}
    verdict = Made({"score": (baseline, candidate)}, facts={"score": PASS}, again=again).verdict()

    assert rule(verdict, "score").method == "bootstrap-t"


def test_less_can_be_better() -> None:
    """A metric whose direction is lower is turned round: more of it is a loss."""
    facts = {"score": replace(SCORE, direction="lower", worst=1.0, best=0.0)}
    baseline, candidate = scores_of(N, 0.05)

    assert Made({"score": (baseline, candidate)}, facts=facts).verdict().outcome == "BLOCK"
    assert Made({"score": (candidate, baseline)}, facts=facts).verdict().outcome == "PROMOTE"


def test_every_primary_must_be_within_its_margin() -> None:
    """One primary that shows nothing keeps the candidate from being promoted, however good the other is."""
    scores = {"score": scores_of(N, 0.1), "other": scores_of(N, 0.0, sd=0.25)}
    policy = policy_of(primary=[{"metric": "score"}, {"metric": "other"}])

    assert Made(scores, facts=dict.fromkeys(scores, SCORE)).verdict(policy).outcome == "INCONCLUSIVE"


@pytest.mark.parametrize(("difference", "outcome"), [(0.0, "PROMOTE"), (-0.03, "BLOCK"), (-0.008, "PROMOTE")])
def test_guardrails_pass_until_harm_is_shown(difference: float, outcome: str) -> None:
    """A guardrail blocks only by a loss that is sure; a loss that may be chance does not."""
    scores = {"score": scores_of(N), "length": scores_of(N, difference, seed=1)}
    verdict = Made(scores, facts=dict.fromkeys(scores, SCORE)).verdict(policy_of(guardrail=[{"metric": "length"}]))

    assert verdict.outcome == outcome


def test_a_guardrail_warns_within_its_margin() -> None:
    """A sure loss that is surely within the guardrail's margin is told, and blocks nothing."""
    scores = {"score": scores_of(N), "length": scores_of(N, -0.03, seed=1)}
    policy = policy_of(guardrail=[{"metric": "length", "margin": 0.05}])
    verdict = Made(scores, facts=dict.fromkeys(scores, SCORE)).verdict(policy)

    assert (verdict.outcome, rule(verdict, "length").outcome) == ("PROMOTE_WARN", "warn")


def test_harm_is_weighed_against_the_number_of_tests() -> None:
    """A loss that would block alone is one in a dozen by chance, and does not."""
    names = [f"g{k}" for k in range(12)]
    scores = {"score": scores_of(N), **{name: scores_of(N, seed=k) for k, name in enumerate(names)}}
    scores["g0"] = scores_of(N, -0.0105, seed=9)
    made = Made(scores, facts=dict.fromkeys(scores, SCORE))
    alone = made.verdict(policy_of(guardrail=[{"metric": "g0"}]))
    among = made.verdict(policy_of(guardrail=[{"metric": name} for name in names]))

    assert (rule(alone, "g0").p, alone.outcome, among.outcome) == (rule(among, "g0").p, "BLOCK", "PROMOTE")
    assert rule(among, "g0").p_adjusted == pytest.approx(13 * (rule(among, "g0").p or 0))


@pytest.mark.parametrize(("faults", "allowed", "outcome"), [(0, 0, "PROMOTE"), (1, 0, "BLOCK"), (1, 1, "PROMOTE")])
def test_one_fault_blocks(faults: int, allowed: int, outcome: str) -> None:
    """More conversations with a fault than are allowed block, whatever the averages."""
    found = np.zeros(N)
    found[:faults] = 3.0
    made = Made({"score": scores_of(N, 0.1), "leak": (np.zeros(N), found)}, facts={"score": SCORE, "leak": FAULT})

    assert made.verdict(policy_of(hard=[{"metric": "leak", "allowed": allowed}])).outcome == outcome


@pytest.mark.parametrize("outcome", ["empty", "truncated"])
def test_what_was_said_has_its_faults_though_it_failed(outcome: str) -> None:
    """An answer that is empty or was cut off counts as failed, and its faults count too."""
    scores = {"score": scores_of(N, 0.1), "leak": (np.zeros(N), np.eye(1, N, 3)[0])}
    made = Made(scores, facts={"score": SCORE, "leak": FAULT}, failed={("candidate", 3): outcome})

    assert rule(made.verdict(policy_of(hard=[{"metric": "leak"}])), "leak").outcome == "fail"


@pytest.mark.parametrize(
    ("baseline", "candidate", "absolute", "outcome"),
    [(1, 1, False, "pass"), (1, 2, False, "fail"), (2, 1, False, "pass"), (1, 1, True, "fail"), (1, 0, True, "pass")],
)
def test_only_new_faults_are_the_candidates(baseline: int, candidate: int, absolute: bool, outcome: str) -> None:
    """What the baseline says to the same conversation blocks nobody, unless the policy counts all faults."""
    leak = tuple(number * np.eye(1, N, 3)[0] for number in (baseline, candidate))
    made = Made({"score": scores_of(N, 0.1), "leak": leak}, facts={"score": SCORE, "leak": FAULT})  # type: ignore[dict-item]
    policy = policy_of(hard=[{"metric": "leak", "absolute": absolute}])

    assert rule(made.verdict(policy), "leak").outcome == outcome


def test_the_same_fault_in_another_conversation_is_new() -> None:
    """Faults are compared conversation by conversation, not by how many there are."""
    leak = (np.eye(1, N, 3)[0], np.eye(1, N, 4)[0])
    made = Made({"score": scores_of(N, 0.1), "leak": leak}, facts={"score": SCORE, "leak": FAULT})
    found = rule(made.verdict(policy_of(hard=[{"metric": "leak"}])), "leak")

    assert (found.outcome, found.estimate) == ("fail", 1.0)
    assert found.detail == "1 conversation with a new fault, 1 with any, the baseline has 1; 0 allowed"


def test_one_of_several_answers_is_enough_for_a_fault() -> None:
    """A fault in one repeat is a fault of the conversation."""
    scores = {"score": scores_of(N, 0.1), "leak": (np.zeros(N), np.zeros(N))}
    again = {"score": scores_of(N)[0], "leak": np.eye(1, N, 3)[0]}
    evidence = Made(scores, facts={"score": SCORE, "leak": FAULT}, again=again).evidence()

    assert [each.sum() for each in evidence.faults["leak"]] == [1.0, 0.0]


def test_an_answer_that_never_came_has_no_fault() -> None:
    """What was not said leaks nothing: it is an error, and counted as one."""
    worst = replace(PASS, direction="lower", worst=1.0, best=0.0)
    scores = {"score": scores_of(N, 0.1), "leak": (np.zeros(N), np.zeros(N))}
    made = Made(scores, facts={"score": SCORE, "leak": worst}, failed={("candidate", 3): "timeout"})

    assert rule(made.verdict(policy_of(hard=[{"metric": "leak"}])), "leak").outcome == "pass"


@pytest.mark.parametrize(
    ("section", "difference", "outcome"),
    [
        ({"by": "language"}, 0.0, "PROMOTE"),
        ({"by": "language"}, -0.2, "BLOCK"),
        ({"by": "language", "min_conversations": 200}, -0.2, "PROMOTE"),
        ({"by": "language", "min_conversations": 200, "required": True}, -0.2, "INCONCLUSIVE"),
        ({"by": "language", "values": ["fr"], "required": True}, 0.0, "INCONCLUSIVE"),
        ({"by": "language", "values": ["en"]}, -0.2, "PROMOTE"),
    ],
)
def test_a_listed_slice_is_tested_for_itself(section: dict[str, Any], difference: float, outcome: str) -> None:
    """Harm in a part blocks; a part that is too small shows nothing, and keeps back only where it is required."""
    baseline, candidate = (np.asarray(each) for each in scores_of(N, 0.05))
    slices = [{"language": "de" if row < 100 else "en"} for row in range(N)]
    candidate = np.where(np.arange(N) < 100, candidate - 0.05 + difference, candidate + 0.2).clip(0, 1)

    assert Made({"score": (baseline, candidate)}, slices=slices).verdict(policy_of(slice=[section])).outcome == outcome


def test_a_small_slice_never_passes() -> None:
    """A part below its smallest number is not testable, which is said with that number."""
    made = Made({"score": scores_of(N)}, slices=[{"language": "de" if row < 30 else "en"} for row in range(N)])
    found = rule(made.verdict(policy_of(slice=[{"by": "language"}])), "slice:language=de:score")

    assert (found.outcome, found.n, found.needed_n, found.limit) == ("not_testable", 30, 50, -0.04)


@pytest.mark.parametrize("outcome", sorted(EXIT_CODES))
def test_exit_codes_are_none_of_pytests(outcome: Any) -> None:
    """A verdict ends with 0 or with 10 and more."""
    assert EXIT_CODES[outcome] == 0 or EXIT_CODES[outcome] >= 10


def test_two_looks_decide_at_pococks_level() -> None:
    """With two looks each has less of the error rate, and the first one says that another is left."""
    policy = policy_of(decision={"looks": 2})
    verdict = Made({"score": scores_of(N, -0.01, sd=0.15)}).verdict(policy)

    assert (verdict.alpha, verdict.outcome) == (0.030367, "INCONCLUSIVE")
    assert "This was look 1 of 2" in verdict.reasons[-1]


def test_few_conversations_decide_nothing() -> None:
    """Below the smallest number there is no verdict, even between models that answer alike."""
    made = Made({"score": (np.full(19, 0.5), np.full(19, 0.5))})

    assert (made.verdict().outcome, made.verdict().needed_conversations) == ("INCONCLUSIVE", 149)


@pytest.mark.parametrize(("n", "outcome"), [(148, "INCONCLUSIVE"), (149, "PROMOTE")])
@pytest.mark.parametrize("difference", [0.0, 0.001])
def test_collapses_of_a_margin_must_have_had_the_chance_to_be_seen(n: int, outcome: str, difference: float) -> None:
    """Scores that hardly differ promote from where 2 % of collapses would be missed by less than 5 %: 0.98^149."""
    verdict = Made({"score": scores_of(n, difference, sd=0.001)}).verdict()

    assert (verdict.outcome, verdict.tipping.zero, rule(verdict, "score").needed_n) == (outcome, outcome, 149)


def test_one_conversation_is_told_in_the_singular() -> None:
    """Sentences count as one speaks."""
    verdict = Made({"score": ([0.5], [0.5])}).verdict()

    assert "1 conversation, and 20 are" in rule(verdict, "precondition:conversations").detail
    assert not any("1 conversations" in each.detail for each in verdict.rules)


def test_a_small_sure_loss_of_few_conversations_is_open() -> None:
    """Neither is it harm beyond the margin, nor is that excluded: no warning lets it through."""
    verdict = Made({"score": scores_of(60, -0.005, sd=0.001)}).verdict()

    assert (verdict.outcome, rule(verdict, "score").outcome) == ("INCONCLUSIVE", "inconclusive")
    assert "149 are the fewest" in verdict.reasons[0]


def test_a_wider_range_takes_more_conversations() -> None:
    """A margin of 0.02 on scores of 0 to 2 is a hundredth of them: 299."""
    wide = replace(SCORE, best=2.0)

    assert rule(Made({"score": scores_of(200, sd=0.0)}, facts={"score": wide}).verdict(), "score").needed_n == 299


def test_limits_join_the_tests_of_harm() -> None:
    """An error rate that is surely above its limit blocks."""
    failed = {("candidate", row): "timeout" for row in range(40)}
    made = Made({"score": scores_of(N, 0.2)}, failed=failed)  # type: ignore[arg-type]
    policy = policy_of(operations={**OFF, "off": ["latency_p95_ratio"]})

    assert rule(made.verdict(policy), "error_rate").outcome == "fail"


@pytest.mark.parametrize(("required", "outcome"), [(True, "INCONCLUSIVE"), (False, "PROMOTE")])
def test_a_slice_that_no_conversation_has_is_not_testable(required: bool, outcome: str) -> None:
    """A name that is written otherwise in the evidence is told, and what must be shown by it is not shown."""
    made = Made({"score": scores_of(N)}, slices=[{"language": "de"}] * N)
    verdict = made.verdict(policy_of(slice=[{"by": "langage", "required": required}]))

    assert (verdict.outcome, rule(verdict, "slice:langage:score").outcome) == (outcome, "not_testable")


def test_fewer_conversations_than_decide_do_not_block_either() -> None:
    """Two answers that are worse by the same show no harm; a fault that no average excuses still blocks."""
    few = Made({"score": ([0.5] * 2, [0.4] * 2)})
    faulty = Made({**few.scores, "fault": ([0, 0], [1, 0])}, facts={"score": SCORE, "fault": FAULT})

    assert few.verdict().outcome == "INCONCLUSIVE"
    assert faulty.verdict(policy_of(hard=[{"metric": "fault"}])).outcome == "BLOCK"
