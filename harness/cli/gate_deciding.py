"""`harness gate decide` and `verify`: read evidence and policy, decide, write, tell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from rich.text import Text

from harness.cli.gate_output import print_document, print_text
from harness.cli.gate_reporting import place_of, report
from harness.cli.gate_telling import show_verdict
from harness.cli.screen import Screen
from harness.errors import EnvironmentMissing
from harness.gate.evidence.loading import load_anchor, load_for
from harness.gate.policy import load_policy
from harness.gate.report.rates import rates_beside
from harness.gate.report.writing import REPORT
from harness.gate.verdict.decide import decide
from harness.gate.verdict.document import read_verdict, verdict_bytes
from harness.gate.verdict.recomputing import difference_of
from harness.gate.verdict.verdict import EXIT_CODES, Verdict
from harness.gate.verdict.versions import installed

__all__ = ["decide_and_show", "verify_and_show"]

_VERDICT_FILE = "verdict.json"


def decide_and_show(
    evidence_file: Path, policy_file: Path, folder: Path | None, held_out: Path | None, *, as_json: bool
) -> int:
    """Give the verdict of today, write it, report it, tell it, and return the exit code that stands for it."""
    policy = load_policy(policy_file)
    evidence, anchor = load_for(policy, evidence_file), load_anchor(policy, policy_file)
    place, rates = place_of(held_out, evidence), rates_beside(policy_file)
    verdict = decide(evidence, policy, today=date.today(), anchor=anchor)
    content = verdict_bytes(verdict)
    written = _write(folder or evidence_file.parent, content)
    report(verdict, policy, evidence, evidence_file, written.parent, held_out=place, rates=rates)
    if as_json:
        print_document(json.loads(content))
    else:
        print_text(lambda out: _show(verdict, written, out))
    return verdict.exit_code


def verify_and_show(verdict_file: Path, evidence_file: Path, policy_file: Path, *, as_json: bool) -> int:
    """Decide as on the recorded day, tell whether the same bytes come out, and return 0 or INVALID's exit code."""
    recorded, content = read_verdict(verdict_file)
    policy = load_policy(policy_file)
    evidence, anchor = load_for(policy, evidence_file), load_anchor(policy, policy_file)
    difference = difference_of(recorded, content, evidence, policy, anchor)
    here = installed()
    others = {name: f"{was}, here {here.get(name)}" for name, was in recorded.versions.items() if was != here.get(name)}
    found = {
        "verified": not difference,
        "outcome": recorded.outcome,
        "first_difference": difference,
        "other_versions": others,
    }
    if as_json:
        print_document(found)
    else:
        print_text(lambda out: _show_verified(recorded, difference, others, out))
    return EXIT_CODES["INVALID"] if difference else 0


def _show(verdict: Verdict, written: Path, out: Screen) -> None:
    show_verdict(verdict, out)
    out.print(Text(f"The report is in {written.with_name(REPORT)}, all else beside it"), soft_wrap=True)


def _show_verified(recorded: Verdict, difference: str, others: Mapping[str, str], out: Screen) -> None:
    said = f"does not follow from the evidence: {difference}" if difference else "follows from the evidence"
    out.print(Text(f"{recorded.outcome} {said}", style="bold red" if difference else "bold green"), soft_wrap=True)
    for name, versions in others.items():
        out.print(Text(f"  computed with {name} {versions}"), soft_wrap=True)


def _write(folder: Path, content: bytes) -> Path:
    path = folder / _VERDICT_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise EnvironmentMissing(
            "the verdict cannot be written",
            where=str(path),
            got=error.strerror or type(error).__name__,
            expected="a folder that can be written to, with enough space",
            remedy="Name another folder with --folder; the evidence is as it was.",
        ) from error
    return path
