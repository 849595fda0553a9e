"""Two models that are alike, made up from references: what the dose test of docs/calibration.md is carried out on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from harness.gate.evidence.records import (
    ROLES,
    Answer,
    Attempt,
    Conversation,
    Header,
    HeldOut,
    Leakage,
    Measuring,
    Message,
    Record,
    Scores,
    Side,
)
from harness.gate.metrics.metric import Metric, Sample
from harness.gate.scoring.choosing import facts_of
from harness.gate.scoring.measures import values_of

__all__ = ["Asked", "answered", "as_documents"]

Asked = tuple[str, str]
"""A question, and the reference that answers it."""


def answered(asked: Sequence[Asked], metrics: Mapping[str, Metric], seed: int) -> Iterator[Record]:
    """Yield the records of a comparison, measured.

    Both models say the reference, with some of its words left out or taken from other references: a tenth of them on
    average, in every answer another share, and each model others.
    """
    side = Side(endpoint="made up", deployment="", model="made up", version="", digest="")
    yield Header(
        held_out=HeldOut(name="made up", sha256="", conversations=len(asked)),
        train_sha256=None,
        leakage=Leakage(exact=0, ngram13=0),
        baseline=side,
        candidate=side,
        decoding={},
        tools={},
    )
    yield Attempt(number=1, started="", why="first", conversations=len(asked))
    yield Measuring(number=1, metrics={name: facts_of(metric) for name, metric in metrics.items()})
    rng = np.random.Generator(np.random.PCG64(seed))
    words = [word for _, reference in asked for word in reference.split()]
    for number, (question, reference) in enumerate(asked):
        place, messages = f"{number:064x}", (Message(role="user", content=question),)
        yield Conversation(id=place, line=number + 1, slices={}, messages=messages, reference=reference)
        for order, role in enumerate(ROLES, 2 * number):
            said = _said(reference, words, rng)
            yield Answer(id=place, role=role, repeat=0, attempt=1, outcome="answered", text=said, order=order)
            sample = Sample([{"role": "user", "content": question}], reference, said)
            values = values_of(metrics, tuple(metrics), sample, f"conversation {number + 1}")
            yield Scores(id=place, role=role, repeat=0, measuring=1, values=values)


def as_documents(asked: Sequence[Asked]) -> list[Asked]:
    """Return the same conversations with JSON documents for references."""
    return [(f"{question} Answer in JSON.", _document(reference)) for question, reference in asked]


def _document(text: str) -> str:
    return json.dumps({"answer": text, "words": len(text.split())}, ensure_ascii=False)


def _said(reference: str, words: Sequence[str], rng: np.random.Generator) -> str:
    """Return what a model says; of a document its answer alone is said otherwise, so that it stays one."""
    if reference.startswith("{"):
        return _document(_said(json.loads(reference)["answer"], words, rng))
    share = rng.beta(1, 9)
    kept = []
    for word in reference.split():
        if rng.random() >= share:
            kept.append(word)
        elif rng.random() < 0.5:
            kept.append(words[int(rng.integers(len(words)))])
    return " ".join(kept) or reference
