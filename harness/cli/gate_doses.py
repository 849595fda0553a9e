"""`harness gate calibrate --doses`: faults in recorded answers, and the smallest share that a policy notices."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.errors import DataError
from harness.gate.calibration.dose import DOSES, Dose, DoseTest, dose_test, smallest
from harness.gate.calibration.operating import Tell, refuse_unmeasured
from harness.gate.calibration.recorded import answered_by_both, baseline_answers, faulty_values
from harness.gate.evidence.journal import read_records
from harness.gate.evidence.paired import PairedEvidence
from harness.gate.metrics import MEMORISED, Metric
from harness.gate.policy import GatePolicy
from harness.gate.scoring.choosing import choices_of, look_beside
from harness.gate.scoring.measures import made

__all__ = ["document_of", "doses_of", "show_doses"]

_MOST_RUNS = 400
"""A share of 0.9 is then known to 0.015, and a run takes bootstraps for every dose of every fault."""


def doses_of(
    evidence: PairedEvidence,
    policy: GatePolicy,
    evidence_file: Path,
    policy_file: Path,
    *,
    runs: int,
    seed: int,
    tell: Tell,
) -> DoseTest:
    """Return what came of faults in the evidence's answers; DataError where it has none, or none that can be compared.

    Memorisation is left as it was measured: no fault makes an answer repeat the training rows.
    """
    refuse_unmeasured(evidence, policy.used_metrics)
    look_beside(policy_file)
    metrics = made([choice for choice in choices_of(policy) if choice.reference != MEMORISED])
    for name, metric in metrics.items():
        if metric.signature != evidence.metrics[name].signature:
            raise _measured_otherwise(name, metric, evidence, evidence_file)
    ids = answered_by_both(evidence)
    if len(ids) < 2:
        raise DataError(
            "there are no answers to put faults into",
            where=str(evidence_file),
            got=f"{len(ids)} conversations that both models have answered",
            expected="two at least",
            remedy="Score both deployments first, or leave --doses out.",
        )
    faulty = faulty_values(baseline_answers(read_records(evidence_file), ids), metrics, tell)
    return dose_test(evidence, policy, ids, faulty, runs=min(runs, _MOST_RUNS), seed=seed, tell=tell)


def _measured_otherwise(name: str, metric: Metric, evidence: PairedEvidence, evidence_file: Path) -> DataError:
    return DataError(
        f"{name} was measured otherwise than it is here, so faults cannot be compared with it",
        where=str(evidence_file),
        got=evidence.metrics[name].signature,
        expected=metric.signature,
        remedy="Run `harness gate score` on the evidence once more: it measures again, and asks nothing.",
    )


def document_of(found: DoseTest) -> dict[str, Any]:
    """Return what came of it as plain data."""
    faults = [
        {
            "fault": each.fault,
            "blocked_from": smallest(each),
            "held_back_from": smallest(each, blocked=False),
            "doses": [_dose(dose) for dose in each.doses],
        }
        for each in found.faults
    ]
    counted = {"conversations": found.conversations, "recorded": found.recorded, "runs": found.sound.runs}
    return {**counted, "sound": _dose(found.sound), "faults": faults}


def show_doses(found: DoseTest, console: Console) -> None:
    """Print from which share on each fault is noticed."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("fault", "blocked from", "not promoted from"):
        table.add_column(title, justify="left" if title == "fault" else "right")
    for each in found.faults:
        table.add_row(Text(each.fault), *_shares([smallest(each), smallest(each, blocked=False)]))
    title = f"The smallest share of faulty answers that is noticed in 9 of 10 of {found.sound.runs} runs"
    console.print(Text(title, style="bold"), soft_wrap=not console.is_terminal)
    console.print(Padding(table, (0, 0, 0, 2), expand=False))
    without = f"Without a fault {found.sound.blocked:.3f} are blocked and {found.sound.held_back:.3f} not promoted"
    console.print(Text(f"{without}; {found.conversations} conversations, drawn from {found.recorded}"))


def _shares(found: Sequence[float | None]) -> list[str]:
    return [f"> {DOSES[-1]:.1%}" if share is None else f"{share:.1%}" for share in found]


def _dose(dose: Dose) -> dict[str, float]:
    return {"share": dose.share, "blocked": dose.blocked, "held_back": dose.held_back}
