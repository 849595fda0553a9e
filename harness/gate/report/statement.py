"""statement.intoto.json: an in-toto statement that binds the verdict to the model it is about.

Statement v1 with the predicate test-result v0.1 (specification: in-toto/attestation, spec/predicates/test-result.md).
"""

from __future__ import annotations

import json
from typing import Any

from harness.errors import DataError
from harness.gate.report import words
from harness.gate.verdict.verdict import RuleOutcome, SideIdentity, Verdict

__all__ = ["statement"]

_PASSED: tuple[RuleOutcome, ...] = ("pass",)
_WARNED: tuple[RuleOutcome, ...] = ("warn", "waived", "not_testable")


def statement(verdict: Verdict) -> bytes:
    """Return the statement, unsigned; DataError when the candidate's digest is no sha256, for then nothing is bound.

    Where nothing is shown the result is FAILED: who reads it alone must not promote.
    """
    subject = {"name": words.named(verdict.candidate), "digest": {"sha256": _sha256(verdict.candidate)}}
    document = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [subject],
        "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
        "predicate": _predicate(verdict),
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")


def _predicate(verdict: Verdict) -> dict[str, Any]:
    promoted = words.promotes(verdict)
    rules = {rule.name: rule.outcome for rule in verdict.rules}
    warned = [name for name, outcome in rules.items() if outcome in _WARNED or (promoted and outcome == "inconclusive")]
    passed = [name for name, outcome in rules.items() if outcome in _PASSED]
    return {
        "result": _result(verdict, bool(warned)),
        "configuration": _configuration(verdict),
        "passedTests": passed,
        "warnedTests": warned,
        "failedTests": [name for name in rules if name not in {*passed, *warned}],
        "gateVerdict": verdict.outcome,
    }


def _result(verdict: Verdict, warned: bool) -> str:
    if not words.promotes(verdict):
        return "FAILED"
    return "WARNED" if warned or verdict.outcome == "PROMOTE_WARN" else "PASSED"


def _configuration(verdict: Verdict) -> list[dict[str, Any]]:
    """Name what the verdict was made from; what the gate has no digest of is left out."""
    digests = {
        "policy": verdict.policy_sha256,
        "evidence": verdict.evidence_sha256,
        f"held-out: {verdict.held_out}": verdict.held_out_sha256,
        f"baseline: {words.named(verdict.baseline)}": verdict.baseline.digest.removeprefix("sha256:"),
        "anchor": verdict.anchor_sha256,
    }
    return [{"name": name, "digest": {"sha256": digest}} for name, digest in digests.items() if digest]


def _sha256(side: SideIdentity) -> str:
    digest = side.digest.removeprefix("sha256:")
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise DataError(
            "the verdict cannot be bound to its model",
            where="statement.intoto.json",
            got=repr(side.digest),
            expected="the sha256 of the candidate's files, 64 hexadecimal digits",
            remedy="Score again: `harness gate score` takes the digest of the deployed model's files.",
        )
    return digest
