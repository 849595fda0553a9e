"""`harness gate score`: ask two deployments what the held-out file asks, and record what they answer."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from harness.errors import UsageError

__all__ = ["Place", "Settings", "score"]

Command = Callable[[], int]
"""Carries a command out and returns the exit code."""


class Place(str, Enum):
    """From where the deployments are asked."""

    local = "local"
    azureml = "azureml"


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
Timeout = Annotated[float, typer.Option("--timeout", min=1, max=600, metavar="S", help="Seconds to wait for one.")]
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
Where = Annotated[Place, typer.Option("--on", help="Ask from here, or from a cluster in a job of Azure ML.")]
Compute = Annotated[str | None, typer.Option(metavar="NAME", help="The cluster; its identity reads the keys.")]
Nodes = Annotated[int, typer.Option(min=1, max=100, metavar="N", help="Nodes of the cluster to use.")]
Shard = Annotated[int, typer.Option(min=1, metavar="N", help="Conversations that a node takes at a time.")]
Collect = Annotated[str | None, typer.Option(metavar="JOB", help="Put the evidence of a finished job together.")]
OfItself = Annotated[bool, typer.Option("--a-a", help="Compare the baseline with itself: it shows the noise.")]
Doubles = Annotated[bool, typer.Option("--drop-duplicates", help="Keep the first of rows that ask the same.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document; progress goes to stderr.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the command line says. Each field is an option of the command, with its help and its default."""

    endpoint: Endpoint
    baseline: Baseline
    held_out: HeldOut
    evidence: Evidence
    candidate: Candidate = None
    train: Train = None
    policy: Policy = None
    slices: Slices = None
    concurrency: Concurrency = 8
    rate: Rate = None
    repeats: Repeats = 1
    limit: Limit = None
    retries: Retries = 2
    timeout_s: Timeout = 120.0
    warmup: Warmup = 4
    caches: Caches = None
    parameters: Parameters = None
    workers: Workers = 2
    on: Where = Place.local
    compute: Compute = None
    nodes: Nodes = 2
    shard: Shard = 500
    collect: Collect = None
    backend: Backend = "live"
    a_a: OfItself = False
    drop_duplicates: Doubles = False
    as_json: AsJson = False


def score(**options: Any) -> Command:
    """Ask candidate and baseline the same questions in turn, and measure their answers.

    Exit codes: 0 scored; 12 the held-out file leaked into the training rows, nothing was asked; 1 a deployment
    answers nothing; 2 wrong use; 3 the environment lacks something; 4 interrupted, run again to go on.
    """
    settings = Settings(**options)
    _refuse_what_does_not_fit(settings)

    def carry_out() -> int:
        from harness.cli.scoring import score_and_show  # with the SDK, a second

        return score_and_show(settings)

    return carry_out


def _declared() -> inspect.Signature:
    """Return the signature that typer reads the options from."""
    hints = get_type_hints(Settings, include_extras=True)
    given = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields(Settings)
    ]
    return inspect.Signature(given, return_annotation=Command)


score.__signature__ = _declared()  # type: ignore[attr-defined]
score.__annotations__ = {name: given.annotation for name, given in _declared().parameters.items()}


def _refuse_what_does_not_fit(settings: Settings) -> None:
    """Raise UsageError for options of which one makes the other senseless."""
    away, job = settings.on is Place.azureml, bool(settings.compute or settings.collect)
    named = settings.candidate is not None
    problems = {
        "there is no candidate": ("neither --candidate nor --a-a", not (named or settings.a_a)),
        "the baseline has two candidates": (f"--candidate {settings.candidate} and --a-a", named and settings.a_a),
        "an A/A run must ask twice": ("--a-a and --cache", settings.a_a and settings.caches),
        "a job needs a cluster": ("--on azureml without --compute", away and not job),
        "a job takes no cache": ("--on azureml and --cache", away and settings.caches),
        "a cluster is for a job": ("--compute or --collect without --on azureml", job and not away),
    }
    for what, (got, is_so) in problems.items():
        if is_so:
            remedy = "`harness gate score --help` says what goes together."
            raise UsageError(what, where="command line", got=got, remedy=remedy)
