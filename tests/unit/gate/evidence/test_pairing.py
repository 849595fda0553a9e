"""The paired view: intention to treat, first answers only, nothing by position, and what cannot be trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest

from harness.gate.evidence.paired import PairedEvidence, pair
from harness.gate.evidence.records import Answer, Attempt, Conversation, Measuring, Record, Scores
from tests.unit.gate.comparison import SCORE, Made

MADE = Made({"score": ([0.1, 0.2, 0.3], [0.4, 0.5, 0.6])})


def paired(records: Iterable[Record], **options: bool) -> PairedEvidence:
    """Return the view of some records."""
    return pair(records, "d", **options)


def changed(change: Callable[[Record], Record | None], made: Made = MADE) -> PairedEvidence:
    """Return the view with each record changed, or left out where the change gives none."""
    return paired(kept for record in made.records() if (kept := change(record)) is not None)


def test_scores_stand_by_id() -> None:
    """Pairs are sorted by content id, whatever the order of asking."""
    found = paired(Made(MADE.scores, ids=["c", "a", "b"]).records())

    assert (found.ids, found.lines) == (("a", "b", "c"), (2, 3, 1))
    assert [each.tolist() for each in found.scores["score"]] == [[0.2, 0.3, 0.1], [0.5, 0.6, 0.4]]


@pytest.mark.parametrize(
    "outcome", ["timeout", "connection_error", "http_error", "content_filter", "empty", "truncated"]
)
def test_a_failed_answer_has_the_worst_score(outcome: str) -> None:
    """An answer that did not come, or not as one, counts as the worst, and as a failure."""
    found = Made(MADE.scores, failed={("candidate", 1): outcome}).evidence()

    assert found.scores["score"][1].tolist() == [0.4, 0.0, 0.6]
    assert (found.failures, found.requests, found.missing[1].tolist()) == ((0, 1), (3, 3), [0, 1, 0])
    assert found.answered[1].tolist() == [True, False, True]


def test_a_failed_answer_that_was_not_measured_is_a_problem() -> None:
    """What was cut off was said: without its values nobody can say that it holds no fault."""
    made = Made(MADE.scores, failed={("candidate", 1): "truncated"})
    found = changed(lambda r: None if isinstance(r, Scores) and r.id[-1] == "1" and r.role == "candidate" else r, made)

    assert [each.name for each in found.problems] == ["scores"]


def test_the_worst_of_a_metric_can_be_its_largest_value() -> None:
    """Where less is better, a failed answer has the upper end of the range."""
    facts = replace(SCORE, direction="lower", worst=9.0, best=0.0)
    found = Made(MADE.scores, facts={"score": facts}, failed={("baseline", 0): "timeout"}).evidence()

    assert found.scores["score"][0].tolist() == [9.0, 0.2, 0.3]


def test_a_truncated_answer_counts_where_the_policy_says_so() -> None:
    """Cut off at its longest, an answer is one or none as asked for."""
    records = [replace(r, outcome="truncated") if isinstance(r, Answer) else r for r in MADE.records()]

    assert paired(records).failures == (3, 3)
    assert paired(records, truncated_fails=False).failures == (0, 0)


def test_repeats_are_averaged_first() -> None:
    """Of two answers to one question the mean counts, a failed one with the worst score."""
    found = Made({"score": ([0.1, 0.2], [0.4, 0.5])}, again={"score": [0.3, 0.2]}).evidence()

    assert found.scores["score"][0].tolist() == [0.2, 0.2]
    assert [each.tolist() for each in found.again["score"]] == [[0.1, 0.2], [0.3, 0.2]]
    assert found.changed == 2


def test_only_the_first_answer_counts() -> None:
    """A second answer to the same question is no improvement: nobody reruns until it fits."""
    records = list(MADE.records())
    again = [replace(r, outcome="timeout", latency_s=9.0) for r in records if isinstance(r, Answer)]

    assert paired([*records, *again]).failures == (0, 0)


def test_warm_ups_feed_nothing() -> None:
    """A warm-up is neither an answer nor a time nor a failure."""
    extra = Answer(
        id=f"{0:064x}", role="candidate", repeat=0, attempt=1, outcome="timeout", warmup=True, order=0, latency_s=99.0
    )
    records = list(MADE.records())
    first = next(k for k, record in enumerate(records) if isinstance(record, Answer))
    found, plain = paired([*records[:first], extra, *records[first:]]), paired(records)

    assert (found.failures, found.latency_s[1].tolist()) == (plain.failures, plain.latency_s[1].tolist())


def test_cached_answers_feed_no_latency() -> None:
    """An answer from the cache counts, and its time does not."""
    found = changed(lambda r: replace(r, cached=r.role == "candidate") if isinstance(r, Answer) else r)

    assert (len(found.latency_s[0]), len(found.latency_s[1]), found.failures) == (3, 0, (0, 0))


def test_an_answer_that_never_came_took_forever() -> None:
    """Of a timeout the time is infinite; of an answer that was cut off it is what it took."""
    failed = {("candidate", 0): "timeout", ("candidate", 1): "truncated"}
    found = Made(MADE.scores, failed=failed, latency={"baseline": [1, 2, 3], "candidate": [4, 5, 6]}).evidence()

    assert found.latency_s[1].tolist() == [np.inf, 5, 6]


def test_answers_that_took_another_try_are_counted() -> None:
    """What was answered at the second try is no failure, and is not hidden; what failed twice is only that."""
    found = changed(lambda r: replace(r, tries=2) if isinstance(r, Answer) and r.role == "candidate" else r)
    failed = Made(MADE.scores, failed={("candidate", 1): "timeout"})
    twice = [replace(r, tries=2) if isinstance(r, Answer) else r for r in failed.records()]

    assert (found.retried, found.failures) == ((0, 3), (0, 0))
    assert (paired(twice).retried, paired(twice).failures) == ((3, 2), (0, 1))


def test_tokens_are_counted_a_conversation() -> None:
    """Tokens of prompt and answer are added; what is not known is no number."""
    found = changed(lambda r: replace(r, completion_tokens=None) if isinstance(r, Answer) and r.id[-1] == "1" else r)

    assert np.array_equal(found.tokens[0], [30, np.nan, 30], equal_nan=True)


def test_slices_stand_by_name() -> None:
    """A conversation without a slice's name has an empty value of it."""
    found = Made(MADE.scores, slices=[{"language": "de"}, {}, {"topic": "tax"}]).evidence()

    assert found.slices == {"language": ("de", "", ""), "topic": ("", "", "tax")}


@pytest.mark.parametrize("attempts", [("first",), ("first", "resumed", "resumed"), ("first", "second look")])
def test_attempts_and_looks_are_counted(attempts: tuple[str, ...]) -> None:
    """Every start counts as an attempt, and a second look as a look."""
    found = Made(MADE.scores, attempts=attempts).evidence()

    assert (found.attempts, found.look) == (len(attempts), 1 + attempts.count("second look"))


def test_sound_evidence_has_no_problem() -> None:
    """Nothing is found where nothing is wrong."""
    assert MADE.evidence().problems == ()


@pytest.mark.parametrize(
    ("left_out", "problem"),
    [
        (lambda r: isinstance(r, Answer) and r.role == "candidate" and r.id[-1] == "2", "ids"),
        (lambda r: isinstance(r, Conversation) and r.id[-1] == "2", "ids"),
        (lambda r: isinstance(r, Conversation) and r.id[-1] == "2", "incomplete"),
        (lambda r: isinstance(r, Attempt), "incomplete"),
        (lambda r: isinstance(r, Scores) and r.id[-1] == "2", "scores"),
    ],
)
def test_what_is_left_out_is_a_problem(left_out: Callable[[Record], bool], problem: str) -> None:
    """A question that only one model got, a conversation that is not there, an answer without scores: all are told."""
    found = changed(lambda r: None if left_out(r) else r)

    assert problem in {each.name for each in found.problems}


@pytest.mark.parametrize(("value", "problems"), [(1.0 + 1e-12, []), (1.01, ["scores"]), (-0.01, ["scores"])])
def test_a_score_beyond_its_range_is_a_problem(value: float, problems: list[str]) -> None:
    """What no metric can yield is told with the range; how a sum was rounded is not."""
    found = Made({"score": (np.array([0.5, value]), np.array([0.5, 0.5]))}).evidence()

    assert [each.name for each in found.problems] == problems
    assert all("its range of 0 to 1 for 1 conversation" in each.clause for each in found.problems)


def test_a_second_measuring_takes_the_place_of_the_first() -> None:
    """A metric that was computed anew counts as it was computed last."""
    records = list(MADE.records())
    facts = {"score": replace(SCORE, signature="score 2")}
    again = [replace(r, measuring=2, values={"score": 0.9}) for r in records if isinstance(r, Scores)]
    found = paired([*records, Measuring(number=2, metrics=facts), *again])

    assert (found.problems, found.metrics, set(found.scores["score"][0])) == ((), facts, {0.9})


def test_scores_of_two_signatures_are_a_problem() -> None:
    """When only one model was measured anew, the scores cannot be compared, and the problem names the metric."""
    records = list(MADE.records())
    facts = {"score": replace(SCORE, signature="score 2")}
    again = [replace(r, measuring=2) for r in records if isinstance(r, Scores) and r.role == "candidate"]
    found = paired([*records, Measuring(number=2, metrics=facts), *again])

    assert [(each.name, each.metric) for each in found.problems] == [("signatures", "score")]


def test_another_metric_can_be_measured_later() -> None:
    """A later measuring of another metric leaves the first as it is."""
    records = list(MADE.records())
    more = [replace(r, measuring=2, values={"length": 1.0}) for r in records if isinstance(r, Scores)]
    found = paired([*records, Measuring(number=2, metrics={"length": SCORE}), *more])

    assert (found.problems, sorted(found.scores)) == ((), ["length", "score"])
    assert found.scores["score"][1].tolist() == [0.4, 0.5, 0.6]
