"""statement.intoto.json: what a verifier of attestations reads."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from report_case import report_facts

from harness.errors import DataError
from harness.gate.report.statement import statement
from harness.gate.verdict.verdict import Outcome, RuleOutcome, Verdict

_VERDICT = report_facts(60).verdict


def _with(outcome: Outcome, *outcomes: RuleOutcome) -> Verdict:
    rules = tuple(replace(_VERDICT.rules[0], name=each, outcome=each) for each in outcomes)
    return replace(_VERDICT, outcome=outcome, rules=rules)


def _read(verdict: Verdict) -> dict[str, Any]:
    return dict(json.loads(statement(verdict)))


def test_the_statement_is_about_the_candidate() -> None:
    """Its one subject is the candidate by the digest of its files; it has the types of Statement v1 and test-result."""
    found = _read(_VERDICT)

    assert (found["_type"], found["predicateType"]) == (
        "https://in-toto.io/Statement/v1",
        "https://in-toto.io/attestation/test-result/v0.1",
    )
    assert found["subject"] == [{"name": "phi-3-mini-support:12", "digest": {"sha256": _VERDICT.candidate.digest}}]


def test_what_it_was_made_from_is_named_by_digest() -> None:
    """Policy, evidence, held-out conversations and baseline can be told from all others."""
    found = {each["name"]: each["digest"]["sha256"] for each in _read(_VERDICT)["predicate"]["configuration"]}

    assert found == {
        "policy": _VERDICT.policy_sha256,
        "evidence": _VERDICT.evidence_sha256,
        "held-out: held-out.jsonl": _VERDICT.held_out_sha256,
        "baseline: phi-3-mini-support:11": _VERDICT.baseline.digest,
    }


@pytest.mark.parametrize(
    ("verdict", "result"),
    [
        (_with("PROMOTE", "pass"), "PASSED"),
        (_with("PROMOTE", "pass", "not_testable"), "WARNED"),
        (_with("PROMOTE_WARN", "warn"), "WARNED"),
        (_with("BLOCK", "fail"), "FAILED"),
        (_with("INCONCLUSIVE", "pass"), "FAILED"),
        (_with("INVALID", "invalid"), "FAILED"),
    ],
)
def test_only_what_may_be_promoted_has_passed(verdict: Verdict, result: str) -> None:
    """Who reads the result alone never promotes what the gate did not."""
    found = _read(verdict)["predicate"]

    assert (found["result"], found["gateVerdict"]) == (result, verdict.outcome)


def test_every_rule_is_in_one_list() -> None:
    """Rules passed, warned or failed; one that shows nothing is a warning only beside a promotion."""
    outcomes: tuple[RuleOutcome, ...] = ("pass", "warn", "waived", "not_testable", "fail", "invalid", "inconclusive")
    blocked, promoted = (_read(_with(each, *outcomes))["predicate"] for each in ("BLOCK", "PROMOTE"))

    assert blocked["passedTests"] == ["pass"]
    assert blocked["warnedTests"] == ["warn", "waived", "not_testable"]
    assert blocked["failedTests"] == ["fail", "invalid", "inconclusive"]
    assert "inconclusive" in promoted["warnedTests"]


@pytest.mark.parametrize("digest", ["", "latest", "A" * 64, "sha256:" + "a" * 63])
def test_a_candidate_without_a_digest_is_refused(digest: str) -> None:
    """A statement that binds nothing is not made."""
    candidate = replace(_VERDICT.candidate, digest=digest)

    with pytest.raises(DataError, match="cannot be bound"):
        statement(replace(_VERDICT, candidate=candidate))
