"""Limits of operation: errors, times, tokens, machine time. Each must be shown to be kept, not only seem to be."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from harness.gate.evidence.paired import PairedEvidence
from harness.gate.policy import GatePolicy
from harness.gate.policy.sections import OperationsSection
from harness.gate.statistics.bootstrap_t import bootstrap_t
from harness.gate.statistics.clopper_pearson import lower_bound, p_above, trials_for, upper_bound
from harness.gate.statistics.quantiles import fewest_times, quantile_bounds, ratio_bounds
from harness.gate.verdict.counting import conversations
from harness.gate.verdict.level import Level
from harness.gate.verdict.verdict import RuleOutcome, RuleResult

__all__ = ["operations"]

_P95 = 0.95
_KNOWN = 0.95
"""Of less than this share of answers, what is known of them says nothing of all."""


def operations(evidence: PairedEvidence, policy: GatePolicy, level: Level) -> Iterator[RuleResult]:
    """Yield the rules of the policy's limits, before harm is weighed against that of all other rules."""
    limits = policy.operations
    if "error_rate" not in limits.off:
        yield _error_rate(evidence, limits.error_rate, level)
    for name, share, limit in (
        ("latency_p50", 0.5, limits.latency_p50_s),
        ("latency_p95", _P95, limits.latency_p95_s),
        ("latency_p99", 0.99, limits.latency_p99_s),
    ):
        if limit is not None:
            yield _latency(evidence, name, share, limit, level)
    if "latency_p95_ratio" not in limits.off:
        yield _latency_ratio(evidence, limits.latency_p95_ratio, level)
    if limits.tokens_ratio is not None:
        yield _tokens_ratio(evidence, limits.tokens_ratio, level)
    yield from _fixed(evidence, limits)


def _error_rate(evidence: PairedEvidence, limit: float, level: Level) -> RuleResult:
    """Count conversations with a failed answer: repeats of one conversation do not fail independently."""
    n, failed = len(evidence.ids), int(np.sum(evidence.missing[1] > 0))
    upper = upper_bound(failed, n, level.alpha)
    return RuleResult(
        name="error_rate",
        kind="operations",
        outcome="pass" if upper <= limit else "inconclusive",
        detail=f"{failed} of {conversations(n)} failed, at most {upper:.2%} do; limit {limit:.2%}",
        method="clopper-pearson",
        unit="share",
        bound="upper",
        estimate=failed / n,
        lower=lower_bound(failed, n, level.alpha_block),
        upper=upper,
        limit=limit,
        p=p_above(failed, n, limit),
        n=n,
        needed_n=trials_for(limit, failed / n, level.alpha, level.power),
    )


def _latency(evidence: PairedEvidence, name: str, share: float, limit: float, level: Level) -> RuleResult:
    times = evidence.latency_s[1]
    found = quantile_bounds(times, share, limit, level.alpha)
    fewest = fewest_times(share, level.alpha)
    outcome: RuleOutcome = "pass" if found.upper <= limit else "inconclusive"
    slow = float(np.mean(times > limit)) if found.n else 0.0
    return RuleResult(
        name=name,
        kind="operations",
        outcome="not_testable" if found.n < fewest else outcome,
        detail=f"{_seconds(found.estimate)} over {found.n} answers, bound {_seconds(found.upper)}; limit {limit:g} s",
        method="order statistic",
        unit="s",
        bound="upper",
        estimate=_known(found.estimate),
        upper=_known(found.upper),
        limit=limit,
        p=found.p_harm if found.n >= fewest else None,
        n=found.n,
        needed_n=trials_for(1 - share, slow, level.alpha, level.power),
    )


def _latency_ratio(evidence: PairedEvidence, limit: float, level: Level) -> RuleResult:
    baseline, candidate = evidence.latency_s
    n, fewest = min(len(baseline), len(candidate)), fewest_times(_P95, level.alpha)
    if n < fewest:
        detail = f"{n} answers with a time of their own, and {fewest} are the fewest that say anything"
        return _no_ratio("latency_p95_ratio", detail, limit, n, fewest)
    found = ratio_bounds(
        baseline,
        candidate,
        _P95,
        limit,
        level.alpha,
        alpha_harm=level.alpha_block,
        resamples=level.resamples,
        seed=level.seed,
    )
    sure = level.standard_errors * found.log_error / math.log(limit) if limit > 1 else math.inf
    return RuleResult(
        name="latency_p95_ratio",
        kind="operations",
        outcome="pass" if found.upper <= limit else "inconclusive",
        detail=f"p95 is {found.estimate:.3g} times the baseline's, at most {found.upper:.3g} times; limit {limit:g}",
        method="bootstrap",
        unit="ratio",
        bound="upper",
        estimate=_known(found.estimate),
        lower=_known(found.lower),
        upper=_known(found.upper),
        limit=limit,
        p=found.p_harm,
        n=n,
        needed_n=max(fewest, math.ceil(n * sure * sure)) if math.isfinite(sure) else None,
    )


def _tokens_ratio(evidence: PairedEvidence, limit: float, level: Level) -> RuleResult:
    """Test the mean of limit times the baseline's tokens less the candidate's, pair by pair, against zero."""
    baseline, candidate = evidence.tokens
    known = np.isfinite(baseline) & np.isfinite(candidate)
    n, fewest = int(np.sum(known)), max(2, math.ceil(_KNOWN * len(known)))
    if n < fewest:
        return _no_ratio("tokens_ratio", f"tokens are known of {n} in {len(known)}; {fewest} must be", limit, n, fewest)
    before, now = baseline[known], candidate[known]
    spare = bootstrap_t(
        [limit * before - now], level.alpha, level.alpha_block, resamples=level.resamples, seed=level.seed
    )[0]
    mean = math.fsum(before) / n
    ratio = math.fsum(now) / n / mean if mean else math.inf
    upper, lower = (limit - each / mean if mean else math.inf for each in (spare.lower, spare.upper))
    return RuleResult(
        name="tokens_ratio",
        kind="operations",
        outcome="pass" if spare.lower >= 0 else "inconclusive",
        detail=f"{ratio:.3g} times the baseline's tokens, at most {upper:.3g} times; limit {limit:g}",
        method="bootstrap-t",
        unit="ratio",
        bound="upper",
        estimate=_known(ratio),
        lower=_known(lower),
        upper=_known(upper),
        limit=limit,
        p=spare.p_harm,
        n=n,
    )


def _fixed(evidence: PairedEvidence, limits: OperationsSection) -> Iterator[RuleResult]:
    """Yield the limits that means are compared with as they stand: they are budgets, not properties of the model."""
    times = evidence.spent_s[1]
    machine = evidence.header.candidate.instance_count / evidence.header.concurrency
    times = times * machine if machine else times[:0]
    for name, values, limit, unit in (
        ("tokens", evidence.tokens[1], limits.tokens_per_conversation, "tokens"),
        ("gpu_seconds", times, limits.gpu_seconds_per_conversation, "s"),
    ):
        if limit is None:
            continue
        known = values[np.isfinite(values)]
        mean = math.fsum(known) / len(known) if len(known) and len(known) >= _KNOWN * len(values) else None
        told = f"known of {len(known)} in {len(values)}: too few" if mean is None else f"{mean:.4g} a conversation"
        kept: RuleOutcome = "pass" if mean is not None and mean <= limit else "fail"
        yield RuleResult(
            name=name,
            kind="operations",
            outcome="not_testable" if mean is None else kept,
            detail=f"{told}; limit {limit:g} {unit}",
            method="mean",
            unit=unit,
            bound="upper",
            estimate=mean,
            limit=limit,
            n=len(known),
        )


def _no_ratio(name: str, detail: str, limit: float, n: int, needed: int) -> RuleResult:
    return RuleResult(
        name=name,
        kind="operations",
        outcome="not_testable",
        detail=detail,
        unit="ratio",
        bound="upper",
        limit=limit,
        n=n,
        needed_n=needed,
    )


def _seconds(value: float) -> str:
    if math.isnan(value):
        return "unknown"
    return f"{value:.3g} s" if math.isfinite(value) else "infinite"


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
