"""The measuring: after the asking, over the recorded answers, in processes beside this one.

A metric that is added later is measured on the same answers, and no model is asked again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, field
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import BinaryIO, NamedTuple

from harness.errors import EnvironmentMissing
from harness.gate.evidence.journal import Journal
from harness.gate.evidence.records import (
    ROLES,
    SAID,
    Answer,
    Conversation,
    Header,
    Measuring,
    MetricFacts,
    Record,
    Role,
    Scores,
    from_line,
)
from harness.gate.metrics.metric import Metric, Sample
from harness.gate.scoring.choosing import facts_of
from harness.gate.scoring.measures import Choice, Values, begin, made, measured_here, values_of

__all__ = ["answers_of", "measure"]

_CHUNK = 32
_ALONE = 256
"""Answers below which no process is worth its start."""


class _Task(NamedTuple):
    id: str
    role: Role
    repeat: int
    number: int
    names: tuple[str, ...]
    sample: Sample

    @property
    def where(self) -> str:
        return f"conversation {self.id[:12]}, {self.role}"


@dataclass(slots=True)
class _Measured:
    """What an evidence file holds of scores. numbers: of the measuring that a metric's values now come from.

    done: by conversation, which (measuring, role, repeat) have all values. places: where each conversation's line is.
    """

    repeats: int = 1
    measurings: dict[int, Measuring] = field(default_factory=dict)
    facts: dict[str, MetricFacts] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    answers: int = 0

    def bit(self, number: int, role: Role, repeat: int) -> int:
        """Return the place of one answer's values in the number of `done`."""
        return 1 << ((number - 1) * len(ROLES) + ROLES.index(role)) * self.repeats + repeat

    def take(self, offset: int, record: Record) -> None:
        """Take the next record of the file."""
        if isinstance(record, Header):
            self.repeats = record.repeats
        elif isinstance(record, Conversation):
            self.places.setdefault(record.id, offset)
        elif isinstance(record, Measuring):
            self.measurings[record.number] = record
            self.facts |= record.metrics
            self.numbers |= dict.fromkeys(record.metrics, record.number)
        elif isinstance(record, Scores):
            if record.values.keys() >= self.measurings[record.measuring].metrics.keys():
                bit = self.bit(record.measuring, record.role, record.repeat)
                self.done[record.id] = self.done.get(record.id, 0) | bit
        elif isinstance(record, Answer):
            self.answers += _is_measured(record)


def measure(
    path: Path, choices: Sequence[Choice], journal: Journal, *, workers: int, told: Callable[[int, int], None]
) -> int:
    """Measure what is not measured yet, write it, and return how many answers that were.

    workers: processes, 0 for none beside this one. told: called with the answers that are done and all that there are.
    UsageError for a metric that fails or leaves its range: a value that is missing would count as a better one.
    """
    metrics = made(choices)
    before = _Measured()
    for offset, record in _records(path):
        before.take(offset, record)
    new = {name: facts for name, facts in _facts(metrics).items() if before.facts.get(name) != facts}
    if new:
        number = max(before.measurings, default=0) + 1
        journal.append(Measuring(number=number, metrics=new))
        before.numbers |= dict.fromkeys(new, number)
    done = 0
    tasks = _tasks(path, before, tuple(metrics))
    for chunk, values in _computed(tasks, choices, metrics, workers if before.answers >= _ALONE else 0):
        journal.append(*map(_scores, chunk, values))
        done += len(chunk)
        told(done, before.answers)
    return done


def answers_of(path: Path) -> Iterator[str]:
    """Yield the texts of all answers that are measured."""
    return (record.text for _, record in _records(path) if isinstance(record, Answer) and _is_measured(record))


def _facts(metrics: Mapping[str, Metric]) -> dict[str, MetricFacts]:
    return {name: facts_of(metric) for name, metric in metrics.items()}


def _scores(task: _Task, values: Values) -> Scores:
    return Scores(id=task.id, role=task.role, repeat=task.repeat, measuring=task.number, values=values)


def _tasks(path: Path, before: _Measured, names: Sequence[str]) -> Iterator[_Task]:
    """Yield what to measure, answer by answer; a conversation is read from its place when its answer comes."""
    groups: dict[int, tuple[str, ...]] = {}
    for name in names:
        groups[before.numbers[name]] = (*groups.get(before.numbers[name], ()), name)
    with path.open("rb") as file:
        for _, record in _records(path):
            if not isinstance(record, Answer) or not _is_measured(record):
                continue
            for number, some in groups.items():
                if not before.done.get(record.id, 0) & before.bit(number, record.role, record.repeat):
                    sample = _sample(file, before.places[record.id], record)
                    yield _Task(record.id, record.role, record.repeat, number, some, sample)


def _computed(
    tasks: Iterator[_Task], choices: Sequence[Choice], metrics: Mapping[str, Metric], workers: int
) -> Iterator[tuple[list[_Task], list[Values]]]:
    """Yield chunks of tasks with their values, in order; a few chunks are under way at a time, whatever there is."""
    chunks = iter(lambda: list(islice(tasks, _CHUNK)), [])
    if not workers:
        for chunk in chunks:
            yield chunk, [values_of(metrics, task.names, task.sample, task.where) for task in chunk]
        return
    try:
        with ProcessPoolExecutor(workers, get_context("spawn"), begin, (tuple(choices),)) as pool:
            under_way: deque[tuple[list[_Task], Future[list[Values]]]] = deque()
            for chunk in chunks:
                under_way.append((chunk, pool.submit(measured_here, [(t.names, t.sample, t.where) for t in chunk])))
                if len(under_way) > 2 * workers:
                    first, values = under_way.popleft()
                    yield first, values.result()
            for first, values in under_way:
                yield first, values.result()
    except BrokenProcessPool as error:
        raise EnvironmentMissing(
            "a process that measures was ended",
            where="measuring",
            got=str(error),
            expected=f"memory for {workers} processes, and a main module that can be imported",
            remedy="Measure with fewer of them (--workers 1, or 0 for none); what is measured already is kept.",
        ) from error


def _sample(file: BinaryIO, place: int, answer: Answer) -> Sample:
    file.seek(place)
    conversation = from_line(file.readline(), f"{file.name}, byte {place}")
    if not isinstance(conversation, Conversation):
        raise AssertionError("a place is that of a conversation")
    prompt = [asdict(message) for message in conversation.messages]
    return Sample(prompt, conversation.reference or "", answer.text, answer.finish_reason or "")


def _records(path: Path) -> Iterator[tuple[int, Record]]:
    """Yield the whole lines of a file with the offsets at which they begin, up to where it ends when we begin."""
    size, offset = path.stat().st_size, 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if offset >= size or not line.endswith(b"\n"):
                return
            yield offset, from_line(line, f"{path}, line {number}")
            offset += len(line)


def _is_measured(answer: Answer) -> bool:
    return not answer.warmup and answer.outcome in SAID
