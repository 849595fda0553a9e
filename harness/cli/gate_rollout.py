"""`harness gate promote`, `rollback` and `retire`: their options."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["promote", "retire", "rollback"]

Command = Callable[[], int]
"""Carries a command out and returns the exit code."""

_JOURNALS = Path("runs", "promotions")

Policy = Annotated[Path, typer.Option(metavar="FILE", help="The policy that the verdict is by.")]
Evidence = Annotated[Path, typer.Option(metavar="FILE", help="The evidence that the verdict is of.")]
Verdict = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The verdict; without it, verdict.json beside the evidence.")
]
Prompts = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Rows to ask on the way; without it, the evidence's own.")
]
Journals = Annotated[Path, typer.Option("--journal", metavar="DIR", help="Where promotions are noted, step by step.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with a promotion that was cut off.")]
Endpoint = Annotated[str, typer.Option(metavar="NAME", help="The endpoint.")]
Early = Annotated[bool, typer.Option("--now", help="Also before the time for which it is kept has passed.")]
Backend = Annotated[str, typer.Option(help="Who answers: live, emulator or fake.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document; progress goes to stderr.")]


def promote(
    policy: Policy,
    evidence: Evidence,
    verdict: Verdict = None,
    prompts: Prompts = None,
    journal: Journals = _JOURNALS,
    resume: Resume = False,
    backend: Backend = "live",
    as_json: AsJson = False,
) -> Command:
    """Give the candidate the traffic step by step, watch each step, and put the traffic back if one does not hold.

    Exit codes: 0 promoted; 10 put back, requests showed harm; 11 put back, they showed too little; 12 refused, there
    is no valid PROMOTE of what is deployed; 1 Azure failed, put back; 2 wrong use; 3 the environment lacks
    something; 4 interrupted, put back.
    """

    def carry_out() -> int:
        from harness.cli.promoting import promote_and_show
        from harness.gate.rollout.promote import Promotion

        return promote_and_show(
            Promotion(
                policy=policy,
                evidence=evidence,
                verdict=verdict or evidence.parent / "verdict.json",
                journals=journal,
                today=date.today(),
                prompts=prompts,
                resume=resume,
            ),
            backend,
            as_json=as_json,
        )

    return carry_out


def rollback(
    endpoint: Endpoint, journal: Journals = _JOURNALS, backend: Backend = "live", as_json: AsJson = False
) -> Command:
    """Put the traffic back as it was before the endpoint's last promotion, and prove it by reading it.

    It works from every step, while a promotion is under way, after it, and without its journal: the endpoint's tags
    say enough. Exit codes: 0 the traffic is as it was; 1 Azure failed, run again; 2 there is nothing to go back to.
    """

    def carry_out() -> int:
        from harness.cli.promoting import roll_back_and_show

        return roll_back_and_show(endpoint, journal, backend, as_json=as_json)

    return carry_out


def retire(
    endpoint: Endpoint,
    journal: Journals = _JOURNALS,
    now: Early = False,
    backend: Backend = "live",
    as_json: AsJson = False,
) -> Command:
    """Delete the deployments that were in service before the last promotion; after that there is no way back.

    Exit codes: 0 deleted; 2 they are still kept, or have traffic; 1 Azure failed, run again.
    """

    def carry_out() -> int:
        from harness.cli.promoting import retire_and_show

        return retire_and_show(endpoint, journal, backend, early=now, as_json=as_json)

    return carry_out
