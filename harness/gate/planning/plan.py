"""How likely a policy promotes a candidate that is as good as the baseline, by the number of conversations.

All in the normal approximation and as if rules passed independently of each other; where they hang together, more
pass. `harness gate calibrate` measures the same on scores of one's own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy import special

from harness.errors import SpecError, UsageError
from harness.gate.policy import GatePolicy
from harness.gate.policy.sections import Kind, OperationsSection, PrimarySection
from harness.gate.statistics.clopper_pearson import most_events, trials_for
from harness.gate.statistics.pocock import nominal
from harness.gate.statistics.power import conversations_for, look_power, power_of
from harness.gate.statistics.quantiles import fewest_times
from harness.gate.statistics.searching import first_enough
from harness.gate.verdict.sample_size import fewest_conversations

__all__ = ["Plan", "PlannedRule", "Spread", "plan", "refuse_if_underpowered"]

_MOST = 1_000_000
_P95_ERROR = math.sqrt(2 * 0.95 * 0.05) * math.sqrt(2 * math.pi) * math.exp(special.ndtri(0.95) ** 2 / 2)
"""Standard error of the logarithm of a ratio of two 95th percentiles of log-normal times: this, by their standard
deviation and the root of their number."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How much a metric's differences scatter: their standard deviation, and whether they are 0 and 1.

    width: of the range of a continuous metric's scores.
    """

    sd: float
    kind: Kind
    width: float = 1.0

    def fewest(self, margin: float, alpha: float) -> int | None:
        """Return how many conversations a margin takes at least; None when no number does."""
        return fewest_conversations(margin, None if self.kind == "binary" else self.width, alpha)


@dataclass(frozen=True, slots=True)
class PlannedRule:
    """One rule. needed: conversations for the policy's power. power: at the number planned with, None without one.

    assumed: what was counted with, in words.
    """

    name: str
    assumed: str
    needed: int | None
    power: float | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a policy takes. needed: conversations for all rules together. expected: how many are asked on average, of
    two looks, when candidate and baseline are alike. power: of all rules at `conversations`.
    """

    rules: tuple[PlannedRule, ...]
    conversations: int | None
    needed: int | None
    power: float | None
    expected: float | None
    looks: int
    wanted: float


def plan(policy: GatePolicy, conversations: int | None = None, spreads: Mapping[str, Spread] | None = None) -> Plan:
    """Return what the policy takes; `conversations` instead of what it says itself.

    spreads: by primary, measured on evidence; without one the policy's assumption counts. SpecError when there is none.
    """
    n = conversations or policy.decision.conversations
    known = {each.metric: _spread(each, spreads or {}) for each in policy.primary}
    needed = _needed(policy, known)
    decision = policy.decision
    expected = None
    if n is not None:
        first = _together(policy, known, n // 2, first_look=True)
        expected = n - (n - n // 2) * first if decision.looks == 2 else float(n)
    return Plan(
        rules=tuple(_rules(policy, known, n)),
        conversations=n,
        needed=needed,
        power=None if n is None else _together(policy, known, n),
        expected=expected,
        looks=decision.looks,
        wanted=decision.power,
    )


def refuse_if_underpowered(made: Plan) -> None:
    """Raise UsageError when the conversations that are planned with cannot reach the power that the policy wants."""
    if made.power is None or made.power >= made.wanted:
        return
    needed = "more than a million" if made.needed is None else f"{made.needed}"
    raise UsageError(
        "the policy cannot reach its power with these conversations",
        where="decision.conversations",
        got=f"{made.conversations}, which show that a model is as good with probability {made.power:.2f}",
        expected=f"{needed} conversations for a probability of {made.wanted:g}",
        remedy="Add conversations, widen a margin, ask each one several times, or drop a primary.",
    )


def _spread(primary: PrimarySection, measured: Mapping[str, Spread]) -> Spread:
    if primary.metric in measured:
        found = measured[primary.metric]
        return Spread(found.sd, primary.kind or found.kind, found.width)
    if primary.assumed_discordance is not None:
        return Spread(math.sqrt(primary.assumed_discordance), primary.kind or "binary")
    if primary.assumed_sd is not None:
        return Spread(primary.assumed_sd, primary.kind or "continuous")
    raise SpecError(
        f"nothing is known of how much {primary.metric} scatters",
        where="primary",
        expected="assumed_sd, assumed_discordance, or evidence to measure it on",
        remedy="Add one to the policy, or give --evidence of an earlier comparison.",
    )


def _rules(policy: GatePolicy, known: Mapping[str, Spread], n: int | None) -> list[PlannedRule]:
    decision, limits = policy.decision, policy.operations
    level = nominal(decision.alpha, decision.looks)
    rules = []
    for each in policy.primary:
        spread = known[each.metric]
        margin = each.margin_for(spread.kind)
        assumed = f"margin {margin:g}, differences scatter by {spread.sd:.3g}"
        needed = conversations_for(spread.sd, margin, decision.alpha, decision.power, decision.looks)
        fewest = spread.fewest(margin, level)
        needed = None if needed is None or fewest is None else max(needed, fewest)
        rules.append(PlannedRule(each.metric, assumed, needed, _primary(policy, each, spread, n)))
    for name, assumed, needed, power in (
        ("error_rate", f"limit {limits.error_rate:.3g}, {limits.assumed_error_rate:.3g} fail", *_errors(policy, n)),
        ("latency_p95_ratio", _latency_in_words(policy), *_latency(policy, n)),
    ):
        if name not in limits.off:
            rules.append(PlannedRule(name, assumed, needed, power))
    for name, share, limit in _absolute(limits):
        if limit is not None:
            fewest = fewest_times(share, level)
            power = None if n is None else float(n >= fewest)
            rules.append(PlannedRule(name, f"limit {limit:g} s, none is slower", fewest, power))
    return rules


def _primary(
    policy: GatePolicy, primary: PrimarySection, spread: Spread, n: int | None, first_look: bool = False
) -> float | None:
    if n is None:
        return None
    decision, margin = policy.decision, primary.margin_for(spread.kind)
    fewest = spread.fewest(margin, nominal(decision.alpha, decision.looks))
    if fewest is None or n < fewest:
        return 0.0
    if first_look:
        return look_power(n, spread.sd, margin, decision.alpha, decision.looks)
    return power_of(n, spread.sd, margin, decision.alpha, decision.looks)


def _errors(policy: GatePolicy, n: int | None) -> tuple[int | None, float | None]:
    limits, decision = policy.operations, policy.decision
    level = nominal(decision.alpha, decision.looks)
    needed = trials_for(limits.error_rate, limits.assumed_error_rate, level, decision.power)
    if n is None:
        return needed, None
    allowed = most_events(n, limits.error_rate, level)
    return needed, float(special.bdtr(allowed, n, limits.assumed_error_rate)) if allowed >= 0 else 0.0


def _latency(policy: GatePolicy, n: int | None) -> tuple[int | None, float | None]:
    limits, decision = policy.operations, policy.decision
    level = nominal(decision.alpha, decision.looks)
    fewest = fewest_times(0.95, level)
    if limits.assumed_latency_sd is None or limits.latency_p95_ratio <= 1:
        return fewest, None if n is None else float(n >= fewest)
    sd, margin = _P95_ERROR * limits.assumed_latency_sd, math.log(limits.latency_p95_ratio)
    needed = conversations_for(sd, margin, level, decision.power)
    power = None if n is None else power_of(n, sd, margin, level) * (n >= fewest)
    return None if needed is None else max(fewest, needed), power


def _latency_in_words(policy: GatePolicy) -> str:
    limits = policy.operations
    if limits.assumed_latency_sd is None:
        return f"limit {limits.latency_p95_ratio:g}, the fewest that can show it"
    return f"limit {limits.latency_p95_ratio:g}, times scatter by {limits.assumed_latency_sd:g} (of the logarithm)"


def _together(policy: GatePolicy, known: Mapping[str, Spread], n: int, first_look: bool = False) -> float:
    """Return the probability that all rules pass at once, as if they were independent."""
    powers: list[float | None] = [_primary(policy, each, known[each.metric], n, first_look) for each in policy.primary]
    return math.prod(each for each in (*powers, *_limits(policy, n)) if each is not None)


def _limits(policy: GatePolicy, n: int) -> Sequence[float | None]:
    off, limits = policy.operations.off, policy.operations
    level = nominal(policy.decision.alpha, policy.decision.looks)
    return [
        None if "error_rate" in off else _errors(policy, n)[1],
        None if "latency_p95_ratio" in off else _latency(policy, n)[1],
        *(float(n >= fewest_times(share, level)) for _, share, limit in _absolute(limits) if limit is not None),
        float(n >= policy.decision.min_conversations),
    ]


def _absolute(limits: OperationsSection) -> list[tuple[str, float, float | None]]:
    return [("latency_p95", 0.95, limits.latency_p95_s), ("latency_p99", 0.99, limits.latency_p99_s)]


def _needed(policy: GatePolicy, known: Mapping[str, Spread]) -> int | None:
    """Return how many conversations give all rules together the power; None beyond a million."""
    return first_enough(lambda n: _together(policy, known, n) >= policy.decision.power, start=2, most=_MOST)
