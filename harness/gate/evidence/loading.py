"""From an evidence file to the view that a verdict is made from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from harness.gate.evidence.journal import digest_of, read_records
from harness.gate.evidence.paired import PairedEvidence, pair
from harness.gate.policy import GatePolicy

__all__ = ["load_anchor", "load_evidence", "load_for"]


def load_evidence(path: Path, *, truncated_fails: bool = True) -> PairedEvidence:
    """Return the paired view of an evidence file, read a line at a time; DataError where it is none.

    truncated_fails: whether an answer that was cut off at its longest counts as none.
    """
    paired = pair(read_records(path), "", truncated_fails=truncated_fails)
    return replace(paired, digest=digest_of(path))


def load_for(policy: GatePolicy, path: Path) -> PairedEvidence:
    """Return the paired view of an evidence file as a policy reads it; DataError where it is none."""
    return load_evidence(path, truncated_fails=policy.answers.truncated == "failed")


def load_anchor(policy: GatePolicy, policy_file: Path) -> PairedEvidence | None:
    """Return the evidence that a policy pins, if any, at a path relative to the policy; DataError where it is none."""
    return load_for(policy, policy_file.parent / policy.anchor.evidence) if policy.anchor else None
