"""Whether requests show that an endpoint works: errors and latency against the policy's limits. Pure.

Each limit has three outcomes: shown to be kept, shown to be broken, neither. Over the whole ladder a sound candidate is
sent back for harm with probability `alpha_block` at most: it is divided among all tests of all rungs and looks. A rung
holds only if every limit is shown to be kept, so a bad one passes it with probability `alpha` at most.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from harness.gate.policy import GatePolicy
from harness.gate.rollout.ladder import Rung
from harness.gate.rollout.records import Observed, Stream
from harness.gate.statistics.clopper_pearson import fewest_trials, p_above, upper_bound
from harness.gate.statistics.quantiles import fewest_times, quantile_bounds, ratio_bounds

__all__ = ["Finding", "Limits", "alarm", "alarming", "judge", "limits_of", "requests_needed", "streams_of"]

_WATCHED: tuple[Stream, ...] = ("candidate", "endpoint")
"""Whose errors count: the candidate's, asked by name, and what callers of the endpoint get, whoever answers."""

_P95 = 0.95


@dataclass(frozen=True, slots=True)
class Limits:
    """What must be kept, and how sure to be. quantiles: of the candidate's times, as share and seconds.

    p95_ratio: the candidate's 95th percentile by the baseline's. alpha: of a limit that is shown to be kept, at one
    look; alpha_harm: of one that is shown to be broken, over all looks at it on one rung.
    """

    error_rate: float | None
    quantiles: tuple[tuple[float, float], ...]
    p95_ratio: float | None
    alpha: float
    alpha_harm: float
    looks: int
    resamples: int
    seed: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What the requests show about one limit."""

    name: str
    outcome: Literal["kept", "broken", "open"]
    detail: str

    def __str__(self) -> str:
        return f"{self.name}: {self.detail}"


def limits_of(policy: GatePolicy, rungs: Sequence[Rung]) -> Limits:
    """Return the limits of a policy's table `operations`, and how sure each test on a ladder must be."""
    section, decision, looks = policy.operations, policy.decision, policy.rollout.looks
    named = ((0.5, section.latency_p50_s), (_P95, section.latency_p95_s), (0.99, section.latency_p99_s))
    quantiles = tuple((share, limit) for share, limit in named if limit is not None)
    error_rate = None if "error_rate" in section.off else section.error_rate
    ratio = None if "latency_p95_ratio" in section.off else section.latency_p95_ratio
    tests = len(_WATCHED) * (error_rate is not None) + len(quantiles) + (ratio is not None)
    watched = sum(rung.watched for rung in rungs)
    return Limits(
        error_rate,
        quantiles,
        ratio,
        alpha=decision.alpha / looks,
        alpha_harm=decision.alpha_block / max(1, tests * watched),
        looks=looks,
        resamples=decision.resamples,
        seed=decision.seed,
    )


def streams_of(limits: Limits) -> tuple[Stream, ...]:
    """Return who must be asked: the baseline only where the candidate is compared with it."""
    return ("endpoint", "candidate") if limits.p95_ratio is None else ("endpoint", "baseline", "candidate")


def requests_needed(limits: Limits) -> int:
    """Return how many requests can show at best that the limits are kept."""
    needed = [fewest_times(share, limits.alpha) for share, _ in limits.quantiles]
    if limits.error_rate is not None:
        needed.append(fewest_trials(limits.error_rate, limits.alpha) or 0)
    return max(needed, default=1)


def judge(seen: Sequence[Observed], limits: Limits) -> tuple[Finding, ...]:
    """Return what the requests on a rung show about each limit."""
    return (*_errors(seen, limits), *_times(seen, limits), *_ratio(seen, limits))


def alarm(seen: Sequence[Observed], limits: Limits) -> Finding | None:
    """Return the harm that the errors so far show, looked for whenever there is another one; None while they do not.

    A candidate that answers nothing is found out by its second or third request.
    """
    if limits.error_rate is None or not seen or not seen[-1].failed or seen[-1].stream not in _WATCHED:
        return None
    stream = seen[-1].stream
    failed, asked = _counts(seen, stream)
    if not alarming(failed, asked, limits):
        return None
    p = p_above(failed, asked, limits.error_rate)
    return Finding(f"{stream} errors", "broken", _told_errors(failed, asked, limits.error_rate, f"p {p:.2g}"))


def alarming(failed: int, asked: int, limits: Limits) -> bool:
    """Return whether so many errors show harm before a look is due.

    The j-th error is tested at a 2^j-th of half of `alpha_harm`, so that any number of errors costs no more than that.
    """
    limit = limits.error_rate
    return limit is not None and p_above(failed, asked, limit) <= limits.alpha_harm / 2 / 2.0**failed


def _errors(seen: Sequence[Observed], limits: Limits) -> Iterator[Finding]:
    if limits.error_rate is None:
        return
    for stream in _WATCHED:
        failed, asked = _counts(seen, stream)
        upper = upper_bound(failed, asked, limits.alpha)
        p = p_above(failed, asked, limits.error_rate)
        harm = p <= limits.alpha_harm / 2 / limits.looks
        kept = upper <= limits.error_rate
        detail = _told_errors(failed, asked, limits.error_rate, f"at most {upper:.2%} of all")
        yield Finding(f"{stream} errors", "broken" if harm else "kept" if kept else "open", detail)


def _times(seen: Sequence[Observed], limits: Limits) -> Iterator[Finding]:
    times = _latencies(seen, "candidate")
    for share, limit in limits.quantiles:
        found = quantile_bounds(times, share, limit, limits.alpha)
        harm = found.p_harm <= limits.alpha_harm / limits.looks
        kept = found.upper <= limit
        name = f"latency p{100 * share:g}"
        detail = f"{_seconds(found.estimate)}, at most {_seconds(found.upper)}, limit {_seconds(limit)}"
        yield Finding(name, "broken" if harm else "kept" if kept else "open", detail)


def _ratio(seen: Sequence[Observed], limits: Limits) -> Iterator[Finding]:
    limit = limits.p95_ratio
    if limit is None:
        return
    name, baseline, candidate = "latency p95 ratio", _latencies(seen, "baseline"), _latencies(seen, "candidate")
    if not len(baseline) or not len(candidate):
        yield Finding(name, "open", "nothing to compare")
        return
    harm_at = limits.alpha_harm / limits.looks
    found = ratio_bounds(
        baseline,
        candidate,
        _P95,
        limit,
        limits.alpha,
        alpha_harm=harm_at,
        resamples=limits.resamples,
        seed=limits.seed,
    )
    kept = found.upper <= limit
    harm = found.lower > limit
    detail = f"{found.estimate:.2f}, at most {found.upper:.2f}, limit {limit:g}"
    yield Finding(name, "broken" if harm else "kept" if kept else "open", detail)


def _counts(seen: Sequence[Observed], stream: Stream) -> tuple[int, int]:
    mine = [each.failed for each in seen if each.stream == stream]
    return sum(mine), len(mine)


def _latencies(seen: Sequence[Observed], stream: Stream) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the times of a stream; a request that failed took for ever, or failing fast would look good."""
    mine = [math.inf if each.failed else each.latency_s for each in seen if each.stream == stream]
    return np.array(mine, dtype=np.float64)


def _told_errors(failed: int, asked: int, limit: float, bound: str) -> str:
    return f"{failed} of {asked} requests, {bound}, limit {limit:.2%}"


def _seconds(value: float) -> str:
    return f"{value:.3g} s" if math.isfinite(value) else "not bounded"
