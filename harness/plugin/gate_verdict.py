"""The verdict behind the gate's tests, and what each test is to say of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from harness.gate.evidence.loading import load_anchor, load_for
from harness.gate.policy import load_policy
from harness.gate.report import words
from harness.gate.verdict.decide import decide
from harness.gate.verdict.verdict import Verdict

__all__ = ["Found", "found", "verdict_of"]


class Found(NamedTuple):
    """What a rule came to, as a test."""

    weight: Literal["passed", "failed", "skipped", "error"]
    said: str
    inconclusive: bool
    warned: bool


def verdict_of(policy_file: Path, evidence_file: Path) -> Verdict:
    """Return the verdict of today; SpecError and DataError say why there is none."""
    policy = load_policy(policy_file)
    evidence, anchor = load_for(policy, evidence_file), load_anchor(policy, policy_file)
    return decide(evidence, policy, today=date.today(), anchor=anchor)


def found(rule: str, verdict: Verdict) -> Found:
    """Return what one rule came to; "verdict" is the whole."""
    if rule == "verdict":
        said = "\n".join((f"{verdict.outcome}: {words.explanation(verdict)}", *verdict.reasons))
        weight: Literal["passed", "failed"] = "passed" if words.promotes(verdict) else "failed"
        return Found(weight, said, verdict.outcome == "INCONCLUSIVE", verdict.outcome == "PROMOTE_WARN")
    result = next(each for each in verdict.rules if each.name == rule)
    said = f"{words.RULE_OUTCOMES[result.outcome]}: {result.detail}"
    shows_nothing, warned = result.outcome == "inconclusive", result.outcome in ("warn", "waived")
    return Found(words.weight(result.outcome, verdict), said, shows_nothing, warned)
