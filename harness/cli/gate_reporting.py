"""What `harness gate decide` writes beside verdict.json, and how it says what could not be written."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.text import Text

from harness.cli.failures import show_error
from harness.cli.screen import screens
from harness.errors import DataError
from harness.gate.evidence.paired import PairedEvidence
from harness.gate.heldout.lines import sha256_of
from harness.gate.policy import GatePolicy
from harness.gate.report import ErrorRate, add_step_summary, gather, write_reports
from harness.gate.verdict.verdict import Verdict

__all__ = ["place_of", "report"]

_STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
"""The file that GitHub Actions shows below a run."""


def report(
    verdict: Verdict,
    policy: GatePolicy,
    evidence: PairedEvidence,
    evidence_file: Path,
    folder: Path,
    *,
    held_out: str = "",
    rates: Sequence[ErrorRate] = (),
    environ: Mapping[str, str] = os.environ,
) -> None:
    """Write every report of a verdict; what could not be made is said on stderr.

    held_out: of `place_of`. rates: of the policy itself. EnvironmentMissing when a file cannot be written.
    """
    facts = gather(verdict, policy, evidence, evidence_file, held_out=held_out, rates=rates)
    _, problems = write_reports(facts, folder)
    _, errors = screens()
    for problem in problems:
        show_error(problem, errors)
    step = environ.get(_STEP_SUMMARY)
    if step and not add_step_summary(facts, Path(step)):
        errors.print(Text("The step's summary has no room left for this one; summary.md has it."), soft_wrap=True)


def place_of(held_out: Path | None, evidence: PairedEvidence) -> str:
    """Return where the held-out file is, from here; DataError when it is none, or not the one that was scored."""
    if held_out is None:
        return ""
    found = sha256_of(held_out)
    if found != evidence.header.held_out.sha256:
        raise DataError(
            "this is not the held-out file that was scored, so its lines are others",
            where=str(held_out),
            got=found,
            expected=f"sha256 {evidence.header.held_out.sha256}",
            remedy="Name the file as it was scored, or leave --held-out away: its name then stands in sarif.json.",
        )
    here = Path.cwd()
    return (held_out.resolve().relative_to(here) if held_out.resolve().is_relative_to(here) else held_out).as_posix()
