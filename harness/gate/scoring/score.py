"""Scoring: what can be refused first, then the asking, then the measuring; each goes on where it stopped."""

from __future__ import annotations

import platform
import tempfile
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from itertools import chain, cycle, islice
from pathlib import Path

import numpy as np

from harness.decide.payload import build_payload
from harness.errors import UsageError
from harness.gate.evidence.journal import Journal
from harness.gate.evidence.records import ROLES, Answer, Attempt, Conversation, Header, HeldOut, Leakage, Record
from harness.gate.heldout.leakage import find_leaks, training_texts
from harness.gate.heldout.lines import sha256_of
from harness.gate.heldout.reading import HeldOutSet, conversations, look_through
from harness.gate.metrics.memorised import LEAST_OVERLAP
from harness.gate.metrics.registry import MEMORISED
from harness.gate.metrics.windows import WindowIndex, Windows, seen_in
from harness.gate.scoring.asking import Asker, ask_all, warm_up
from harness.gate.scoring.cache import Cache
from harness.gate.scoring.measures import Choice, made
from harness.gate.scoring.measuring import answers_of, measure
from harness.gate.scoring.plan import Question, planned
from harness.gate.scoring.posting import Post
from harness.gate.scoring.request import Compared, ScoreReport, ScoreRequest, Unwatched, Watch
from harness.gate.scoring.standing import Standing, next_attempt, read_standing, refuse_other
from harness.gate.scoring.timing import Pace, Timing
from harness.gate.scoring.writing import Writer

__all__ = ["score"]

_TOOLS = ("azureml-acceptance-harness", "requests", "rapidfuzz", "sacrebleu")
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
    _refuse_metrics(request)
    cache = Cache(request.caches, beside=request.evidence)
    watch.began("reading the held-out file", None)
    held_out = _looked_through(request)
    standing = read_standing(request.evidence)
    header = _header(request, held_out, standing, (baseline, candidate), watch)
    refuse_other(standing, header, request.evidence)
    ids = held_out.ids[: request.limit]
    why = next_attempt(standing, len(ids))
    missing = standing.missing(ids, request.repeats)
    tally, leaked, measured = _Tally(watch), bool(header.leakage and header.leakage.ids), 0
    with Journal(request.evidence) as journal:
        if standing.header is None:
            journal.append(header)
        if missing and not leaked:
            standing.attempts += 1
            attempt = Attempt(
                number=standing.attempts, started=timing.now().isoformat(), why=why, conversations=len(ids)
            )
            journal.append(attempt)
            watch.began("asking", missing)
            targets = dict(zip(ROLES, (baseline.target, candidate.target), strict=True))
            pace = Pace(timing, request.rate)
            asker = Asker(header, targets, post, request.patience, pace, timing, cache, standing.attempts)
            _ask(request, islice(conversations(held_out), len(ids)), standing, asker, Writer(journal, tally))
        if not leaked:
            measured = _measure(request, header, journal, watch)
    return ScoreReport(
        evidence=request.evidence,
        conversations=len(ids),
        repeated=held_out.repeated,
        leakage=header.leakage,
        asked=tally.outcomes,
        cached=tally.cached,
        kept=2 * request.repeats * len(ids) - missing,
        measured=measured,
        attempts=standing.attempts,
    )


class _Tally:
    """Counts answers when they are on the disk."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self.outcomes: dict[str, Counter[str]] = {role: Counter() for role in ROLES}
        self.cached = 0

    def __call__(self, record: Record) -> None:
        if isinstance(record, Answer) and not record.warmup:
            self.outcomes[record.role][record.outcome] += 1
            self.cached += record.cached
            done = sum(each.total() for each in self.outcomes.values())
            self._watch.moved(done, done - sum(each["answered"] for each in self.outcomes.values()))


def _ask(request: ScoreRequest, rows: Iterator[Conversation], standing: Standing, asker: Asker, writer: Writer) -> None:
    """Warm both deployments up with the first conversations, then ask what is missing, in the order of the plan."""
    first = list(islice(rows, max(1, request.warmup)))
    with writer:
        if request.warmup:
            warming = islice(planned(cycle(first), 1), 2 * request.warmup)
            warm_up(warming, asker, writer, request.concurrency)
        questions = _missing(planned(chain(first, rows), request.repeats), standing, request.repeats, writer)
        ask_all(questions, asker, writer, request.concurrency)


def _missing(questions: Iterator[Question], standing: Standing, repeats: int, writer: Writer) -> Iterator[Question]:
    """Yield the questions without an answer; a conversation that is new to the file is written before its first."""
    for question in questions:
        if question.conversation.id not in standing.asked:
            standing.asked[question.conversation.id] = 0
            writer.put(question.conversation)
        if not standing.holds(question, repeats):
            yield question


def _refuse_metrics(request: ScoreRequest) -> None:
    """Raise UsageError for a metric that cannot be made, before anything is read."""
    made([choice for choice in request.choices if choice.reference != MEMORISED])
    if request.train is None and any(choice.reference == MEMORISED for choice in request.choices):
        raise UsageError(
            "memorisation cannot be measured without the training rows",
            where="--train",
            got="nothing",
            expected="the file that the model was fine-tuned on",
            remedy="Name it with --train, or take the metric memorised out of the policy.",
        )


def _looked_through(request: ScoreRequest) -> HeldOutSet:
    return look_through(
        request.held_out,
        slices=request.slices,
        duplicates=request.duplicates,
        check=lambda turns: build_payload(turns, request.decoding),
    )


def _header(
    request: ScoreRequest, held_out: HeldOutSet, standing: Standing, sides: tuple[Compared, Compared], watch: Watch
) -> Header:
    """Return the header of this comparison; what leaked is looked for once, and then stands in the file."""
    train = sha256_of(request.train) if request.train else None
    known, file = (
        standing.header,
        HeldOut(name=held_out.path.name, sha256=held_out.sha256, conversations=len(held_out.ids)),
    )
    leakage: Leakage | None = None
    if known is not None and (known.train_sha256, known.held_out) == (train, file):
        leakage = known.leakage
    elif request.train:
        watch.began("looking for held-out conversations in the training rows", None)
        leakage = find_leaks(held_out, request.train)
    return Header(
        held_out=file,
        train_sha256=train,
        leakage=leakage,
        baseline=sides[0].side,
        candidate=sides[1].side,
        decoding=dict(request.decoding),
        repeats=request.repeats,
        retries=request.patience.retries,
        concurrency=request.concurrency,
        tools=_tools(),
    )


def _tools() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _TOOLS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _measure(request: ScoreRequest, header: Header, journal: Journal, watch: Watch) -> int:
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
