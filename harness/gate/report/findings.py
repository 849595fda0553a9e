"""Why the verdict is what it is, in plain words: a sentence for each rule that it hangs on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from harness.gate.policy import GatePolicy
from harness.gate.report import words
from harness.gate.verdict.reasons import keeps_back
from harness.gate.verdict.verdict import Outcome, RuleOutcome, RuleResult, Verdict

__all__ = ["findings"]

_DECISIVE: Mapping[Outcome, tuple[RuleOutcome, ...]] = {
    "PROMOTE": ("waived", "warn"),
    "PROMOTE_WARN": ("waived", "warn"),
    "BLOCK": ("fail",),
    "INCONCLUSIVE": ("inconclusive", "not_testable"),
    "INVALID": ("invalid",),
}

_MOST_SLICES = 3


def findings(verdict: Verdict, policy: GatePolicy) -> tuple[str, ...]:
    """Return what a reader must know of the rules that the verdict hangs on; their numbers are in verdict.json."""
    decisive = _DECISIVE[verdict.outcome]
    ranked = sorted(verdict.rules, key=lambda rule: list(words.KINDS).index(rule.kind))
    told = [rule for rule in ranked if rule.outcome in decisive and _counts(rule, policy)]
    whole = [_SENTENCES[rule.outcome](rule) for rule in told if rule.kind != "slice"]
    return *whole, *_of_slices([rule for rule in told if rule.kind == "slice"]), *_of_the_whole(verdict)


def _counts(rule: RuleResult, policy: GatePolicy) -> bool:
    return rule.outcome not in ("inconclusive", "not_testable") or keeps_back(rule, policy)


def _of_slices(rules: Sequence[RuleResult]) -> Iterator[str]:
    """Yield a sentence for each slice, or, where they are many, for each metric."""
    if len(rules) <= _MOST_SLICES:
        yield from (_SENTENCES[rule.outcome](rule) for rule in rules)
        return
    for metric in dict.fromkeys(rule.metric for rule in rules):
        parts = [rule.slice for rule in rules if rule.metric == metric]
        more = f" and {len(parts) - _MOST_SLICES} more" if len(parts) > _MOST_SLICES else ""
        outcome = next(words.RULE_OUTCOMES[rule.outcome] for rule in rules if rule.metric == metric)
        yield f"{metric} in slices: {outcome} for {', '.join(parts[:_MOST_SLICES])}{more}."


def _of_the_whole(verdict: Verdict) -> Iterator[str]:
    if verdict.outcome == "INCONCLUSIVE":
        if not verdict.tipping.agree:
            yield "The answer hangs on what the failed answers would have been."
        if verdict.look < verdict.looks:
            yield f"This was look {verdict.look} of {verdict.looks}: score more conversations and decide once more."


def _failed(rule: RuleResult) -> str:
    if rule.kind == "hard":
        return _detailed(rule)
    if rule.bound == "lower":
        found, least = _loss(rule.estimate), _loss(rule.upper)
        return f"{_subject(rule)} is worse by {found}, surely by {least} or more{_allowed(rule)}."
    found, least = (words.quantity(each, rule.unit) for each in (rule.estimate, rule.lower))
    surely = f", surely {least} or more" if rule.lower is not None else ""
    return f"{rule.name} is {found}{surely}; it may be {words.quantity(rule.limit, rule.unit)}."


def _warned(rule: RuleResult) -> str:
    if rule.bound == "lower":
        within = words.tick(-(rule.limit or 0.0))
        return f"{_subject(rule)} is worse by {_loss(rule.estimate)}, and surely by less than {within}."
    return _detailed(rule)


def _open(rule: RuleResult) -> str:
    if rule.lower is None and rule.upper is None:
        return _detailed(rule)
    needed = rule.needed_n or 0
    counted = "answers" if rule.unit in ("s", "ratio") else "conversations"
    tells = f" About {words.count(needed)} {counted} would tell." if needed > (rule.n or 0) else ""
    if rule.bound == "lower":
        worst = f"may be worse by {_loss(rule.lower)}" if rule.lower is not None else "may be worse by any amount"
        return f"{_subject(rule)} {worst}{_allowed(rule)}.{tells}"
    most = words.quantity(rule.upper, rule.unit)
    worst = f"may be as high as {most}" if rule.upper is not None else "may be of any size"
    return f"{rule.name} {worst}; it may be {words.quantity(rule.limit, rule.unit)}.{tells}"


def _detailed(rule: RuleResult) -> str:
    return f"{rule.name.removeprefix('precondition:')}: {rule.detail}."


def _subject(rule: RuleResult) -> str:
    against = ", against the anchor," if rule.kind == "anchor" else ""
    part = f" of {rule.slice}" if rule.slice else ""
    return f"{rule.metric or rule.name}{part}{against}"


def _allowed(rule: RuleResult) -> str:
    return f"; the margin is {words.tick(-rule.limit)}" if rule.limit else ""


def _loss(value: float | None) -> str:
    return words.quantity(None if value is None else -value, "score")


_SENTENCES: Mapping[RuleOutcome, Callable[[RuleResult], str]] = {
    "fail": _failed,
    "warn": _warned,
    "inconclusive": _open,
    "not_testable": _detailed,
    "invalid": _detailed,
    "waived": _detailed,
}
