"""`harness gate`: whether a candidate model may take the place of the one in service."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.gate_rollout import promote, retire, rollback
from harness.cli.gate_score import score

__all__ = ["gate"]

Command = Callable[[], int]
"""Carries a command out and returns the exit code."""

gate = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Decide whether a candidate model may be promoted.",
    epilog="A verdict ends with 0 promote, 10 block, 11 inconclusive, 12 invalid; wrong use with 2.",
)
gate.command(short_help="Ask candidate and baseline, and record what they answer.")(score)
gate.command(short_help="Bring a candidate into service, step by step.")(promote)
gate.command(short_help="Put the traffic back as it was before a promotion.")(rollback)
gate.command(short_help="Delete what was in service before a promotion.")(retire)

Policy = Annotated[Path, typer.Option(metavar="FILE", help="What may be promoted, as TOML.")]
Evidence = Annotated[Path, typer.Option(metavar="FILE", help="The evidence.jsonl of both models' answers.")]
Earlier = Annotated[
    Path | None, typer.Option("--evidence", metavar="FILE", help="Evidence to measure on how much scores scatter.")
]
Conversations = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="How many there are; without it, what the policy says.")
]
Folder = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Where to write; without it, the folder of the evidence.")
]
HeldOut = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The held-out file, for the places that sarif.json names.")
]
Recorded = Annotated[Path, typer.Argument(metavar="VERDICT", help="A verdict.json.")]
Runs = Annotated[int, typer.Option(min=100, metavar="N", help="How many comparisons to make up for each truth.")]
Seed = Annotated[int, typer.Option(min=0, help="Of all chance.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@gate.command()
def plan(
    policy: Policy, conversations: Conversations = None, evidence: Earlier = None, as_json: AsJson = False
) -> Command:
    """Tell how many conversations a policy needs; exit with 2 when those at hand cannot reach its power."""

    def tell() -> int:
        from harness.cli.gate_planning import plan_and_show

        return plan_and_show(policy, conversations, evidence, as_json=as_json)

    return tell


@gate.command()
def decide(
    evidence: Evidence,
    policy: Policy,
    folder: Folder = None,
    held_out: HeldOut = None,
    as_json: AsJson = False,
) -> Command:
    """Give the verdict on recorded evidence, print it, and write verdict.json and reports; no model is asked."""

    def tell() -> int:
        from harness.cli.gate_deciding import decide_and_show

        return decide_and_show(evidence, policy, folder, held_out, as_json=as_json)

    return tell


@gate.command()
def verify(verdict: Recorded, evidence: Evidence, policy: Policy, as_json: AsJson = False) -> Command:
    """Compute a verdict again and compare it byte for byte; exit with 12 at the first difference."""

    def tell() -> int:
        from harness.cli.gate_deciding import verify_and_show

        return verify_and_show(verdict, evidence, policy, as_json=as_json)

    return tell


@gate.command()
def calibrate(
    evidence: Evidence, policy: Policy, runs: Runs = 4_000, seed: Seed = 0, as_json: AsJson = False
) -> Command:
    """Measure how often a policy errs on recorded scores; exit with 1 when a rate that should be 5 % is above 6 %."""

    def tell() -> int:
        from harness.cli.gate_calibrating import calibrate_and_show

        return calibrate_and_show(evidence, policy, runs, seed, as_json=as_json)

    return tell
