"""Waivers: one rule, one model, a bound and an end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from harness.gate.verdict.verdict import Verdict
from tests.unit.gate.comparison import TODAY, Made, policy_of, rule, scores_of

MADE = Made({"score": scores_of(400, -0.04)})
WAIVER: dict[str, Any] = {
    "id": "W-1",
    "metric": "score",
    "model_digest": "digest of green",
    "largest_delta": 0.05,
    "owner": "search team",
    "author": "ada",
    "approver": "grace",
    "reason": "the new tone is wanted",
    "granted": TODAY - timedelta(days=1),
    "expires": TODAY,
}


def waived(**changes: Any) -> Verdict:
    """Return the verdict on a candidate that loses 0.04, with the waiver changed."""
    return MADE.verdict(policy_of(waiver=[{**WAIVER, **changes}]))


def test_without_a_waiver_it_is_blocked() -> None:
    """The loss is sure and beyond the margin."""
    assert MADE.verdict().outcome == "BLOCK"


def test_a_waiver_lets_its_rule_pass_and_is_named() -> None:
    """The candidate is promoted with a warning; verdict and reasons name the waiver, its owner and its end."""
    verdict = waived()

    assert (verdict.outcome, rule(verdict, "score").outcome) == ("PROMOTE_WARN", "waived")
    assert [(each.id, each.owner, each.used) for each in verdict.waivers] == [("W-1", "search team", True)]
    assert "W-1" in verdict.reasons[0]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"largest_delta": 0.04}, "it covers 0.04, and a loss of up to 0.048"),
        ({"model_digest": "digest of another"}, "another model"),
        ({"metric": "length"}, "no such rule"),
        ({"slice": "language=de"}, "no such rule"),
        ({"metric": "precondition:leakage"}, "no such rule"),
    ],
)
def test_a_waiver_covers_nothing_else(change: dict[str, Any], why: str) -> None:
    """Another model, another rule or a larger loss is not covered, and the verdict says why."""
    verdict = waived(**change)

    assert (verdict.outcome, verdict.waivers[0].used) == ("BLOCK", False)
    assert why in verdict.waivers[0].detail


@pytest.mark.parametrize(
    ("granted", "expires"), [(TODAY - timedelta(days=9), TODAY - timedelta(days=1)), (TODAY + timedelta(days=1),) * 2]
)
def test_a_waiver_out_of_its_time_makes_all_invalid(granted: Any, expires: Any) -> None:
    """An expired waiver, or one from the future, is no gate to go through unseen."""
    verdict = waived(granted=granted, expires=expires)

    assert (verdict.outcome, "W-1" in verdict.reasons[0]) == ("INVALID", True)


def test_a_waiver_that_nobody_needed_is_told() -> None:
    """When the rule passes, the waiver is in the verdict as not used."""
    verdict = Made({"score": scores_of(400, 0.04)}).verdict(policy_of(waiver=[WAIVER]))

    assert (verdict.outcome, verdict.waivers[0].detail) == ("PROMOTE", "not used: the rule's outcome is pass")


def test_a_slice_has_a_waiver_of_its_own() -> None:
    """A waiver with a slice covers that part, and not the whole."""
    made = Made(MADE.scores, slices=[{"language": "de"}] * 400)
    both = [WAIVER, {**WAIVER, "id": "W-2", "slice": "language=de"}]

    assert made.verdict(policy_of(slice=[{"by": "language", "margin": 0.02}], waiver=both)).outcome == "PROMOTE_WARN"
    assert made.verdict(policy_of(slice=[{"by": "language", "margin": 0.02}], waiver=both[:1])).outcome == "BLOCK"


def test_a_limit_is_waived_by_its_excess() -> None:
    """Of a limit the waiver covers what is above it."""
    made = Made({"score": scores_of(400, 0.2)})
    policy = {"operations": {"off": ["error_rate", "latency_p95_ratio"], "tokens_per_conversation": 25.0}}
    covered = {**WAIVER, "metric": "tokens", "largest_delta": 5.0}

    assert made.verdict(policy_of(**policy, waiver=[covered])).outcome == "PROMOTE_WARN"
    assert made.verdict(policy_of(**policy, waiver=[{**covered, "largest_delta": 4.9}])).outcome == "BLOCK"


@pytest.mark.parametrize(
    ("largest", "outcome"), [(0.001, "INCONCLUSIVE"), (0.08, "INCONCLUSIVE"), (0.12, "PROMOTE_WARN")]
)
def test_what_shows_nothing_is_waived_only_as_far_as_it_is_bounded(largest: float, outcome: str) -> None:
    """Where a loss of 0.1 cannot be excluded, a waiver of a thousandth promotes nobody: its bound must be shown."""
    made = Made({"score": scores_of(30, 0.0, sd=0.3)})

    assert made.verdict(policy_of(waiver=[{**WAIVER, "largest_delta": largest}])).outcome == outcome
