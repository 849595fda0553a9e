"""sarif.json: each conversation that got worse, at its line of the held-out file (SARIF 2.1.0, an OASIS standard)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from harness.gate.report import words
from harness.gate.report.facts import ReportFacts
from harness.gate.report.regressions import Regression
from harness.gate.verdict.verdict import RuleResult, Verdict

__all__ = ["MOST_RESULTS", "sarif"]

MOST_RESULTS = 5_000
"""GitHub's code scanning shows no more of one run (docs.github.com, SARIF results exceed limits)."""

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif(facts: ReportFacts) -> bytes:
    """Return the regressions, the worst first, as a SARIF log with one run; the gate's rules are its rules."""
    verdict = facts.verdict
    rules = {rule.name: rule for rule in verdict.rules}
    named = [*rules, *sorted({_rule(each) for each in facts.regressions} - rules.keys())]
    run = {
        "tool": {"driver": _driver(verdict, named, rules)},
        "automationDetails": {"id": "harness-gate/"},
        "invocations": [_invocation(facts)],
        "artifacts": [{"location": {"uri": _uri(facts)}, "hashes": {"sha-256": verdict.held_out_sha256}}],
        "columnKind": "unicodeCodePoints",
        "properties": _provenance(verdict),
        "results": [_result(each, named, rules, facts) for each in facts.regressions[:MOST_RESULTS]],
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _driver(verdict: Verdict, named: Sequence[str], rules: Mapping[str, RuleResult]) -> dict[str, Any]:
    driver: dict[str, Any] = {"name": "harness gate", "rules": [_descriptor(name, rules.get(name)) for name in named]}
    version = verdict.versions.get("azureml-acceptance-harness")
    return {**driver, "version": version} if version else driver


def _descriptor(name: str, rule: RuleResult | None) -> dict[str, Any]:
    if rule is None:
        said = f"{name}, conversation by conversation."
        return {
            "id": name,
            "shortDescription": {"text": name},
            "fullDescription": {"text": said},
            "help": {"text": said},
        }
    outcome = words.RULE_OUTCOMES[rule.outcome]
    return {
        "id": name,
        "shortDescription": {"text": f"{words.KINDS[rule.kind]}: {name}"},
        "fullDescription": {"text": f"{outcome}: {rule.detail}" if rule.detail else outcome},
        "help": {"text": f"{name} {outcome}. A result is a conversation that the candidate does worse on."},
        "properties": {"kind": rule.kind, "outcome": rule.outcome, "tags": ["gate", rule.kind]},
    }


def _result(
    regression: Regression, named: Sequence[str], rules: Mapping[str, RuleResult], facts: ReportFacts
) -> dict[str, Any]:
    name, place = _rule(regression), {"uri": _uri(facts), "index": 0}
    return {
        "ruleId": name,
        "ruleIndex": named.index(name),
        "level": _level(regression, rules.get(name), facts.verdict),
        "message": {"text": f"{'; '.join(regression.sentences)}."},
        "locations": [{"physicalLocation": {"artifactLocation": place, "region": {"startLine": regression.line}}}],
        "partialFingerprints": {"conversationId/v1": regression.id},
    }


def _rule(regression: Regression) -> str:
    return regression.faults[0] if regression.faults else regression.worst.metric


def _level(regression: Regression, rule: RuleResult | None, verdict: Verdict) -> str:
    if regression.faults or (rule is not None and rule.outcome == "fail"):
        return "error"
    return "note" if words.promotes(verdict) else "warning"


def _uri(facts: ReportFacts) -> str:
    return quote(facts.held_out.replace("\\", "/"))


def _invocation(facts: ReportFacts) -> dict[str, Any]:
    verdict = facts.verdict
    left_out = len(facts.regressions) - MOST_RESULTS
    said = f"{left_out} more conversations got worse, each less than these; a reader of SARIF takes no more."
    notes = [{"level": "note", "message": {"text": said}}] if left_out > 0 else []
    return {
        "executionSuccessful": verdict.outcome != "INVALID",
        "exitCode": verdict.exit_code,
        "exitCodeDescription": f"{verdict.outcome}: {words.explanation(verdict)}",
        "toolExecutionNotifications": notes,
    }


def _provenance(verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict": verdict.outcome,
        "candidate": verdict.candidate.model,
        "candidateDigest": verdict.candidate.digest,
        "baseline": verdict.baseline.model,
        "evidenceSha256": verdict.evidence_sha256,
        "policySha256": verdict.policy_sha256,
    }
