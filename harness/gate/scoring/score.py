"""Scoring: what can be refused first, then the asking, then the measuring; each goes on where it stopped."""

from __future__ import annotations

import tempfile
from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np

from harness.gate.evidence.journal import Journal
from harness.gate.evidence.records import ROLES, Answer, Attempt, Header, Record
from harness.gate.heldout.leakage import training_texts
from harness.gate.heldout.reading import conversations
from harness.gate.metrics.memorised import LEAST_OVERLAP
from harness.gate.metrics.registry import MEMORISED
from harness.gate.metrics.windows import WindowIndex, Windows, seen_in
from harness.gate.scoring.asking import Asker, ask_missing
from harness.gate.scoring.cache import Cache
from harness.gate.scoring.measures import Choice
from harness.gate.scoring.measuring import answers_of, measure
from harness.gate.scoring.posting import Post
from harness.gate.scoring.preparing import Prepared, prepare
from harness.gate.scoring.request import Compared, ScoreReport, ScoreRequest, Unwatched, Watch
from harness.gate.scoring.timing import Pace, Timing
from harness.gate.scoring.writing import Writer

__all__ = ["Tally", "measure_all", "report_of", "score"]

_MOST_RUNS = 16_000_000


def score(
    request: ScoreRequest,
    baseline: Compared,
    candidate: Compared,
    *,
    post: Post,
    timing: Timing,
    watch: Watch | None = None,
) -> ScoreReport:
    """Ask both deployments what is not asked yet, measure what is not measured yet, and return what came of it.

    Nothing is asked before all that can be refused has been looked at. UsageError, DataError and EnvironmentMissing say
    what; ScoringFailed that a deployment answers nothing. A KeyboardInterrupt loses the questions in flight only.
    """
    watch = watch or Unwatched()
    cache = Cache(request.caches, beside=request.evidence)
    ready = prepare(request, baseline, candidate, watch)
    attempts, tally, measured = ready.standing.attempts, Tally(watch), 0
    with Journal(request.evidence, ready.standing.size) as journal:
        if ready.standing.header is None:
            journal.append(ready.header)
        if ready.missing and not ready.leaked:
            attempts += 1
            began, count = timing.now().isoformat(), len(ready.ids)
            journal.append(Attempt(number=attempts, started=began, why=ready.why, conversations=count))
            watch.began("asking", ready.missing)
            targets = dict(zip(ROLES, (baseline.target, candidate.target), strict=True))
            pace = Pace(timing, request.rate)
            asker = Asker(ready.header, targets, post, request.patience, pace, timing, cache, attempts)
            rows = islice(conversations(ready.held_out), count)
            writer, in_flight = Writer(journal, tally), request.concurrency
            ask_missing(rows, ready.standing, asker, writer, in_flight=in_flight, warmup=request.warmup)
        if not ready.leaked:
            measured = measure_all(request, ready.header, journal, watch)
    return report_of(request, ready, tally, measured, attempts)


def report_of(request: ScoreRequest, ready: Prepared, tally: Tally, measured: int, attempts: int) -> ScoreReport:
    """Return what came of it."""
    return ScoreReport(
        evidence=request.evidence,
        conversations=len(ready.ids),
        repeated=ready.held_out.repeated,
        leakage=ready.header.leakage,
        asked=tally.outcomes,
        cached=tally.cached,
        kept=len(ROLES) * request.repeats * len(ready.ids) - ready.missing,
        measured=measured,
        attempts=attempts,
    )


class Tally:
    """Counts answers when they are on the disk."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self.outcomes: dict[str, Counter[str]] = {role: Counter() for role in ROLES}
        self.cached = 0

    def __call__(self, record: Record) -> None:
        """Count a record."""
        if isinstance(record, Answer) and not record.warmup:
            self.outcomes[record.role][record.outcome] += 1
            self.cached += record.cached
            done = sum(each.total() for each in self.outcomes.values())
            self._watch.moved(done, done - sum(each["answered"] for each in self.outcomes.values()))


def measure_all(request: ScoreRequest, header: Header, journal: Journal, watch: Watch) -> int:
    """Measure what is not measured yet, memorisation included, and return how many answers that were."""
    watch.began("measuring", None)
    with tempfile.TemporaryDirectory() as folder:
        choices = [_with_runs(choice, request, header, Path(folder)) for choice in request.choices]
        return measure(
            request.evidence, choices, journal, workers=request.workers, told=lambda done, _: watch.moved(done)
        )


def _with_runs(choice: Choice, request: ScoreRequest, header: Header, folder: Path) -> Choice:
    """Give the metric of memorisation the runs that answers share with the training rows, in a file for all workers."""
    if choice.reference != MEMORISED or request.train is None:
        return choice
    windows, index = Windows(LEAST_OVERLAP), WindowIndex(_MOST_RUNS)
    for text in answers_of(request.evidence):
        index.add(windows.of(text))
    runs = index.sorted()
    seen = runs[seen_in(runs, training_texts(request.train), windows)]
    file = folder / "runs.npy"
    np.save(file, seen)
    return choice._replace(seen=str(file), train_sha256=header.train_sha256 or "")
