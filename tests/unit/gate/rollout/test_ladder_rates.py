"""How often a ladder errs, by simulation: a sound candidate sent back, a bad one let through.

python -m tests.unit.gate.rollout.test_ladder_rates        # the table in docs/adr/0013-promotion-ladder.md
"""

from __future__ import annotations

import sys
from collections import Counter
from functools import cache
from itertools import accumulate

import numpy as np
import pytest

from harness.gate.policy import GatePolicy
from harness.gate.rollout.ladder import ladder
from harness.gate.rollout.operations import Limits, alarming, limits_of
from harness.gate.statistics.clopper_pearson import most_events, p_above

POLICY = GatePolicy.model_validate({"primary": [{"metric": "rouge_l"}], "operations": {"off": ["latency_p95_ratio"]}})
"""2 % of requests may fail; 300 requests to candidate and endpoint on each of four rungs, or 900."""


def rates(true: float, ladders: int, seed: int) -> dict[str, float]:
    """Return how often a candidate that fails so many requests, on an endpoint that fails none, ends how."""
    made = limits_of(POLICY, ladder(POLICY.rollout))
    rungs = sum(rung.watched for rung in ladder(POLICY.rollout))
    draw = np.random.default_rng(seed)
    ends = Counter(_climbed(true, rungs, made, draw) for _ in range(ladders))
    return {end: ends[end] / ladders for end in ("promoted", "harm", "inconclusive")}


def _climbed(true: float, rungs: int, made: Limits, draw: np.random.Generator) -> str:
    for _ in range(rungs):
        end = _stood(draw.random(POLICY.rollout.most_requests) < true, made)
        if end != "kept":
            return end
    return "promoted"


def _stood(failed: np.ndarray, made: Limits) -> str:
    """Return what one rung shows: as `Climb` asks, alarm at each error, then one look, then another one."""
    places = np.flatnonzero(failed) + 1
    looks = (POLICY.rollout.requests, POLICY.rollout.most_requests)
    for first, look in zip((0, looks[0]), looks, strict=True):
        if any(first < asked <= look and _alarms(number, int(asked)) for number, asked in enumerate(places, 1)):
            return "harm"
        events = int(np.sum(places <= look))
        if events <= _most(look):
            return "kept"
        assert made.error_rate is not None
        if p_above(events, look, made.error_rate) <= made.alpha_harm / 2 / made.looks:
            return "harm"
    return "inconclusive"


@cache
def _most(look: int) -> int:
    made = limits_of(POLICY, ladder(POLICY.rollout))
    assert made.error_rate is not None
    return most_events(look, made.error_rate, made.alpha)


@cache
def _alarms(failed: int, asked: int) -> bool:
    return alarming(failed, asked, limits_of(POLICY, ladder(POLICY.rollout)))


@pytest.mark.parametrize(
    ("true", "end", "least", "most"),
    [
        (0.0, "promoted", 1.0, 1.0),
        (0.002, "promoted", 0.99, 1.0),
        (0.01, "harm", 0.0, 0.05),
        (0.02, "promoted", 0.0, 0.05),
        (0.02, "harm", 0.0, 0.05),
        (0.1, "harm", 0.99, 1.0),
    ],
)
def test_both_errors_are_as_rare_as_the_policy_says(true: float, end: str, least: float, most: float) -> None:
    """At the limit itself a candidate is let through, or sent back for harm, in 5 % of all cases at most."""
    assert least <= rates(true, 1_000, seed=0)[end] <= most


def test_a_bad_candidate_is_met_by_few_callers() -> None:
    """One that fails every other request is found out on its first rung, by a dozen requests at most in most cases."""
    draw, asked = np.random.default_rng(0), []
    for _ in range(1_000):
        failed = draw.random(900) < 0.5
        numbers = accumulate(map(int, failed))
        asked.append(
            next(n for n, (bad, count) in enumerate(zip(failed, numbers, strict=True), 1) if bad and _alarms(count, n))
        )

    assert np.quantile(asked, 0.95) <= 12


if __name__ == "__main__":
    for share in (0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1):
        found = rates(share, 20_000, seed=1)
        sys.stdout.write(f"| {share:.1%} | " + " | ".join(f"{each:.4f}" for each in found.values()) + " |\n")
