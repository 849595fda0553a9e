"""Limits of operation: errors, times, tokens, machine time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from harness.gate.verdict.decide import decide
from harness.gate.verdict.verdict import RuleResult
from tests.unit.gate.comparison import OFF, TODAY, Made, policy_of, rule, scores_of, side

N = 400
LATENCY = np.random.default_rng(0).lognormal(0, 0.4, 2 * N)


def limit(name: str, operations: dict[str, Any], **made: Any) -> RuleResult:
    """Return what the rule of a limit found on equal scores."""
    scores = {"score": scores_of(made.pop("n", N))}
    return rule(Made(scores, **made).verdict(policy_of(operations={**OFF, **operations})), name)


def failing(role: str, count: int) -> dict[Any, str]:
    """Return that many failed answers of a role."""
    return {(role, row): "http_error" for row in range(count)}


@pytest.mark.parametrize(
    ("n", "failed", "outcome"),
    [(100, 0, "inconclusive"), (149, 0, "pass"), (300, 1, "pass"), (300, 2, "inconclusive"), (300, 20, "fail")],
)
def test_errors_must_be_shown_to_be_few(n: int, failed: int, outcome: str) -> None:
    """A hundred conversations without an error do not show 2 %; three hundred do with one."""
    found = limit("error_rate", {"off": ["latency_p95_ratio"]}, n=n, failed=failing("candidate", failed))

    assert (found.outcome, found.n, found.estimate) == (outcome, n, failed / n)


def test_the_baselines_errors_are_not_the_candidates() -> None:
    """Only what the candidate failed counts for its limit."""
    assert limit("error_rate", {"off": ["latency_p95_ratio"]}, failed=failing("baseline", 15)).estimate == 0


@pytest.mark.parametrize(("seconds", "outcome"), [(3.0, "pass"), (2.0, "inconclusive"), (1.0, "fail")])
def test_a_quantile_must_be_shown_to_be_in_its_limit(seconds: float, outcome: str) -> None:
    """The bound of the 95th percentile is compared, not its estimate."""
    latency = {"baseline": LATENCY[:N], "candidate": LATENCY[N:]}
    found = limit("latency_p95", {"latency_p95_s": seconds}, latency=latency)

    assert found.outcome == outcome
    assert found.upper is not None
    assert found.upper > (found.estimate or 0) == pytest.approx(np.quantile(LATENCY[N:], 0.95), rel=0.02)


def test_too_few_times_are_not_testable() -> None:
    """The 99th percentile of less than 299 answers has no bound."""
    found = limit("latency_p99", {"latency_p99_s": 60.0}, n=298)

    assert (found.outcome, found.upper, found.needed_n) == ("not_testable", None, 299)


@pytest.mark.parametrize(("factor", "outcome"), [(1.0, "pass"), (1.2, "inconclusive"), (2.0, "fail")])
def test_times_are_compared_with_the_baselines(factor: float, outcome: str) -> None:
    """The ratio of the 95th percentiles must be shown to be 1.25 at most."""
    latency = {"baseline": LATENCY[:N], "candidate": LATENCY[:N] * factor}
    found = limit("latency_p95_ratio", {"off": ["error_rate"]}, latency=latency)

    assert (found.outcome, found.estimate) == (outcome, pytest.approx(factor))


def test_answers_that_never_came_are_slow() -> None:
    """A candidate that lets every tenth request time out is not fast, however fast the others are."""
    latency = {"baseline": LATENCY[:N], "candidate": LATENCY[N:] / 10}
    found = limit("latency_p95", {"latency_p95_s": 30.0}, latency=latency, failed=failing("candidate", 40))

    assert (found.outcome, found.estimate, found.upper) == ("fail", None, None)


def test_cached_answers_alone_say_nothing_of_times() -> None:
    """Without answers that were timed, a limit of time cannot be tested."""
    evidence = Made({"score": scores_of(N)}).evidence()
    untimed = replace(evidence, latency_s=(np.empty(0), np.empty(0)))
    operations = {"off": ["error_rate"], "latency_p95_s": 1.0}
    verdict = decide(untimed, policy_of(operations=operations), today=TODAY)

    assert {rule(verdict, name).outcome for name in ("latency_p95", "latency_p95_ratio")} == {"not_testable"}
    assert verdict.outcome == "INCONCLUSIVE"


@pytest.mark.parametrize(("limit_", "outcome"), [(1.0, "pass"), (1.5, "pass"), (0.5, "fail")])
def test_tokens_are_compared_with_the_baselines(limit_: float, outcome: str) -> None:
    """Equal numbers of tokens are within every ratio of at least one."""
    found = limit("tokens_ratio", {"tokens_ratio": limit_})

    assert (found.outcome, found.estimate) == (outcome, 1.0)


@pytest.mark.parametrize(("most", "outcome"), [(30.0, "pass"), (29.9, "fail")])
def test_a_budget_is_compared_as_it_stands(most: float, outcome: str) -> None:
    """The mean number of tokens is compared with its budget without statistics."""
    found = limit("tokens", {"tokens_per_conversation": most})

    assert (found.outcome, found.estimate) == (outcome, 30.0)


@pytest.mark.parametrize(
    ("instances", "concurrency", "outcome", "estimate"),
    [(2, 4, "pass", 0.5), (4, 1, "fail", 4.0), (0, 1, "not_testable", None)],
)
def test_machine_time_counts_instances_and_requests_in_flight(
    instances: int, concurrency: int, outcome: str, estimate: float | None
) -> None:
    """A second of an answer costs as many machine seconds as there are instances, by the requests in flight."""
    sides = {role: side(name, instance_count=instances) for role, name in (("baseline", "b"), ("candidate", "g"))}
    found = limit("gpu_seconds", {"gpu_seconds_per_conversation": 1.0}, header={**sides, "concurrency": concurrency})

    assert (found.outcome, found.estimate) == (outcome, estimate)


def test_a_timeout_costs_its_time() -> None:
    """A machine is busy with what never comes as well: 20 answers of 400 that took a minute are three seconds each."""
    latency = {"baseline": np.ones(N), "candidate": np.where(np.arange(N) < 20, 60.0, 1.0)}
    found = limit(
        "gpu_seconds", {"gpu_seconds_per_conversation": 2.0}, latency=latency, failed=failing("candidate", 20)
    )

    assert (found.outcome, found.estimate) == ("fail", pytest.approx(3.95))


@pytest.mark.parametrize(("unknown", "outcome"), [(20, "pass"), (21, "not_testable")])
@pytest.mark.parametrize("name", ["tokens", "tokens_ratio", "gpu_seconds"])
def test_what_is_known_of_too_few_says_nothing(name: str, unknown: int, outcome: str) -> None:
    """Below 95 % of the answers with known tokens or times a budget is not testable."""
    some = np.where(np.arange(N) < unknown, np.nan, 1.0)
    evidence = replace(Made({"score": scores_of(N)}).evidence(), tokens=(some, some), spent_s=(some, some))
    limits = {"tokens_ratio": 2.0, "tokens_per_conversation": 2.0, "gpu_seconds_per_conversation": 2.0}
    verdict = decide(evidence, policy_of(operations={**OFF, **limits}), today=TODAY)

    assert rule(verdict, name).outcome == outcome


@pytest.mark.parametrize(("seconds", "outcome"), [(0.0, "pass"), (0.1, "fail")])
def test_no_time_at_all_is_as_fast_as_no_time_at_all(seconds: float, outcome: str) -> None:
    """Two that answer in no time are alike; one that takes some is slower than one that takes none."""
    latency = {"baseline": np.zeros(N), "candidate": np.full(N, seconds)}

    assert limit("latency_p95_ratio", {"off": ["error_rate"]}, latency=latency).outcome == outcome
