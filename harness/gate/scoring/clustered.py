"""A scoring on a cluster: prepared here, asked and measured there, put together here."""

from __future__ import annotations

import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

from harness.gate.evidence.journal import Journal
from harness.gate.evidence.records import Attempt
from harness.gate.heldout.reading import conversations
from harness.gate.metrics.registry import BUILT_IN
from harness.gate.scoring.parallel_job import Cluster, build_job, fetch_parts, stage, submit
from harness.gate.scoring.preparing import Prepared
from harness.gate.scoring.request import ScoreReport, ScoreRequest, Watch
from harness.gate.scoring.score import Tally, measure_all, report_of
from harness.gate.scoring.shards import ShardPlan, merge_shards
from harness.gate.scoring.timing import Timing

__all__ = ["collect", "plan_of", "send"]


def plan_of(request: ScoreRequest, ready: Prepared, cluster: Cluster) -> ShardPlan:
    """Return what the nodes have in common.

    request: its concurrency and rate are those of all nodes together. A metric of the user's own, a schema's and that
    of memorisation need what is only here; they are measured when the parts are put together.
    """
    return ShardPlan(
        header=ready.header,
        choices=tuple(choice for choice in request.choices if choice.reference in BUILT_IN),
        patience=request.patience,
        in_flight=max(1, request.concurrency // cluster.nodes),
        rate=request.rate / cluster.nodes if request.rate else None,
        warmup=request.warmup,
    )


def send(client: Any, request: ScoreRequest, ready: Prepared, cluster: Cluster) -> str:
    """Submit the job for all conversations of the request, and return its name; nothing is asked from here."""
    rows = islice(conversations(ready.held_out), len(ready.ids))
    with tempfile.TemporaryDirectory() as folder:
        staged = stage(plan_of(request, ready, cluster), rows, cluster, Path(folder))
        return submit(client, build_job(staged, cluster, f"gate {ready.header.candidate.deployment}"))


def collect(
    client: Any, request: ScoreRequest, ready: Prepared, job: str, *, timing: Timing, watch: Watch
) -> ScoreReport:
    """Fetch what a job has made, put it into the evidence, and measure what the nodes could not."""
    tally, attempts = Tally(watch), ready.standing.attempts
    with tempfile.TemporaryDirectory() as folder, Journal(request.evidence, ready.standing.size) as journal:
        watch.began("fetching the evidence of the nodes", None)
        parts = fetch_parts(client, job, Path(folder))
        if ready.missing:
            attempts += 1
            attempt = Attempt(
                number=attempts, started=timing.now().isoformat(), why=ready.why, conversations=len(ready.ids)
            )
            watch.began("putting together", ready.missing)
            merge_shards(ready.header, ready.standing, parts, journal, attempt, tally)
        measured = measure_all(request, ready.header, journal, watch)
    return report_of(request, ready, tally, measured, attempts)
