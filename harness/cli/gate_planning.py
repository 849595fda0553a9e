"""`harness gate plan`: what a policy takes."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from harness.cli.gate_output import print_document, print_text
from harness.gate.evidence.loading import load_for
from harness.gate.metrics.registry import MEMORISED, find_metric
from harness.gate.planning.plan import Plan, Spread, plan, refuse_if_underpowered
from harness.gate.policy import GatePolicy, load_policy
from harness.gate.verdict.quality import kind_of, pairs_of

__all__ = ["plan_and_show"]


def plan_and_show(policy_file: Path, conversations: int | None, evidence_file: Path | None, *, as_json: bool) -> int:
    """Tell what the policy takes; UsageError for a metric that is not there, and for too few conversations."""
    policy = load_policy(policy_file)
    _refuse_unknown(policy)
    made = plan(policy, conversations, _measured(policy, evidence_file) if evidence_file else None)
    if not as_json:
        print_text(lambda out: _show(made, out))
    refuse_if_underpowered(made)
    if as_json:
        print_document(asdict(made))
    return 0


def _refuse_unknown(policy: GatePolicy) -> None:
    """Make each metric of ours; what a policy names itself is code of its user, and not loaded for a plan."""
    for name in policy.used_metrics:
        reference = policy.metrics.get(name, name)
        if ":" not in reference and reference != MEMORISED:
            find_metric(reference)


def _measured(policy: GatePolicy, evidence_file: Path) -> dict[str, Spread]:
    """Return how much the primaries' differences scatter in earlier evidence."""
    evidence = load_for(policy, evidence_file)
    spreads = {}
    for primary in policy.primary:
        if primary.metric in evidence.metrics and len(evidence.ids) > 1:
            pairs = pairs_of(evidence, policy, primary.metric)
            sd = math.sqrt(float(np.mean(np.square(pairs.differences - pairs.differences.mean()))))
            spreads[primary.metric] = Spread(sd, kind_of(evidence, policy, primary.metric), pairs.width)
    return spreads


def _show(made: Plan, console: Console) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("rule", "counted with", "needs", "" if made.conversations is None else f"at {made.conversations}"):
        table.add_column(title, justify="left" if title in ("rule", "counted with") else "right")
    for rule in made.rules:
        table.add_row(Text(rule.name), Text(rule.assumed), _count(rule.needed), _share(rule.power))
    table.add_row("all together", "as if they were independent", _count(made.needed), _share(made.power), style="bold")
    title = f"Conversations to show, with probability {made.wanted:g}, that an equal model is as good"
    console.print(Text(title), soft_wrap=not console.is_terminal)
    console.print(Padding(table, (0, 0, 0, 2), expand=False))
    if made.expected is not None and made.looks == 2:
        console.print(Text(f"With two looks an equal model takes {made.expected:.0f} of them on average"))


def _count(needed: int | None) -> Text:
    return Text("no number" if needed is None else str(needed))


def _share(power: float | None) -> Text:
    return Text("" if power is None else f"{power:.3f}")
