"""What `harness gate score` does: find both deployments, score them, tell what came of it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.backends import Surroundings, choose_backend, open_backend
from harness.backends.live import look_around
from harness.cli.gate_output import print_document, print_text
from harness.cli.gate_score import Place, Settings
from harness.cli.interrupts import INTERRUPTS
from harness.cli.quiet import sdk_noise_to
from harness.cli.scoring_progress import watching_scores
from harness.cli.screen import screens
from harness.errors import Interrupted, UsageError, excerpt
from harness.gate.evidence.records import Scalar
from harness.gate.metrics import ALWAYS, MEMORISED
from harness.gate.policy import GatePolicy, load_policy
from harness.gate.scoring.choosing import choices_of, look_beside
from harness.gate.scoring.measures import Choice
from harness.gate.scoring.posting import HttpPost
from harness.gate.scoring.preparing import prepare
from harness.gate.scoring.request import DECODING, Compared, ScoreReport, ScoreRequest, Watch
from harness.gate.scoring.retrying import Patience
from harness.gate.scoring.score import Tally, report_of, score
from harness.gate.scoring.sides import describe
from harness.gate.scoring.timing import Timing
from harness.lifecycle.connect import connect
from harness.spec import LifecycleSpec

__all__ = ["score_and_show"]

_LEAKED = 12
"""Exit code of what makes every verdict INVALID."""


class Sent(NamedTuple):
    """A job that was submitted, and how many conversations it asks."""

    job: str
    conversations: int


def score_and_show(settings: Settings) -> int:
    """Score, tell what came of it, and return the exit code."""
    out, errors = screens()
    as_json = settings.as_json
    INTERRUPTS.check()
    INTERRUPTS.each()
    request = _request_of(settings)
    choice = choose_backend(settings.backend, look_around())
    request.evidence.parent.mkdir(parents=True, exist_ok=True)
    try:
        with (
            open_backend(choice) as around,
            sdk_noise_to(request.evidence.with_suffix(".sdk.log")),
            watching_scores(errors if as_json else out) as watch,
        ):
            report = _scored(settings, request, around, choice.interactive, watch)
    except KeyboardInterrupt as error:
        raise Interrupted(
            "the scoring was interrupted",
            where=str(request.evidence),
            remedy="Run the same command again: it goes on where it stopped. Nothing was created on Azure.",
        ) from error
    INTERRUPTS.hold()
    if isinstance(report, Sent):
        return _tell_sent(report, as_json=as_json)
    code = _LEAKED if report.leaked else 0
    if as_json:
        print_document({**report.to_dict(), "exit_code": code})
    else:
        print_text(lambda screen: _show(report, screen))
    return code


def _tell_sent(sent: Sent, *, as_json: bool) -> int:
    text = (
        f"Job {sent.job} asks {sent.conversations:,} conversations. When it has completed, run the same command "
        f"with --collect {sent.job} to get the evidence."
    )
    if as_json:
        print_document({**sent._asdict(), "exit_code": 0})
    else:
        print_text(lambda screen: screen.print(Text(text), soft_wrap=not screen.is_terminal))
    return 0


def _request_of(settings: Settings) -> ScoreRequest:
    """Return what to score; SpecError for a policy and UsageError for a parameter that cannot be."""
    policy = load_policy(settings.policy) if settings.policy else None
    parts = policy.slice if policy else ()
    if settings.policy:
        look_beside(settings.policy)
    return ScoreRequest(
        held_out=settings.held_out,
        evidence=settings.evidence,
        choices=_choices(policy, settings.train is not None),
        train=settings.train,
        slices=tuple(dict.fromkeys([*(settings.slices or ()), *(each.by for each in parts)])),
        duplicates="drop" if settings.drop_duplicates else "refuse",
        decoding={**DECODING, **dict(map(_parameter, settings.parameters or ()))},
        repeats=settings.repeats,
        limit=settings.limit,
        concurrency=settings.concurrency,
        rate=settings.rate,
        patience=Patience(settings.retries, settings.timeout_s),
        caches=tuple(settings.caches or ()),
        warmup=settings.warmup,
        workers=settings.workers,
    )


def _choices(policy: GatePolicy | None, trained: bool) -> tuple[Choice, ...]:
    """Return the metrics that the policy needs; without one, all that fit every task."""
    if policy is None:
        return tuple(Choice(name, name) for name in (*ALWAYS, *((MEMORISED,) if trained else ())))
    return choices_of(policy)


def _parameter(setting: str) -> tuple[str, Scalar]:
    """Read KEY=VALUE; a value that is no JSON is text."""
    key, equals, text = setting.partition("=")
    if not equals or not key.strip():
        raise UsageError(
            "a parameter needs a key and a value",
            where="--parameter",
            got=setting,
            expected="key=value, such as max_new_tokens=200",
            remedy="Write the key, an equals sign and the value, without blanks around the sign.",
        )
    try:
        value = json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        value = text
    if not isinstance(value, str | int | float | bool | None):
        raise UsageError(
            f"parameter {key.strip()} has a value that is no plain one",
            where="--parameter",
            got=excerpt(value, 60),
            expected="text, a number, true, false or null",
            remedy="Give a plain value.",
        )
    return key.strip(), value


def _scored(
    settings: Settings, request: ScoreRequest, around: Surroundings, interactive: bool, watch: Watch
) -> ScoreReport | Sent:
    watch.began("looking at the deployments", None)
    spec = around.settled(LifecycleSpec())
    client = connect(spec, environ=around.environ, interactive=interactive, clients=around.clients).workspace
    baseline, candidate = (
        Compared(*describe(client, settings.endpoint, name, around.clock.now))
        for name in (settings.baseline, settings.candidate or settings.baseline)
    )
    post = around.post or HttpPost()
    timing = Timing(around.clock.now, around.clock.sleep, time.perf_counter)
    if settings.on is Place.azureml:
        return _on_cluster(settings, request, (client, baseline, candidate), timing, watch)
    return score(request, baseline, candidate, post=post, timing=timing, watch=watch)


def _on_cluster(
    settings: Settings, request: ScoreRequest, found: tuple[Any, Compared, Compared], timing: Timing, watch: Watch
) -> ScoreReport | Sent:
    """Submit the job, or put together what it has made; of leaks both say no more than the asking from here does."""
    from harness.gate.scoring.clustered import collect, send
    from harness.gate.scoring.parallel_job import Cluster

    client, baseline, candidate = found
    ready = prepare(request, baseline, candidate, watch)
    if ready.leaked:
        return report_of(request, ready, Tally(watch), 0, ready.standing.attempts)
    if settings.collect:
        return collect(client, request, ready, settings.collect, timing=timing, watch=watch)
    watch.began("submitting", None)
    cluster = Cluster(str(settings.compute), settings.nodes, settings.shard)
    return Sent(send(client, request, ready, cluster), len(ready.ids))


def _show(report: ScoreReport, console: Console) -> None:
    """Print how many answers there are of each kind, and what to do next."""
    found = report.leakage
    if found is not None and report.leaked:
        text = (
            f"INVALID: {len(found.ids):,} of {report.conversations:,} held-out conversations are in the training rows "
            f"({found.exact:,} the same, {found.ngram13:,} in large parts). Nothing was asked. "
            "Remove them from one of the two files; the evidence names their ids."
        )
        console.print(Text(text, style="bold red"), soft_wrap=not console.is_terminal)
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    outcomes = sorted({outcome for counts in report.asked.values() for outcome in counts})
    for title in ("", *outcomes):
        table.add_column(title, justify="left" if not title else "right")
    for role, counts in report.asked.items() if outcomes else ():
        table.add_row(role, *(f"{counts[outcome]:,}" for outcome in outcomes))
    if outcomes:
        console.print(table)
    for text in _sentences(report):
        console.print(Text(text), soft_wrap=not console.is_terminal)


def _sentences(report: ScoreReport) -> list[str]:
    parts: Mapping[str, int] = {
        "answers were there already": report.kept,
        "came from the cache": report.cached,
        "held-out rows ask what another row asks, and were left out": report.repeated,
    }
    told = [f"{number:,} {what}." for what, number in parts.items() if number]
    unknown = report.leakage is None
    leaks = "No training rows were compared (--train): leaks would not have been seen." if unknown else "No leaks."
    measured = (
        f"{report.conversations:,} conversations, {report.measured:,} answers measured, attempts: {report.attempts}."
    )
    return [*told, leaks, measured, f"The evidence is {report.evidence}."]
