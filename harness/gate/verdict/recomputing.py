"""A recorded verdict computed again."""

from __future__ import annotations

from datetime import date

from harness.gate.evidence.paired import PairedEvidence
from harness.gate.policy import GatePolicy
from harness.gate.verdict.decide import decide
from harness.gate.verdict.document import first_difference, verdict_bytes
from harness.gate.verdict.verdict import Verdict

__all__ = ["difference_of"]


def difference_of(
    recorded: Verdict, content: bytes, evidence: PairedEvidence, policy: GatePolicy, anchor: PairedEvidence | None
) -> str:
    """Decide as on the recorded day, and return the first difference from its document `content`; "" when equal."""
    today = date.fromisoformat(recorded.decided)
    computed = decide(evidence, policy, today=today, anchor=anchor, versions=recorded.versions)
    return first_difference(content, verdict_bytes(computed))
