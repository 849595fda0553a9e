"""Laws of a verdict: what must not matter does not, and what is worse is not better."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harness.gate.evidence.paired import PairedEvidence
from harness.gate.policy import GatePolicy
from harness.gate.verdict.decide import decide
from harness.gate.verdict.document import verdict_bytes
from harness.gate.verdict.verdict import RuleResult, Verdict
from tests.unit.gate.comparison import OFF, PASS, SCORE, TODAY, Made, policy_of

RANKS = ("INVALID", "BLOCK", "INCONCLUSIVE", "PROMOTE_WARN", "PROMOTE")
POLICY = policy_of(
    primary=[{"metric": "score"}, {"metric": "pass"}],
    operations={**OFF, "off": ["latency_p95_ratio"]},
)

seeds = st.integers(0, 10_000)
levels = st.sampled_from([-0.06, -0.03, -0.02, -0.01, 0.0, 0.01])
spreads = st.sampled_from([0.0, 0.01, 0.1, 0.3])


@st.composite
def comparisons(draw: st.DrawFn, n: int = 200) -> Made:
    """Draw a comparison of continuous and binary scores, some of whose answers failed on either side."""
    rng = np.random.default_rng(draw(seeds))
    baseline = rng.beta(5, 3, n)
    candidate = np.clip(baseline + draw(levels) + rng.normal(0, draw(spreads), n), 0, 1)
    flips = rng.random(n) < draw(st.sampled_from([0.0, 0.05, 0.3]))
    passes = (rng.random(n) < 0.8) * 1.0
    failed = {
        ("baseline" if k % 2 else "candidate", int(k)): "timeout"
        for k in draw(st.sets(st.integers(0, n - 1), max_size=6))
    }
    scores = {"score": (baseline, candidate), "pass": (passes, np.where(flips, 1 - passes, passes))}
    return Made(scores, facts={"score": SCORE, "pass": PASS}, failed=failed)  # type: ignore[arg-type]


def verdict(evidence: PairedEvidence, policy: GatePolicy = POLICY) -> Verdict:
    """Return the verdict of the tests' day."""
    return decide(evidence, policy, today=TODAY, versions={})


def reordered(evidence: PairedEvidence, order: Sequence[int]) -> PairedEvidence:
    """Return the evidence with its conversations in another order."""
    rows = np.asarray(order)

    def both(pair: Any) -> Any:
        return pair[0][rows], pair[1][rows]

    return replace(
        evidence,
        scores={metric: both(pair) for metric, pair in evidence.scores.items()},
        missing=both(evidence.missing),
        tokens=both(evidence.tokens),
        latency_s=both(evidence.latency_s),
    )


@given(comparisons(), seeds)
def test_order_and_ids_do_not_matter(made: Made, seed: int) -> None:
    """Conversations in another order, and under other names, lead to the same bytes."""
    evidence = made.evidence()
    order = np.random.default_rng(seed).permutation(len(made))
    other = reordered(replace(evidence, ids=tuple(f"{k:x}" for k in order)), order.tolist())

    assert verdict_bytes(verdict(other)) == verdict_bytes(verdict(evidence))


@given(comparisons())
def test_a_candidate_that_answers_alike_is_promoted(made: Made) -> None:
    """Equal scores of enough conversations, without failures, are promoted with every difference at zero."""
    same = {metric: (baseline, baseline) for metric, (baseline, _) in made.scores.items()}
    found = verdict(Made(same, facts=made.facts).evidence())

    assert found.outcome == "PROMOTE"
    assert {rule.estimate for rule in found.rules if rule.kind == "primary"} == {0.0}


@given(comparisons())
def test_swapped_roles_mirror_the_bounds(made: Made) -> None:
    """What one model is better by, the other is worse by, to the last bit."""
    evidence = made.evidence()
    swapped = replace(evidence, scores={metric: pair[::-1] for metric, pair in evidence.scores.items()})

    for one, other in zip(verdict(evidence).rules, verdict(swapped).rules, strict=True):
        if one.kind == "primary":
            assert (one.estimate, one.lower, one.upper) == tuple(
                map(_negative, (other.estimate, other.upper, other.lower))
            )


@given(comparisons(), st.integers(0, 199), st.floats(0, 1))
def test_a_worse_answer_does_not_lead_to_a_better_verdict(made: Made, row: int, worse: float) -> None:
    """When one answer of the candidate scores less, the verdict is the same or worse."""
    evidence = made.evidence()
    scores = {metric: (pair[0], pair[1].copy()) for metric, pair in evidence.scores.items()}
    scores["score"][1][row] *= worse
    scores["pass"][1][row] = 0.0

    assert _rank(verdict(replace(evidence, scores=scores))) <= _rank(verdict(evidence))


@given(comparisons(), st.sets(st.integers(0, 199), min_size=1, max_size=30))
def test_an_answer_that_never_came_does_not_help(made: Made, rows: set[int]) -> None:
    """When answers of the candidate are missing, the verdict is the same or worse."""
    more = {**made.failed, **{("candidate", row): "timeout" for row in rows}}

    assert _rank(Made(made.scores, made.facts, more).verdict(POLICY)) <= _rank(made.verdict(POLICY))  # type: ignore[arg-type]


@given(comparisons(), st.integers(2, 4))
def test_more_of_the_same_narrows_the_bounds(made: Made, times: int) -> None:
    """The same scores several times over leave less room between the bounds, and the estimate where it was."""
    more = Made(
        {metric: (np.tile(one, times), np.tile(other, times)) for metric, (one, other) in made.scores.items()},
        made.facts,
    )
    plain = Made(made.scores, made.facts)

    for one, other in zip(plain.verdict(POLICY).rules, more.verdict(POLICY).rules, strict=True):
        if one.kind == "primary":
            assert _width(other) <= _width(one) + 1e-12


def _negative(value: float | None) -> float | None:
    return None if value is None else -value


def _width(rule: RuleResult) -> float:
    return math.inf if rule.lower is None or rule.upper is None else rule.upper - rule.lower


def _rank(found: Verdict) -> int:
    return RANKS.index(found.outcome)
