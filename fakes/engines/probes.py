"""How well the index answers while it grows: a sample of examples, each with every reply it ever gets.

A reply changes only when a nearer example is learned, about log(n) times, so the loss after any number of
learned examples is exact and cheap: no reply is computed twice.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fakes.engines.example import Example, Neighbour
from fakes.engines.index import Row, TfidfIndex
from fakes.engines.scores import Pair
from fakes.engines.tasks.task import Task

_BLOCK = 64
"""Queries searched at once: 64 rows of similarities against 200,000 examples are 50 MB."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One example to be answered; from `since[i]` learned examples on the reply is `replies[i]`."""

    truth: str
    since: tuple[int, ...]
    replies: tuple[str, ...]

    def reply(self, learned: int) -> str:
        """The reply when the first `learned` examples of the index are known."""
        return self.replies[bisect_right(self.since, learned) - 1]


@dataclass(frozen=True, slots=True)
class Sample:
    """Probes of some rows of one split, and their mean loss as a step function of the examples learned."""

    rows: tuple[tuple[Probe, ...], ...]
    since: tuple[int, ...]
    losses: tuple[float, ...]

    def loss(self, learned: int) -> float:
        """Mean loss over the sample, 0 to 1."""
        return self.losses[bisect_right(self.since, learned) - 1]

    def pairs(self, learned: int) -> list[list[Pair]]:
        """(reply, truth) of every probe, row by row."""
        return [[(probe.reply(learned), probe.truth) for probe in row] for row in self.rows]


@dataclass(frozen=True, slots=True)
class Prober:
    """Draws samples against one index; `fallback` answers where no word is shared, None as if untrained."""

    task: Task
    index: TfidfIndex
    fallback: str | None

    def sample(self, rows: Sequence[Sequence[Example]], seed: int, places: Sequence[int] | None = None) -> Sample:
        """Up to `task.probes` examples in whole rows.

        With `places`, the first place of every row in the index, a row is answered as if it were not learned.
        """
        chosen = _draw(rows, self.task.probes, seed)
        own = [range(places[row], places[row] + len(rows[row])) if places else range(0) for row in chosen]
        hidden = [hide for hide, row in zip(own, chosen, strict=True) for _ in rows[row]]
        probes = self._probes([example for row in chosen for example in rows[row]], hidden)
        grouped = []
        for row in chosen:
            grouped.append(tuple(probes[: len(rows[row])]))
            del probes[: len(rows[row])]
        return _summed(self.task, tuple(grouped))

    def _probes(self, examples: Sequence[Example], hidden: Sequence[range]) -> list[Probe]:
        probes = []
        for start in range(0, len(examples), _BLOCK):
            block = examples[start : start + _BLOCK]
            similarities = self.index.similarities([example.query for example in block])
            for offset, example in enumerate(block):
                row, hide = similarities[offset], hidden[start + offset]
                row[hide.start : hide.stop] = 0.0
                probes.append(self._probe(example, row))
        return probes

    def _probe(self, example: Example, row: Row) -> Probe:
        first = self.task.untrained(example.query) if self.fallback is None else self.fallback
        since, replies = [0], [first]
        for learned, places in nearest_while_growing(row, self.task.neighbours):
            neighbours = [Neighbour(float(row[place]), self.index.answers[place]) for place in places]
            since.append(learned)
            replies.append(self.task.reply(example.query, neighbours))
        return Probe(example.answer, tuple(since), tuple(replies))


def nearest_while_growing(row: Row, count: int) -> list[tuple[int, tuple[int, ...]]]:
    """(examples learned, places of the `count` nearest) at every change; the earlier place wins a tie."""
    candidates = np.flatnonzero(row > 0.0)
    values = row[candidates]
    nearest: list[int] = []
    changes: list[tuple[int, tuple[int, ...]]] = []
    position = 0
    while position < len(candidates):
        bar = row[nearest[-1]] if len(nearest) == count else 0.0
        position += int(np.argmax(values[position:] > bar))
        if values[position] <= bar:
            break
        place = int(candidates[position])
        nearest = sorted([*nearest, place], key=lambda each: (-row[each], each))[:count]
        changes.append((place + 1, tuple(nearest)))
        position += 1
    return changes


def _draw(rows: Sequence[Sequence[Example]], budget: int, seed: int) -> list[int]:
    order = [place for place, row in enumerate(rows) if row]
    random.Random(seed).shuffle(order)
    chosen, used = [], 0
    for place in order:
        if used and used + len(rows[place]) > budget:
            break
        chosen.append(place)
        used += len(rows[place])
    return sorted(chosen)


def _summed(task: Task, rows: tuple[tuple[Probe, ...], ...]) -> Sample:
    changes: dict[int, float] = {}
    count = sum(map(len, rows))
    for probe in (probe for row in rows for probe in row):
        before = 0.0
        for learned, reply in zip(probe.since, probe.replies, strict=True):
            loss = task.loss(reply, probe.truth)
            changes[learned] = changes.get(learned, 0.0) + loss - before
            before = loss
    since = sorted(changes)
    totals = np.cumsum([changes[learned] for learned in since]) / count
    return Sample(rows, tuple(since), tuple(round(float(total), 12) for total in totals))
