"""`harness gate calibrate`: how often a policy errs on scores of one's own, and which faults it notices."""

from __future__ import annotations

import contextlib
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.cli.gate_doses import document_of, doses_of, show_doses
from harness.cli.gate_output import print_document, print_text
from harness.cli.screen import screens
from harness.gate.calibration.dose import DoseTest
from harness.gate.calibration.operating import Rates
from harness.gate.calibration.own_scores import Calibration, calibrate
from harness.gate.evidence.loading import load_for
from harness.gate.policy import load_policy

__all__ = ["calibrate_and_show"]

_ABOVE = 1


def calibrate_and_show(
    evidence_file: Path, policy_file: Path, runs: int, seed: int, *, doses: bool, as_json: bool
) -> int:
    """Measure, tell, and return 1 when a rate is above its limit, else 0. Progress goes to stderr."""
    policy = load_policy(policy_file)
    evidence = load_for(policy, evidence_file)
    _, errors = screens()

    def tell(text: str) -> None:
        with contextlib.suppress(OSError):
            errors.print(Text(text, style="dim"))

    dosed = doses_of(evidence, policy, evidence_file, policy_file, runs=runs, seed=seed, tell=tell) if doses else None
    found = calibrate(evidence, policy, runs=runs, seed=seed, tell=tell)
    if as_json:
        print_document({**asdict(found), "kept": found.kept, "doses": document_of(dosed) if dosed else None})
    else:
        print_text(lambda out: _show(found, dosed, out))
    return 0 if found.kept else _ABOVE


def _show(found: Calibration, dosed: DoseTest | None, console: Console) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("truth", "promote", "block", "inconclusive", "E[n]"):
        table.add_column(Text(title), justify="left" if title == "truth" else "right")
    for truth in found.truths:
        shares = [_share(truth.rates, each) for each in _shares(truth.rates)]
        table.add_row(Text(truth.name), *shares, f"{truth.rates.conversations:.0f}")
    runs = found.truths[0].rates.runs
    console.print(Text(f"{runs} comparisons of {found.conversations} conversations for each truth", style="bold"))
    console.print(Padding(table, (0, 0, 0, 2), expand=False))
    for name, rate, limit in (
        ("false-promote", found.false_promote, found.false_promote_limit),
        ("false-block", found.false_block, found.false_block_limit),
    ):
        style = "green" if rate <= limit else "bold red"
        console.print(Text(f"{name} {rate:.3f}, limit {limit:.3f}", style=style))
    if found.few:
        told = f"With {runs} runs the limits leave room for chance: three standard errors. Use more for closer ones."
        console.print(Text(told, style="dim"))
    if dosed is not None:
        show_doses(dosed, console)


def _shares(rates: Rates) -> tuple[float, float, float]:
    return rates.promote, rates.block, rates.inconclusive


def _share(rates: Rates, share: float) -> str:
    return f"{share:.3f} ± {rates.error(share):.3f}"
