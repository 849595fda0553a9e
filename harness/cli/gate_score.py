"""`harness gate score`: ask two deployments what the held-out file asks, and record what they answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from harness.errors import UsageError

__all__ = ["score"]

Command = Callable[[], int]
"""Carries a command out and returns the exit code."""

Endpoint = Annotated[str, typer.Option(metavar="NAME", help="The endpoint that both deployments are behind.")]
Candidate = Annotated[str | None, typer.Option(metavar="NAME", help="The deployment that may be promoted.")]
Baseline = Annotated[str, typer.Option(metavar="NAME", help="The deployment in service.")]
HeldOut = Annotated[Path, typer.Option(metavar="FILE", help="Conversations that no model was trained on, JSON lines.")]
Train = Annotated[Path | None, typer.Option(metavar="FILE", help="The training rows, to look for leaks and echoes.")]
Evidence = Annotated[Path, typer.Option(metavar="FILE", help="What is asked and answered; an interrupted run goes on.")]
Policy = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Whose metrics and slices; without one, all metrics.")
]
Slices = Annotated[list[str] | None, typer.Option("--slice", metavar="COLUMN", help="A column that parts the rows.")]
Concurrency = Annotated[int, typer.Option(min=1, max=256, metavar="N", help="Questions in flight at a time.")]
Rate = Annotated[float | None, typer.Option(min=0.001, metavar="N", help="Questions a second that may begin.")]
Repeats = Annotated[int, typer.Option(min=1, max=20, metavar="K", help="Answers of each model to each conversation.")]
Limit = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="The first N conversations; the rest is another look.")
]
Retries = Annotated[int, typer.Option(min=0, max=10, metavar="N", help="Further tries for what may pass.")]
Timeout = Annotated[float, typer.Option(min=1, max=600, metavar="S", help="Seconds to wait for an answer.")]
Warmup = Annotated[int, typer.Option(min=0, max=100, metavar="N", help="Questions before, which count for nothing.")]
Caches = Annotated[
    list[Path] | None, typer.Option("--cache", metavar="FILE", help="Earlier evidence to take answers of.")
]
Parameters = Annotated[
    list[str] | None,
    typer.Option("--parameter", metavar="KEY=VALUE", help="How answers are made, such as max_new_tokens=200."),
]
Workers = Annotated[int, typer.Option(min=0, max=64, metavar="N", help="Processes that measure.")]
Backend = Annotated[str, typer.Option(help="Who answers: live, emulator or fake.")]
OfItself = Annotated[bool, typer.Option("--a-a", help="Compare the baseline with itself: it shows the noise.")]
Doubles = Annotated[bool, typer.Option("--drop-duplicates", help="Keep the first of rows that ask the same.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document; progress goes to stderr.")]


def score(
    endpoint: Endpoint,
    baseline: Baseline,
    held_out: HeldOut,
    evidence: Evidence,
    candidate: Candidate = None,
    train: Train = None,
    policy: Policy = None,
    slices: Slices = None,
    concurrency: Concurrency = 8,
    rate: Rate = None,
    repeats: Repeats = 1,
    limit: Limit = None,
    retries: Retries = 2,
    timeout: Timeout = 120.0,
    warmup: Warmup = 4,
    caches: Caches = None,
    parameters: Parameters = None,
    workers: Workers = 2,
    backend: Backend = "live",
    a_a: OfItself = False,
    drop_duplicates: Doubles = False,
    as_json: AsJson = False,
) -> Command:
    """Ask candidate and baseline the same questions in turn, and measure their answers.

    Exit codes: 0 scored; 12 the held-out file leaked into the training rows, nothing was asked; 1 a deployment
    answers nothing; 2 wrong use; 3 the environment lacks something; 4 interrupted, run again to go on.
    """
    if a_a == (candidate is not None):
        raise UsageError(
            "one candidate is compared with the baseline, or the baseline with itself",
            where="command line",
            got=f"--candidate {candidate} and --a-a" if a_a else "neither --candidate nor --a-a",
            remedy="Give --candidate NAME, or --a-a without it.",
        )
    if a_a and caches:
        raise UsageError(
            "an A/A run must ask twice",
            where="command line",
            got="--a-a and --cache",
            remedy="Leave --cache out: both roles would get the same cached answer.",
        )

    def carry_out() -> int:
        from harness.cli.scoring import Settings, score_and_show  # with the SDK, a second

        return score_and_show(
            Settings(
                endpoint=endpoint,
                baseline=baseline,
                candidate=candidate or baseline,
                held_out=held_out,
                evidence=evidence,
                train=train,
                policy=policy,
                slices=tuple(slices or ()),
                concurrency=concurrency,
                rate=rate,
                repeats=repeats,
                limit=limit,
                retries=retries,
                timeout_s=timeout,
                warmup=warmup,
                caches=tuple(caches or ()),
                parameters=tuple(parameters or ()),
                workers=workers,
                backend=backend,
                drop_duplicates=drop_duplicates,
            ),
            as_json=as_json,
        )

    return carry_out
