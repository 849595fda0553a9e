"""Whatever stands in an evidence file: it is refused by line, or leads to a verdict; nothing else happens."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import DataError
from harness.gate.evidence.journal import Journal
from harness.gate.evidence.loading import load_evidence
from harness.gate.evidence.paired import pair
from harness.gate.evidence.records import (
    ROLES,
    Answer,
    Attempt,
    Conversation,
    Header,
    HeldOut,
    Leakage,
    Measuring,
    MetricFacts,
    Record,
    Scores,
)
from harness.gate.verdict.decide import decide
from harness.gate.verdict.document import schema, verdict_bytes, verdict_from
from tests.unit.gate.comparison import TODAY, Made, policy_of, scores_of, side

ids = st.sampled_from(["a", "b", "c"])
roles = st.sampled_from(ROLES)
repeats = st.integers(0, 2)
numbers = st.integers(1, 3)
floats = st.floats(-1e9, 1e9)
metrics = st.sampled_from(["score", "other"])
POLICY = policy_of(
    decision={"min_conversations": 2, "looks": 2},
    guardrail=[{"metric": "other"}],
    slice=[{"by": "language", "min_conversations": 2}],
    operations={"latency_p50_s": 1.0, "tokens_ratio": 1.1, "tokens_per_conversation": 5.0},
    validity={"leakage_check": False},
)

facts = st.builds(
    MetricFacts,
    signature=st.sampled_from(["1", "2"]),
    kind=st.sampled_from(["binary", "continuous"]),
    direction=st.sampled_from(["higher", "lower"]),
    worst=st.sampled_from([0.0, 1.0]),
    best=st.sampled_from([0.0, 1.0]),
)
answers = st.builds(
    Answer,
    id=ids,
    role=roles,
    repeat=repeats,
    attempt=numbers,
    outcome=st.sampled_from(["answered", "timeout", "truncated", "empty"]),
    text=st.text(max_size=3),
    latency_s=st.none() | st.floats(0, 1e6),
    prompt_tokens=st.none() | st.integers(0, 10**9),
    completion_tokens=st.none() | st.integers(0, 10**9),
    cached=st.booleans(),
    warmup=st.booleans(),
    order=st.integers(0, 9),
)
records: st.SearchStrategy[Record] = st.one_of(
    answers,
    st.builds(
        Attempt,
        number=numbers,
        started=st.just("x"),
        why=st.sampled_from(["first", "resumed", "second look"]),
        conversations=st.integers(0, 4),
    ),
    st.builds(
        Conversation,
        id=ids,
        line=numbers,
        slices=st.dictionaries(st.just("language"), st.sampled_from(["de", "", "fr"])),
        messages=st.just(()),
        reference=st.none(),
    ),
    st.builds(Measuring, number=numbers, metrics=st.dictionaries(metrics, facts)),
    st.builds(Scores, id=ids, role=roles, repeat=repeats, measuring=numbers, values=st.dictionaries(metrics, floats)),
)
headers = st.builds(
    Header,
    held_out=st.just(HeldOut(name="x", sha256="y", conversations=3)),
    train_sha256=st.none(),
    leakage=st.none() | st.builds(Leakage, exact=st.integers(0, 1), ngram13=st.just(0)),
    baseline=st.just(side("blue")),
    candidate=st.sampled_from([side("green"), side("green", instance_count=0), side("blue")]),
    decoding=st.just({}),
    repeats=numbers,
    tools=st.just({}),
)


@given(headers, st.lists(records, max_size=40))
def test_any_records_lead_to_a_verdict(header: Header, lines: list[Record]) -> None:
    """Records in any order and number lead to a verdict that its schema allows and that reads back as it was."""
    verdict = decide(pair([header, *lines], "d" * 64), POLICY, today=TODAY, versions={})
    written = verdict_bytes(verdict)

    assert verdict_bytes(verdict_from(_checked(written), "here")) == written


@given(st.integers(2, 60), st.data())
def test_any_few_scores_lead_to_a_verdict(n: int, data: st.DataObject) -> None:
    """Scores of any size, alike or not, lead to a verdict."""
    scores = st.lists(st.sampled_from([0.0, 1.0, -1e9, 1e9, 5e-324]) | floats, min_size=n, max_size=n)
    made = Made({"score": (data.draw(scores), data.draw(scores))})

    _checked(verdict_bytes(made.verdict(policy_of(decision={"min_conversations": 2}))))


@given(st.binary(max_size=60), st.integers(0, 10))
def test_a_damaged_file_is_refused_or_read(garbage: bytes, line: int) -> None:
    """Bytes in the place of a line are refused with file and line, or are no damage."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "evidence.jsonl"
        with Journal(path) as journal:
            journal.append(*Made({"score": scores_of(3)}).records())
        lines = path.read_bytes().splitlines()
        lines[line] = garbage
        path.write_bytes(b"\n".join(lines) + b"\n")
        refused = _refusal(path)

    assert refused is None or str(path) in refused.where


def _refusal(path: Path) -> DataError | None:
    try:
        load_evidence(path)
    except DataError as error:
        return error
    return None


def _checked(written: bytes) -> Any:
    document = json.loads(written)
    jsonschema.Draft202012Validator(schema()).validate(document)
    return document
