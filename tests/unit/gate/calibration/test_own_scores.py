"""Calibration on recorded scores: rates that a policy keeps, and that one which does not is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from harness.errors import DataError
from harness.gate.calibration.own_scores import Calibration, _limit, calibrate
from tests.unit.gate.comparison import PASS, SCORE, Made, policy_of, scores_of

N = 300
_RNG = np.random.default_rng(0)
_PASSES = (_RNG.random(N) < 0.8) * 1.0
MADE = Made(
    {
        "score": scores_of(N, -0.01, sd=0.08),
        "pass": (_PASSES, np.where(_RNG.random(N) < 0.1, 1 - _PASSES, _PASSES)),
        "length": scores_of(N, 0.02, seed=3),
    },
    facts={"score": SCORE, "pass": PASS, "length": SCORE},
)
TABLES: dict[str, Any] = {
    "primary": [{"metric": "score"}, {"metric": "pass", "margin": 0.05}],
    "guardrail": [{"metric": "length"}],
}


def calibrated(runs: int = 400, **tables: Any) -> Calibration:
    """Return the rates of a policy on the scores above."""
    return calibrate(MADE.evidence(), policy_of(**{**TABLES, **tables}), runs=runs, seed=1, tell=lambda _: None)


def test_rates_are_near_what_they_are_meant_to_be() -> None:
    """A candidate at a margin is promoted, and an equal one is blocked, in about one of twenty runs or fewer."""
    found = calibrated(1_000)

    assert found.false_promote == pytest.approx(0.05, abs=0.025)
    assert found.false_block <= 0.06
    assert found.kept


def test_worse_candidates_are_promoted_less_often() -> None:
    """Equal candidates are mostly promoted, those at twice a margin never."""
    promoted = {truth.name: truth.rates.promote for truth in calibrated().truths}

    assert promoted["all equal"] > 0.6
    assert promoted["every primary at its margin"] <= promoted["score at its margin"] + 0.02
    assert (promoted["score at twice its margin"], promoted["pass at twice its margin"]) == (
        0,
        pytest.approx(0, abs=0.02),
    )


def test_the_recorded_difference_does_not_matter() -> None:
    """Only the scatter of the scores is taken over: a recorded loss is set to none."""
    worse = Made({**MADE.scores, "score": scores_of(N, -0.2, sd=0.08)}, facts=MADE.facts).evidence()
    found = calibrate(worse, policy_of(**TABLES), runs=400, seed=1, tell=lambda _: None)

    assert found.truths[0] == calibrated().truths[0]


def test_a_rate_above_its_limit_is_not_kept() -> None:
    """With a bound at 20 % for a policy that allows 5 %, the limit is exceeded and told."""
    found = calibrated()

    assert (replace(found, false_promote=0.2).kept, found.false_promote_limit) == (
        False,
        pytest.approx(0.0827, abs=1e-4),
    )


@pytest.mark.parametrize("rate", ["false_promote", "false_block"])
@pytest.mark.parametrize(("found", "kept"), [(0.0826, True), (0.0828, False)])
def test_either_rate_beyond_chance_is_not_kept(rate: str, found: float, kept: bool) -> None:
    """Of a rate that is meant to be 5 %, three standard errors of 400 runs are the end of what chance explains."""
    within = replace(calibrated(), false_promote=0.0, false_block=0.0)

    assert replace(within, **{rate: found}).kept is kept


@pytest.mark.parametrize(("runs", "limit"), [(100, 0.1154), (1_000, 0.0707), (5_000, 0.06), (20_000, 0.06)])
def test_the_limit_follows_the_number_of_runs(runs: int, limit: float) -> None:
    """Many runs leave 6 %; few leave as much as chance moves them."""
    assert _limit(0.05, runs) == pytest.approx(limit, abs=1e-4)


def test_rates_name_their_policy_and_their_evidence() -> None:
    """What was measured for one policy is not taken for another's."""
    found, other = calibrated(200), calibrated(200, decision={"alpha": 0.04})

    assert (found.policy_sha256, found.evidence_sha256) == (policy_of(**TABLES).digest, MADE.evidence().digest)
    assert found.policy_sha256 != other.policy_sha256


def test_two_looks_take_fewer_conversations_on_average() -> None:
    """Runs that end at the first look ask half."""
    found = calibrated(decision={"looks": 2, "conversations": 400})

    assert (found.conversations, found.truths[0].rates.conversations < 400) == (400, True)


def test_the_seed_is_all_chance() -> None:
    """The same seed gives the same rates."""
    assert calibrated(200) == calibrated(200)


def test_what_is_not_measured_cannot_be_calibrated() -> None:
    """A policy with a metric that the evidence lacks is refused by name."""
    with pytest.raises(DataError, match="nothing to calibrate on") as refused:
        calibrated(guardrail=[{"metric": "refusal"}])

    assert "refusal" in refused.value.expected


def test_a_margin_wider_than_what_is_right_is_refused() -> None:
    """Where almost nothing is right, no candidate can be worse by the margin."""
    made = Made({"pass": (np.zeros(N), np.eye(1, N)[0])}, facts={"pass": PASS})

    with pytest.raises(DataError, match="so few answers are right"):
        calibrate(made.evidence(), policy_of(primary=[{"metric": "pass"}]), runs=100, seed=0, tell=lambda _: None)
