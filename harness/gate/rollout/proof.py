"""What a promotion goes by: verdict, policy and evidence, as their files say it, and the verdict computed again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from harness.errors import UsageError
from harness.gate.evidence.journal import read_records
from harness.gate.evidence.loading import load_anchor, load_for
from harness.gate.evidence.paired import PairedEvidence
from harness.gate.evidence.records import Conversation, Header
from harness.gate.heldout.reading import conversations, look_through
from harness.gate.policy import GatePolicy, load_policy
from harness.gate.scoring.plan import body_of
from harness.gate.verdict.document import read_verdict
from harness.gate.verdict.recomputing import difference_of
from harness.gate.verdict.verdict import Verdict

__all__ = ["Proof", "bodies_of", "read_proof"]

_MOST_BODIES = 1_000
"""Different requests that are kept in memory; a rung asks them over and over."""


@dataclass(frozen=True, slots=True)
class Proof:
    """recomputed: "" or the first difference between the recorded verdict and the one computed here."""

    verdict: Verdict
    policy: GatePolicy
    header: Header
    evidence_sha256: str
    recomputed: str


def read_proof(verdict_file: Path, policy_file: Path, evidence_file: Path) -> Proof:
    """Read all three and decide again, as on the recorded day; DataError and SpecError say which file is none."""
    policy = load_policy(policy_file)
    recorded, content = read_verdict(verdict_file)
    evidence, anchor = load_for(policy, evidence_file), load_anchor(policy, policy_file)
    return Proof(
        recorded, policy, evidence.header, evidence.digest, _difference(recorded, content, evidence, policy, anchor)
    )


def _difference(
    recorded: Verdict, content: bytes, evidence: PairedEvidence, policy: GatePolicy, anchor: PairedEvidence | None
) -> str:
    """Decide again, unless the digests differ: then it is known that something else would come out."""
    if (recorded.evidence_sha256, recorded.policy_sha256) != (evidence.digest, policy.digest):
        return ""
    return difference_of(recorded, content, evidence, policy, anchor)


def bodies_of(evidence_file: Path, prompts: Path | None, header: Header) -> tuple[bytes, ...]:
    """Return scoring requests: of held-out rows, or of the evidence's own conversations; UsageError without any.

    Answers are made with the evidence's own parameters.
    """
    found = conversations(look_through(prompts, duplicates="drop")) if prompts else _conversations(evidence_file)
    bodies = tuple(body_of(each, header.decoding) for each in islice(found, _MOST_BODIES))
    if not bodies:
        raise UsageError(
            "there is nothing to ask on the rungs",
            where=str(evidence_file),
            got="no conversations",
            expected="at least one",
            remedy="Name held-out rows with --prompts.",
        )
    return bodies


def _conversations(evidence_file: Path) -> Iterator[Conversation]:
    return (record for record in read_records(evidence_file) if isinstance(record, Conversation))
