"""A whole scoring against an endpoint in memory: what is asked, in which order, and what stands in the evidence."""

from __future__ import annotations

import json
import sys
import tracemalloc
from pathlib import Path

import pytest

from harness.errors import DataError, ScoringFailed, UsageError
from harness.gate.evidence.journal import digest_of, read_records
from harness.gate.evidence.paired import pair
from harness.gate.evidence.records import Answer, Attempt, Header, Measuring, Scores
from harness.gate.policy.sections import HardSection
from harness.gate.scoring.measures import Choice
from harness.gate.scoring.posting import Reply
from harness.gate.scoring.score import score
from harness.gate.verdict.hard import at_fault
from tests.unit.gate.chat_rows import row, sums, write_rows
from tests.unit.gate.scoring.endpoints import (
    METRICS,
    Clock,
    Endpoint,
    compared,
    content_of,
    recorded,
    request,
    right,
    said,
)

BLUE, GREEN = compared("blue"), compared("green")


@pytest.fixture
def held_out(tmp_path: Path) -> Path:
    """Six sums."""
    return write_rows(tmp_path / "held_out.jsonl", sums(6))


def test_both_are_asked_the_same_in_turns(held_out: Path) -> None:
    """Every conversation goes to both deployments, and who is first alternates: ABBA."""
    endpoint = Endpoint(right)
    score(request(held_out), BLUE, GREEN, post=endpoint, timing=Clock().timing)

    assert [name for name, _ in endpoint.asked] == ["blue", "green", "green", "blue"] * 3
    assert [question for _, question in endpoint.asked] == [f"What is {n // 2} plus 1?" for n in range(12)]


def test_the_evidence_is_what_a_verdict_is_made_from(held_out: Path) -> None:
    """The file pairs without a problem, with the scores of either side and the slices of the rows."""
    endpoint = Endpoint(lambda q, d: right(q, d) if d == "blue" else said("I do not know."))
    wanted = request(held_out, slices=("language",), concurrency=4)
    score(wanted, BLUE, GREEN, post=endpoint, timing=Clock().timing)
    paired = pair(read_records(wanted.evidence), digest_of(wanted.evidence))

    assert (paired.problems, paired.requests, paired.failures, paired.attempts) == ((), (6, 6), (0, 0), 1)
    assert [side.mean() for side in paired.scores["exact_match"]] == [1.0, 0.0]
    assert set(paired.slices["language"]) == {"de", "en"}


def test_failures_are_answers_with_their_outcome(held_out: Path) -> None:
    """A refusal, an empty and an unreadable answer are recorded as what they are, and none is left out."""
    replies = {
        "1": Reply(400, {}, b'{"error": {"code": "content_filter"}}'),
        "2": said(" "),
        "3": Reply(200, {}, b"<html>"),
    }
    endpoint = Endpoint(lambda q, d: replies.get(q.split()[2], right(q, d)) if d == "green" else right(q, d))
    report = score(request(held_out), BLUE, GREEN, post=endpoint, timing=Clock().timing)

    assert report.asked["baseline"] == {"answered": 6}
    assert report.asked["candidate"] == {"answered": 3, "content_filter": 1, "empty": 1, "unreadable": 1}


@pytest.mark.skipif(sys.platform == "win32", reason="the lock is POSIX's")
def test_a_second_run_at_the_same_time_is_refused(held_out: Path) -> None:
    """While one run asks, another of the same evidence is refused before it asks anything, and the first goes on."""
    wanted, other = request(held_out), Endpoint(right)

    def while_asking(question: str, deployment: str) -> Reply:
        with pytest.raises(UsageError, match="another run writes this evidence"):
            score(wanted, BLUE, GREEN, post=other, timing=Clock().timing)
        return right(question, deployment)

    report = score(wanted, BLUE, GREEN, post=Endpoint(while_asking), timing=Clock().timing)

    assert (other.asked, report.asked["candidate"]) == ([], {"answered": 6})


@pytest.mark.parametrize(("text", "metric"), [(" ", "empty"), ("gone<|im_end|>", "template")])
def test_a_hard_check_sees_what_a_failed_answer_says(held_out: Path, text: str, metric: str) -> None:
    """An empty answer, and a marker in one that was cut off, count as failed and are found all the same."""
    cut = {"choices": [{"message": {"content": text}, "finish_reason": "length"}]}
    endpoint = Endpoint(lambda q, d: Reply(200, {}, json.dumps(cut).encode()) if d == "green" else right(q, d))
    wanted = request(held_out, choices=(*METRICS, Choice(metric, metric)))
    score(wanted, BLUE, GREEN, post=endpoint, timing=Clock().timing)
    paired = pair(read_records(wanted.evidence), digest_of(wanted.evidence))
    check = HardSection(metric=metric)

    assert (paired.failures, paired.problems, int(at_fault(paired, check).sum())) == ((0, 6), (), 6)


def test_warm_up_answers_count_for_nothing(held_out: Path) -> None:
    """Warm-up questions go to both, are marked, and are measured and paired nowhere."""
    wanted = request(held_out, warmup=2)
    score(wanted, BLUE, GREEN, post=Endpoint(right), timing=Clock().timing)
    warm = [answer.role for answer in recorded(wanted.evidence, Answer) if answer.warmup]

    assert sorted(warm) == ["baseline", "baseline", "candidate", "candidate"]
    assert len(recorded(wanted.evidence, Scores)) == 12


def test_a_deployment_that_answers_nothing_ends_the_scoring_early(held_out: Path) -> None:
    """When the warm-up gets no answer from one of the two, nothing else is asked."""
    endpoint = Endpoint(lambda q, d: right(q, d) if d == "blue" else Reply(404, {}, b"no such deployment"))

    with pytest.raises(ScoringFailed, match="the candidate answers nothing"):
        score(request(held_out, warmup=1), BLUE, GREEN, post=endpoint, timing=Clock().timing)
    assert len(endpoint.asked) == 2


def test_a_second_run_asks_and_measures_nothing_again(held_out: Path) -> None:
    """With everything there nothing is asked, no attempt is counted, and the file stays as it is."""
    wanted, endpoint = request(held_out), Endpoint(right)
    score(wanted, BLUE, GREEN, post=endpoint, timing=Clock().timing)
    before = wanted.evidence.read_bytes()
    report = score(wanted, BLUE, GREEN, post=endpoint, timing=Clock().timing)

    assert (len(endpoint.asked), report.kept, report.measured, report.attempts) == (12, 12, 0, 1)
    assert wanted.evidence.read_bytes() == before


def test_an_interrupted_run_goes_on_and_counts_an_attempt(held_out: Path, tmp_path: Path) -> None:
    """After a stop in the middle only what is missing is asked, and the evidence says what an unbroken run's says."""
    whole, broken = request(held_out, evidence=tmp_path / "whole.jsonl"), request(held_out)
    score(whole, BLUE, GREEN, post=Endpoint(right), timing=Clock().timing)

    def until_the_fifth(question: str, deployment: str) -> Reply:
        if len(endpoint.asked) == 5:
            raise KeyboardInterrupt
        return right(question, deployment)

    endpoint = Endpoint(until_the_fifth)
    with pytest.raises(KeyboardInterrupt):
        score(broken, BLUE, GREEN, post=endpoint, timing=Clock().timing)
    rest = Endpoint(right)
    score(broken, BLUE, GREEN, post=rest, timing=Clock().timing)

    assert len(rest.asked) == 12 - 4
    assert [attempt.why for attempt in recorded(broken.evidence, Attempt)] == ["first", "resumed"]
    assert content_of(broken.evidence) == content_of(whole.evidence)


def test_more_conversations_are_a_second_look(held_out: Path) -> None:
    """A file that was planned with fewer conversations takes the rest, and says that it was looked at twice."""
    endpoint = Endpoint(right)
    for limit in (2, None):
        wanted = request(held_out, limit=limit)
        score(wanted, BLUE, GREEN, post=endpoint, timing=Clock().timing)
    attempts = [(attempt.why, attempt.conversations) for attempt in recorded(wanted.evidence, Attempt)]

    assert (attempts, len(endpoint.asked)) == ([("first", 2), ("second look", 6)], 12)


def test_fewer_conversations_than_before_are_refused(held_out: Path) -> None:
    """What was planned cannot become less: answers would be chosen."""
    score(request(held_out), BLUE, GREEN, post=Endpoint(right), timing=Clock().timing)

    with pytest.raises(UsageError, match="planned with more"):
        score(request(held_out, limit=3), BLUE, GREEN, post=Endpoint(right), timing=Clock().timing)


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ({"repeats": 2}, "repeats"),
        ({"decoding": {"temperature": 0.7}}, "decoding"),
        ({"concurrency": 2}, "concurrency"),
    ],
)
def test_another_comparison_in_the_same_file_is_refused(held_out: Path, other: dict[str, object], what: str) -> None:
    """A file goes on only with what it began with."""
    score(request(held_out), BLUE, GREEN, post=Endpoint(right), timing=Clock().timing)

    with pytest.raises(UsageError, match=f"another comparison: its {what}"):
        score(request(held_out, **other), BLUE, GREEN, post=Endpoint(right), timing=Clock().timing)


def test_another_model_in_the_same_file_is_refused(held_out: Path) -> None:
    """A deployment that got a new model since is another candidate, and the message says what differs."""
    score(request(held_out), BLUE, GREEN, post=Endpoint(right), timing=Clock().timing)

    with pytest.raises(UsageError, match="version '2'"):
        score(request(held_out), BLUE, compared("green", version="2"), post=Endpoint(right), timing=Clock().timing)


def test_a_metric_that_is_added_later_asks_nobody(held_out: Path) -> None:
    """New metrics are measured on the recorded answers, and only they."""
    wanted, endpoint = request(held_out), Endpoint(right)
    score(wanted, BLUE, GREEN, post=endpoint, timing=Clock().timing)
    more = request(held_out, choices=(*wanted.choices, Choice("chrf", "chrf")))
    report = score(more, BLUE, GREEN, post=endpoint, timing=Clock().timing)

    assert (len(endpoint.asked), report.measured) == (12, 12)
    assert [set(each.metrics) for each in recorded(wanted.evidence, Measuring)] == [
        {"rouge_l", "exact_match"},
        {"chrf"},
    ]


def test_a_leak_stops_before_anything_is_asked(held_out: Path, tmp_path: Path) -> None:
    """With a held-out conversation in the training rows the file says so, and no model is asked."""
    train, endpoint = write_rows(tmp_path / "train.jsonl", sums(2)), Endpoint(right)
    wanted = request(held_out, train=train)
    report = score(wanted, BLUE, GREEN, post=endpoint, timing=Clock().timing)
    (header,) = recorded(wanted.evidence, Header)

    assert (report.leaked, endpoint.asked, header.leakage.exact) == (True, [], 2)


def test_memorised_answers_are_found_in_the_training_rows(held_out: Path, tmp_path: Path) -> None:
    """An answer that is a training row word for word is memorised, and the reference's is not."""
    poem = " ".join(f"w{n}" for n in range(60))
    train = write_rows(tmp_path / "train.jsonl", [row("A poem?", poem)])
    endpoint = Endpoint(lambda q, d: said(poem) if d == "green" else right(q, d))
    wanted = request(held_out, train=train, choices=(Choice("memorised", "memorised"),))
    score(wanted, BLUE, GREEN, post=endpoint, timing=Clock().timing)
    values = {(each.role, each.values["memorised"]) for each in recorded(wanted.evidence, Scores)}

    assert values == {("baseline", 0.0), ("candidate", 1.0)}


def test_repeats_are_asked_and_told_apart(held_out: Path) -> None:
    """With two repeats each conversation is asked four times, and no two answers share a key."""
    wanted = request(held_out, repeats=2)
    score(wanted, BLUE, GREEN, post=Endpoint(right), timing=Clock().timing)
    answers = recorded(wanted.evidence, Answer)

    assert (len(answers), len({answer.key for answer in answers})) == (24, 24)


def test_measuring_in_processes_says_what_measuring_here_says(tmp_path: Path) -> None:
    """Worker processes give the same values as this one."""
    held_out = write_rows(tmp_path / "h.jsonl", sums(130))
    here, there = request(held_out), request(held_out, evidence=tmp_path / "there.jsonl", workers=2)
    for wanted in (here, there):
        score(wanted, BLUE, GREEN, post=Endpoint(right), timing=Clock().timing)

    assert content_of(here.evidence) == content_of(there.evidence)


@pytest.mark.parametrize("choice", [Choice("mine", "nowhere:politeness"), Choice("rogue", "rogue_l")])
def test_a_wrong_metric_is_refused_before_anything_is_asked(held_out: Path, choice: Choice) -> None:
    """A metric that is not there costs no request."""
    endpoint = Endpoint(right)
    with pytest.raises(UsageError):
        score(request(held_out, choices=(choice,)), BLUE, GREEN, post=endpoint, timing=Clock().timing)

    assert endpoint.asked == []


def test_an_unreadable_evidence_file_is_refused(held_out: Path) -> None:
    """A file that is something else is not written to."""
    wanted = request(held_out)
    wanted.evidence.write_text("notes of mine\n", encoding="utf-8")

    with pytest.raises(DataError):
        score(wanted, BLUE, GREEN, post=Endpoint(right), timing=Clock().timing)
    assert wanted.evidence.read_text(encoding="utf-8") == "notes of mine\n"


def _peak_kib(folder: Path, count: int) -> float:
    """Score so many conversations of 4 KB and return the peak of what Python held."""
    rows = (row(f"What is {n} plus 1? {'x' * 2000}", "y") for n in range(count))
    held_out = write_rows(folder / f"{count}.jsonl", rows)
    wanted = request(held_out, evidence=folder / f"e{count}.jsonl", choices=(Choice("exact_match", "exact_match"),))
    tracemalloc.start()
    score(wanted, BLUE, GREEN, post=lambda *_: said("z" * 2000), timing=Clock().timing)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1024


def test_memory_grows_by_ids_only(tmp_path: Path) -> None:
    """Of 600 more conversations with 8 KB of text each in the evidence, less than 1 KiB each is in memory."""
    _peak_kib(tmp_path, 100)
    small, large = _peak_kib(tmp_path, 300), _peak_kib(tmp_path, 900)

    assert (large - small) / 600 < 1.0
