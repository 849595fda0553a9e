"""All that the outputs are made from, gathered once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.gate.evidence.paired import PairedEvidence
from harness.gate.policy import GatePolicy
from harness.gate.report.regressions import Regression, regressions
from harness.gate.report.texts import Asked, read_texts
from harness.gate.verdict.verdict import Verdict

__all__ = ["MOST_SHOWN", "ErrorRate", "ReportFacts", "gather"]

MOST_SHOWN = 20
"""Regressions that are shown with their texts; sarif.json names them all, up to what its readers take."""


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """How often the policy itself comes to each end, measured on candidates of which the truth is known.

    truth: such as "alike" or "worse by the margin". promote, block, inconclusive: shares. conversations: the mean.
    policy_sha256: of the policy that it was measured for.
    """

    truth: str
    promote: float
    block: float
    inconclusive: float
    conversations: float
    runs: int
    policy_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """A verdict with what it was made from. texts: of the worst regressions, by id. note: stands above everything.

    held_out: where the held-out file is, as a reader of sarif.json finds it: from the root of its repository.
    """

    verdict: Verdict
    policy: GatePolicy
    evidence: PairedEvidence
    regressions: tuple[Regression, ...]
    texts: Mapping[str, Asked]
    held_out: str
    rates: tuple[ErrorRate, ...] = ()
    note: str = ""

    @property
    def worst(self) -> tuple[Regression, ...]:
        """The regressions that are shown with their texts."""
        return self.regressions[:MOST_SHOWN]


def gather(
    verdict: Verdict,
    policy: GatePolicy,
    evidence: PairedEvidence,
    evidence_file: Path,
    *,
    held_out: str = "",
    rates: Iterable[ErrorRate] = (),
    note: str = "",
) -> ReportFacts:
    """Return what there is to report; the evidence file is read once more, for the texts of the worst regressions."""
    found = regressions(evidence, policy)
    texts = read_texts(evidence_file, [each.id for each in found[:MOST_SHOWN]])
    return ReportFacts(
        verdict=verdict,
        policy=policy,
        evidence=evidence,
        regressions=found,
        texts=texts,
        held_out=held_out or evidence.header.held_out.name,
        rates=tuple(rates),
        note=note,
    )
