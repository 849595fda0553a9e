"""summary.md: the verdict on one page of Markdown, bounded, and without what was asked or answered."""

from __future__ import annotations

from collections.abc import Iterator

from harness.gate.report import words
from harness.gate.report.facts import ReportFacts
from harness.gate.report.findings import findings
from harness.gate.report.markdown import code, escaped, fitted, table
from harness.gate.report.regressions import Regression
from harness.gate.verdict.verdict import RuleResult, SideIdentity, Verdict

__all__ = ["LIMIT", "summary"]

LIMIT = 900 * 1024
"""Bytes. GitHub drops a step's summary of more than 1 MiB, sometimes without a word."""


def summary(facts: ReportFacts, limit: int = LIMIT) -> str:
    """Return the summary, of `limit` bytes at most; "" where that is too few to say anything."""
    return fitted(_lines(facts), limit)


def _lines(facts: ReportFacts) -> Iterator[str]:
    verdict = facts.verdict
    shape = words.SHAPES[words.LOOKS_LIKE[verdict.outcome]]
    yield f"## {shape} {words.HEADLINES[verdict.outcome]}: {_side(verdict.candidate)}"
    yield ""
    if facts.note:
        yield f"> {escaped(facts.note)}"
        yield ""
    yield f"**{verdict.outcome}** over {_side(verdict.baseline)}. {escaped(words.explanation(verdict))}"
    yield ""
    yield from (f"- {escaped(found)}" for found in findings(verdict, facts.policy))
    yield from _titled("Rules", _rules(verdict))
    yield from _titled("Failed answers", _tipping(verdict))
    if verdict.waivers:
        yield from _titled("Waivers", _waivers(verdict))
    if facts.regressions:
        yield from _titled("The worst regressions", _worst(facts))
    yield from _titled("Requests", _requests(facts))
    yield from _titled("Provenance", _provenance(verdict))


def _titled(title: str, lines: Iterator[str]) -> Iterator[str]:
    yield ""
    yield f"### {title}"
    yield ""
    yield from lines


def _rules(verdict: Verdict) -> Iterator[str]:
    kinds = list(words.KINDS)
    rules = sorted(verdict.rules, key=lambda rule: (words.ORDER.index(rule.outcome), kinds.index(rule.kind)))
    held = [rule for rule in rules if rule.kind == "precondition" and rule.outcome == "pass"]
    heads = ("", "Rule", "Kind", "Estimate", "Bounds", "Limit", "n", "What was found")
    yield from table(heads, (_rule(rule) for rule in rules if rule not in held))
    yield ""
    yield f"{len(held)} preconditions passed as well."


def _rule(rule: RuleResult) -> tuple[str, ...]:
    estimate = words.quantity(rule.estimate, rule.unit, signed=rule.bound == "lower")
    return (
        f"{words.SHAPES[rule.outcome]} {words.RULE_OUTCOMES[rule.outcome]}",
        code(rule.name),
        rule.kind,
        estimate,
        words.bounds(rule),
        words.limit(rule),
        words.UNKNOWN if rule.n is None else words.count(rule.n),
        escaped(rule.detail),
    )


def _tipping(verdict: Verdict) -> Iterator[str]:
    tipping = verdict.tipping
    yield from table(
        ("Failed answers are", "The primaries say"),
        (("left out", tipping.drop), ("the worst score", tipping.zero), ("the worst for the candidate", tipping.worst)),
    )
    yield ""
    yield escaped(tipping.detail)


def _waivers(verdict: Verdict) -> Iterator[str]:
    heads = ("Waiver", "Rule", "Owner", "Approver", "Ends", "Used", "Reason", "")
    return table(
        heads,
        (
            (
                code(each.id),
                code(each.rule),
                escaped(each.owner),
                escaped(each.approver),
                each.expires,
                "yes" if each.used else "no",
                escaped(each.reason),
                escaped(each.detail),
            )
            for each in verdict.waivers
        ),
    )


def _worst(facts: ReportFacts) -> Iterator[str]:
    found = len(facts.regressions)
    which = "conversation" if found == 1 else "conversations"
    yield f"{words.count(found)} {which} lost more than a margin, or had an answer with a fault."
    yield ""
    yield from table(("Line", "Conversation", "What got worse"), map(_regression, facts.worst))


def _regression(regression: Regression) -> tuple[str, ...]:
    return str(regression.line), code(regression.id[:12]), escaped("; ".join(regression.sentences))


def _requests(facts: ReportFacts) -> Iterator[str]:
    evidence = facts.evidence
    sides = zip(("baseline", "candidate"), evidence.requests, evidence.failures, evidence.retried, strict=True)
    return table(
        ("", "Requests", "Failed", "Answered after another try"),
        (
            (role, words.count(asked), words.share(failed, asked), words.share(retried, asked))
            for role, asked, failed, retried in sides
        ),
    )


def _provenance(verdict: Verdict) -> Iterator[str]:
    facts = {
        "candidate": f"{_side(verdict.candidate)}, {code(verdict.candidate.digest)}",
        "baseline": f"{_side(verdict.baseline)}, {code(verdict.baseline.digest)}",
        "held-out conversations": f"{words.count(verdict.conversations)} of {code(verdict.held_out)}",
        "evidence": code(verdict.evidence_sha256),
        "policy": code(verdict.policy_sha256),
        "attempts": words.count(verdict.attempts),
        "look": f"{verdict.look} of {verdict.looks}",
        "decided": verdict.decided,
        "versions": ", ".join(f"{escaped(name)} {escaped(value)}" for name, value in verdict.versions.items()),
    }
    return table(("", ""), facts.items())


def _side(side: SideIdentity) -> str:
    return code(words.named(side))
