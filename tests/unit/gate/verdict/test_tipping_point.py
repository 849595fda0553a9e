"""The tipping point: a verdict that hangs on answers that never came is none."""

from __future__ import annotations

import numpy as np

from tests.unit.gate.comparison import TODAY, Made, policy_of, scores_of

N = 600


def hardest_failed() -> Made:
    """Return a candidate that fails on the hardest twentieth of the conversations, and is equal on the others."""
    rng = np.random.default_rng(0)
    baseline = np.sort(rng.beta(5, 3, N))
    candidate = baseline + rng.normal(0, 0.02, N)
    failed = {("candidate", row): "timeout" for row in range(N // 20)}
    return Made({"score": (baseline, candidate)}, failed=failed)  # type: ignore[arg-type]


def test_without_failed_answers_nothing_tips() -> None:
    """When every answer came, the three fillings are one."""
    tipping = Made({"score": scores_of(N)}).verdict().tipping

    assert (tipping.agree, tipping.drop, tipping.detail) == (True, "PROMOTE", "no answer failed")


def test_failing_on_the_hardest_is_not_promoted() -> None:
    """Dropping the failed pairs would promote what the verdict does not."""
    verdict = hardest_failed().verdict()

    assert (verdict.tipping.drop, verdict.outcome != "PROMOTE") == ("PROMOTE", True)
    assert verdict.tipping.detail.startswith("0 conversations of the baseline and 30 of the candidate")


def test_fillings_that_disagree_are_inconclusive_at_best() -> None:
    """A candidate that is promoted only because the baseline's failures count as the worst is not promoted."""
    failed = {("baseline", row): "timeout" for row in range(24)}
    verdict = Made({"score": scores_of(N, -0.012, sd=0.05)}, failed=failed).verdict()  # type: ignore[arg-type]

    assert (verdict.tipping.zero, verdict.tipping.worst) == ("PROMOTE", "BLOCK")
    assert (verdict.outcome, verdict.tipping.detail in " ".join(verdict.reasons)) == ("INCONCLUSIVE", True)


def test_few_failures_that_make_no_difference_are_promoted() -> None:
    """One failed answer of each is far from tipping anything."""
    failed = {("baseline", 3): "timeout", ("candidate", 5): "http_error"}
    verdict = Made({"score": scores_of(N, 0.02)}, failed=failed).verdict()  # type: ignore[arg-type]

    assert (verdict.outcome, verdict.tipping.agree) == ("PROMOTE", True)


def test_a_waived_primary_tips_nothing() -> None:
    """A primary that is waived is not weighed once more in the fillings."""
    waiver = {
        "id": "W",
        "metric": "score",
        "model_digest": "digest of green",
        "largest_delta": 0.5,
        "owner": "o",
        "author": "a",
        "approver": "b",
        "reason": "r",
        "granted": TODAY,
        "expires": TODAY,
    }
    verdict = hardest_failed().verdict(policy_of(waiver=[waiver]))

    assert (verdict.outcome, verdict.tipping.agree) == ("PROMOTE_WARN", True)
