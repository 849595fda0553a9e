"""Records of an evidence file, gathered one by one and without their texts: a large file needs little memory."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from harness.gate.evidence.records import (
    ROLES,
    SAID,
    Answer,
    Attempt,
    Conversation,
    Header,
    Measuring,
    MetricFacts,
    Record,
    Role,
    Scores,
)

__all__ = ["Gathered", "Key", "Reply"]

Key = tuple[str, int]
"""A conversation's id and the number of the repeat."""

_SHOWN = 3
_ROUNDING = 1e-9
"""By so much of its range a score may be beyond it: how a sum was rounded."""


class Reply(NamedTuple):
    """What is kept of an answer. retried: whether it came only after another try. said: whether there are words to
    measure, of an answer or of one that failed.

    latency: seconds, infinite where no answer came, None where not known. spent: seconds that it took all the same, NaN
    where not known and None of a cached one. text: its hash.
    """

    failed: bool
    retried: bool
    said: bool
    latency: float | None
    spent: float | None
    tokens: float
    order: int
    text: int


class Gathered:
    """What an evidence file says, the first answer to each question only: later ones would be reruns.

    The newest measuring of a metric holds; values that were computed in another way are forgotten.
    """

    def __init__(self, truncated_fails: bool) -> None:
        self._answers = {"answered"} if truncated_fails else {"answered", "truncated"}
        self._header: Header | None = None
        self.conversations: dict[str, tuple[int, Mapping[str, str]]] = {}
        self.replies: dict[Role, dict[Key, Reply]] = {"baseline": {}, "candidate": {}}
        self.facts: dict[str, MetricFacts] = {}
        self.values: dict[tuple[Role, str], dict[Key, float]] = {}
        self.attempts = 0
        self.look = 1
        self.first_look: int | None = None
        self._planned = 0
        self._measurings: dict[int, Measuring] = {}
        self._replaced: set[str] = set()

    @property
    def header(self) -> Header:
        """The header; ValueError before it was taken."""
        if self._header is None:
            raise ValueError("records without a header")
        return self._header

    def take(self, record: Record) -> None:
        """Take the next record."""
        if isinstance(record, Answer):
            self._take_answer(record)
        elif isinstance(record, Scores):
            self._take_scores(record)
        elif isinstance(record, Conversation):
            self.conversations.setdefault(record.id, (record.line, dict(record.slices)))
        elif isinstance(record, Measuring):
            self._take_measuring(record)
        elif isinstance(record, Attempt):
            self.attempts += 1
            if record.why == "second look":
                self.look += 1
                self.first_look = self._planned if self.first_look is None else self.first_look
            self._planned = record.conversations
        else:
            self._header = record

    def problems(self, ids: Sequence[str]) -> Iterator[tuple[str, str, str]]:
        """Yield why what was gathered cannot be trusted: by name, in a clause, and of which metric, if of one."""
        if len(ids) != self._planned or not ids:
            yield "incomplete", f"{len(ids)} of {self._planned} conversations are there: resume the scoring", ""
        expected = {(each, repeat) for each in ids for repeat in range(self.header.repeats)}
        for role in ROLES:
            asked = self.replies[role].keys()
            unasked, strange = expected - asked, asked - expected
            if unasked:
                yield "ids", f"The {role} was not asked {_some(unasked)}: both must get the same questions", ""
            if strange:
                yield "ids", f"The {role} answers {_some(strange)}, which are no questions of this file", ""
        for metric in self.facts:
            some = [key for role in ROLES for key in self._without_value(role, metric)]
            if some and metric in self._replaced:
                yield "signatures", f"{metric} has values of another signature: measure {_some(some)} again", metric
            elif some:
                yield "scores", f"{metric} is not there for {_some(some)} with answers: measure them", metric
            outside = [key for role in ROLES for key in self._out_of_range(role, metric)]
            if outside:
                ends = "{:g} to {:g}".format(*sorted((self.facts[metric].worst, self.facts[metric].best)))
                yield "scores", f"{metric} is not within its range of {ends} for {_some(outside)}", metric

    def _without_value(self, role: Role, metric: str) -> list[Key]:
        values = self.values.get((role, metric), {})
        return [key for key, reply in self.replies[role].items() if reply.said and key not in values]

    def _out_of_range(self, role: Role, metric: str) -> list[Key]:
        """Return where values are beyond the metric's worst or best; a count of faults has no such range."""
        low, high = sorted((self.facts[metric].worst, self.facts[metric].best))
        slack = _ROUNDING * (high - low)
        values = self.values.get((role, metric), {}) if low < high else {}
        return [key for key, value in values.items() if not low - slack <= value <= high + slack]

    def _take_answer(self, answer: Answer) -> None:
        if answer.warmup:
            return
        failed = answer.outcome not in self._answers
        latency = None if answer.cached else answer.latency_s
        if failed and answer.outcome != "truncated":
            latency = math.inf
        spent = None if answer.cached else math.nan if answer.latency_s is None else answer.latency_s
        known = answer.prompt_tokens is not None and answer.completion_tokens is not None
        tokens = float((answer.prompt_tokens or 0) + (answer.completion_tokens or 0)) if known else math.nan
        reply = Reply(
            failed,
            not failed and answer.tries > 1,
            answer.outcome in SAID,
            latency,
            spent,
            tokens,
            answer.order,
            hash(answer.text),
        )
        self.replies[answer.role].setdefault((answer.id, answer.repeat), reply)

    def _take_measuring(self, measuring: Measuring) -> None:
        self._measurings[measuring.number] = measuring
        for metric, facts in measuring.metrics.items():
            if metric in self.facts and self.facts[metric] != facts:
                self._replaced.add(metric)
                for role in ROLES:
                    self.values.pop((role, metric), None)
            self.facts[metric] = facts

    def _take_scores(self, scores: Scores) -> None:
        measuring = self._measurings.get(scores.measuring)
        metrics = measuring.metrics if measuring else {}
        for metric, value in scores.values.items():
            if metric in metrics and metrics[metric] == self.facts[metric]:
                values = self.values.setdefault((scores.role, metric), {})
                values[scores.id, scores.repeat] = value


def _some(keys: set[Key] | Sequence[Key]) -> str:
    """Name a few conversations, in order, and how many there are."""
    ids = sorted({each for each, _ in keys})
    shown = ", ".join(each[:12] for each in ids[:_SHOWN])
    count = "1 conversation" if len(ids) == 1 else f"{len(ids)} conversations"
    return f"{count} ({shown}{', ...' if len(ids) > _SHOWN else ''})"
