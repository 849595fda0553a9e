"""From an evidence file to the view that a verdict is made from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from harness.gate.evidence.journal import digest_of, read_records
from harness.gate.evidence.paired import PairedEvidence, pair

__all__ = ["load_evidence"]


def load_evidence(path: Path, *, truncated_fails: bool = True) -> PairedEvidence:
    """Return the paired view of an evidence file, read a line at a time; DataError where it is none.

    truncated_fails: whether an answer that was cut off at its longest counts as none.
    """
    paired = pair(read_records(path), "", truncated_fails=truncated_fails)
    return replace(paired, digest=digest_of(path))
