"""Answers of many threads on their way to the disk, and the cache of earlier ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.errors import EnvironmentMissing, UsageError
from harness.gate.evidence.journal import Journal
from harness.gate.evidence.records import Answer, Attempt
from harness.gate.scoring.posting import Reply
from harness.gate.scoring.score import score
from harness.gate.scoring.writing import Writer
from tests.unit.gate.chat_rows import sums, write_rows
from tests.unit.gate.scoring.endpoints import Clock, Endpoint, compared, recorded, request, right

BLUE, GREEN = compared("blue"), compared("green")


def _attempt(number: int) -> Attempt:
    return Attempt(number=number, started="2026-03-01T00:00:00+00:00", why="resumed", conversations=1)


def test_a_record_is_reported_only_when_it_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each record was synced before it is told, however many share a sync."""
    path, synced, told, sync = tmp_path / "e.jsonl", [0], list[tuple[int, int]](), os.fsync

    def counted(descriptor: int) -> None:
        sync(descriptor)
        synced[0] = path.read_bytes().count(b"\n")

    monkeypatch.setattr(os, "fsync", counted)
    with Journal(path) as journal, Writer(journal, lambda record: told.append((record.number, synced[0]))) as writer:  # type: ignore[union-attr]
        for number in range(1, 301):
            writer.put(_attempt(number))

    assert [number for number, _ in told] == list(range(1, 301))
    assert all(lines >= number for number, lines in told)


def test_a_full_disk_ends_the_asking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the evidence cannot be written the scoring stops with that error, and does not go on asking for nothing."""
    held_out = write_rows(tmp_path / "h.jsonl", sums(400))
    endpoint, append = Endpoint(right), Journal.append

    def full(journal: Journal, *records: object) -> None:
        if len(endpoint.asked) > 20:
            raise EnvironmentMissing("the evidence cannot be written", remedy="Make room.")
        append(journal, *records)  # type: ignore[arg-type]

    monkeypatch.setattr(Journal, "append", full)
    with pytest.raises(EnvironmentMissing):
        score(request(held_out, concurrency=4), BLUE, GREEN, post=endpoint, timing=Clock().timing)
    assert len(endpoint.asked) < 400


def test_answers_of_earlier_evidence_stand_for_new_ones(tmp_path: Path) -> None:
    """With a cache the baseline is not asked again, and its cached answers have no latency."""
    held_out = write_rows(tmp_path / "h.jsonl", sums(4))
    earlier, endpoint = request(held_out, evidence=tmp_path / "earlier.jsonl"), Endpoint(right)
    score(earlier, BLUE, GREEN, post=endpoint, timing=Clock().timing)
    wanted = request(held_out, caches=(earlier.evidence,))
    report = score(wanted, BLUE, compared("red"), post=endpoint, timing=Clock().timing)
    cached = [answer for answer in recorded(wanted.evidence, Answer) if answer.cached]

    assert [name for name, _ in endpoint.asked[8:]] == ["red"] * 4
    assert (report.cached, {(answer.role, answer.latency_s) for answer in cached}) == (4, {("baseline", None)})


@pytest.mark.parametrize(
    "other",
    [
        {"version": "2"},
        {"environment": "azureml:env:2"},
        {"model": "azureml:n:blue"},
        {"digest": "1" * 64},
        {"endpoint": "c2"},
    ],
)
def test_another_model_version_or_environment_is_asked_anew(tmp_path: Path, other: dict[str, str]) -> None:
    """What could answer otherwise has another key, though endpoint and deployment have the same names."""
    held_out = write_rows(tmp_path / "h.jsonl", sums(4))
    earlier, endpoint = request(held_out, evidence=tmp_path / "earlier.jsonl"), Endpoint(right)
    score(earlier, BLUE, GREEN, post=endpoint, timing=Clock().timing)
    wanted = request(held_out, caches=(earlier.evidence,))

    assert score(wanted, compared("blue", **other), GREEN, post=endpoint, timing=Clock().timing).cached == 4


@pytest.mark.parametrize("given", [{"decoding": {"temperature": 0.5}}])
def test_another_body_is_asked_anew(tmp_path: Path, given: dict[str, object]) -> None:
    """Other parameters of the answering are another request."""
    held_out = write_rows(tmp_path / "h.jsonl", sums(4))
    earlier = request(held_out, evidence=tmp_path / "earlier.jsonl")
    score(earlier, BLUE, GREEN, post=Endpoint(right), timing=Clock().timing)
    wanted = request(held_out, caches=(earlier.evidence,), **given)

    assert score(wanted, BLUE, GREEN, post=Endpoint(right), timing=Clock().timing).cached == 0


def test_failures_are_not_cached(tmp_path: Path) -> None:
    """What a broken line or an overload kept from being answered is asked again."""
    held_out = write_rows(tmp_path / "h.jsonl", sums(4))
    earlier = request(held_out, evidence=tmp_path / "earlier.jsonl")
    score(earlier, BLUE, GREEN, post=Endpoint(lambda *_: Reply(500, {}, b"")), timing=Clock().timing)
    wanted = request(held_out, caches=(earlier.evidence,))

    assert score(wanted, BLUE, GREEN, post=Endpoint(right), timing=Clock().timing).cached == 0


def test_a_file_is_not_its_own_cache(tmp_path: Path) -> None:
    """The evidence that is being written cannot be named as a cache."""
    held_out = write_rows(tmp_path / "h.jsonl", sums(1))
    wanted = request(held_out, caches=(tmp_path / "e.jsonl",))

    with pytest.raises(UsageError, match="its own cache"):
        score(wanted, BLUE, GREEN, post=Endpoint(right), timing=Clock().timing)
