"""The paired view of an evidence file: what either model scored on each conversation. Verdicts are made from it alone.

Intention to treat: an answer that failed has the worst score, whichever model failed. Nothing is dropped, and nothing
is paired by its place in a file.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from harness.gate.evidence.gathering import Gathered, Key, Reply
from harness.gate.evidence.records import Header, MetricFacts, Record, Role

__all__ = ["BoolArray", "FloatArray", "PairedEvidence", "Problem", "pair"]

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Both = tuple[FloatArray, FloatArray]
"""One array for each role: the baseline's, then the candidate's."""


class Problem(NamedTuple):
    """A reason not to trust the evidence. name: ids, incomplete, signatures or scores. metric: "" when it is all."""

    name: str
    clause: str
    metric: str = ""


@dataclass(frozen=True, slots=True)
class PairedEvidence:
    """n conversations, sorted by id; pairs of values are the baseline's, then the candidate's.

    scores: by metric, in the metric's own direction, repeats averaged, failures at its worst, never NaN.
    faults: by metric, how far the worst that was said is from the metric's best, also in answers that failed; 0 where
    nothing was said.
    missing: share of each conversation's repeats that failed. failures, requests, and retried, which were answered only
    after another try: counted over repeats.
    latency_s: seconds in the order of asking, of what was neither cached nor a warm-up; infinite where no answer came.
    spent_s: the same with the time that what never came took, such as a timeout; NaN where not known.
    tokens: of prompt and answer, a conversation; NaN where not known. slices: by name, "" where it has none.
    again: by metric, the baseline's first and second repeat; empty where nothing was asked twice. changed: how many
    conversations have two unlike answers of the baseline. look: from 1; first_look: how many
    conversations there were at it, None before a second. digest: sha256 of the evidence file's lines.
    """

    ids: tuple[str, ...]
    lines: tuple[int, ...]
    scores: Mapping[str, Both]
    faults: Mapping[str, Both]
    missing: Both
    failures: tuple[int, int]
    requests: tuple[int, int]
    retried: tuple[int, int]
    latency_s: Both
    spent_s: Both
    tokens: Both
    slices: Mapping[str, tuple[str, ...]]
    metrics: Mapping[str, MetricFacts]
    again: Mapping[str, Both]
    changed: int | None
    header: Header
    attempts: int
    look: int
    first_look: int | None
    problems: tuple[Problem, ...]
    digest: str

    @property
    def answered(self) -> tuple[BoolArray, BoolArray]:
        """Whether all repeats of a conversation were answered."""
        return self.missing[0] == 0, self.missing[1] == 0


def pair(records: Iterable[Record], digest: str, *, truncated_fails: bool = True) -> PairedEvidence:
    """Return the paired view of an evidence file's records; what cannot be trusted is in its `problems`.

    truncated_fails: whether an answer that was cut off at its longest counts as none.
    """
    gathered = Gathered(truncated_fails)
    for record in records:
        gathered.take(record)
    header = gathered.header
    ids = tuple(sorted(gathered.conversations))
    repeats = range(header.repeats)
    twice = gathered.facts if len(repeats) > 1 else ()

    def both(values: Callable[[Gathered, Sequence[str], Role, str, range], FloatArray], metric: str) -> Both:
        return _both(lambda role: values(gathered, ids, role, metric, repeats))

    replies = gathered.replies
    return PairedEvidence(
        ids=ids,
        lines=tuple(gathered.conversations[each][0] for each in ids),
        scores={metric: both(_scores, metric) for metric in gathered.facts},
        faults={metric: both(_faults, metric) for metric in gathered.facts},
        missing=_both(lambda role: _missing(replies[role], ids, repeats)),
        failures=_counted(lambda role: sum(reply.failed for reply in replies[role].values())),
        requests=_counted(lambda role: len(replies[role])),
        retried=_counted(lambda role: sum(reply.retried for reply in replies[role].values())),
        latency_s=_both(lambda role: _in_order((reply.order, reply.latency) for reply in replies[role].values())),
        spent_s=_both(lambda role: _in_order((reply.order, reply.spent) for reply in replies[role].values())),
        tokens=_both(lambda role: _tokens(replies[role], ids, repeats)),
        slices=_slices(gathered, ids),
        metrics=dict(gathered.facts),
        again={metric: _repeated(gathered, ids, metric) for metric in twice},
        changed=_changed(replies["baseline"], ids) if len(repeats) > 1 else None,
        header=header,
        attempts=gathered.attempts,
        look=gathered.look,
        first_look=gathered.first_look,
        problems=tuple(Problem(*found) for found in gathered.problems(ids)),
        digest=digest,
    )


def _both(make: Callable[[Role], FloatArray]) -> Both:
    return make("baseline"), make("candidate")


def _counted(count: Callable[[Role], int]) -> tuple[int, int]:
    return count("baseline"), count("candidate")


def _slices(gathered: Gathered, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    names = sorted({name for _, slices in gathered.conversations.values() for name in slices})
    return {name: tuple(gathered.conversations[each][1].get(name, "") for each in ids) for name in names}


def _scores(gathered: Gathered, ids: Sequence[str], role: Role, metric: str, repeats: range) -> FloatArray:
    """Average a metric over repeats. What was answered and not measured gets the worst too: a problem names it."""
    replies, values = gathered.replies[role], gathered.values.get((role, metric), {})
    worst = gathered.facts[metric].worst
    scores = np.empty(len(ids))
    for row, each in enumerate(ids):
        total = 0.0
        for repeat in repeats:
            failed = _failed(replies.get((each, repeat)))
            total += worst if failed else values.get((each, repeat), worst)
        scores[row] = total / len(repeats)
    return scores


def _repeated(gathered: Gathered, ids: Sequence[str], metric: str) -> Both:
    """Return the baseline's first and second answers' scores."""
    first, second = (_scores(gathered, ids, "baseline", metric, range(k, k + 1)) for k in (0, 1))
    return first, second


def _faults(gathered: Gathered, ids: Sequence[str], role: Role, metric: str, repeats: range) -> FloatArray:
    """Return the largest distance from the metric's best over what was said in the repeats of each conversation."""
    values, best = gathered.values.get((role, metric), {}), gathered.facts[metric].best
    return np.array([max(abs(values.get((each, k), best) - best) for k in repeats) for each in ids], dtype=np.float64)


def _missing(replies: Mapping[Key, Reply], ids: Sequence[str], repeats: range) -> FloatArray:
    failed = [sum(_failed(replies.get((each, repeat))) for repeat in repeats) for each in ids]
    return np.array(failed, dtype=np.float64) / len(repeats)


def _failed(reply: Reply | None) -> bool:
    return reply is None or reply.failed


def _in_order(seconds: Iterable[tuple[int, float | None]]) -> FloatArray:
    """Return the times that there are, by the order of asking."""
    timed = sorted((order, each) for order, each in seconds if each is not None)
    return np.array([each for _, each in timed], dtype=np.float64)


def _tokens(replies: Mapping[Key, Reply], ids: Sequence[str], repeats: range) -> FloatArray:
    def mean(each: str) -> float:
        found = [replies.get((each, repeat)) for repeat in repeats]
        return sum(math.nan if reply is None else reply.tokens for reply in found) / len(repeats)

    return np.array([mean(each) for each in ids], dtype=np.float64)


def _changed(replies: Mapping[Key, Reply], ids: Sequence[str]) -> int:
    pairs = ((replies.get((each, 0)), replies.get((each, 1))) for each in ids)
    return sum(one is not None and other is not None and one.text != other.text for one, other in pairs)
