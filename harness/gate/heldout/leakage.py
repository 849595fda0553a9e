"""Held-out conversations that the model was trained on: a test that was learned by heart says nothing.

Memory follows the held-out file and has a ceiling; the training rows, however many, are streamed past it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from harness.gate.evidence.records import Conversation, Leakage
from harness.gate.heldout.content import prefix_ids
from harness.gate.heldout.lines import rows_of
from harness.gate.heldout.reading import HeldOutSet, conversations
from harness.gate.metrics.windows import Hashes, WindowIndex, Windows, are_in, seen_in

__all__ = ["LEAKED_SHARE", "RUN", "find_leaks", "training_texts"]

RUN = 13
"""Tokens of a run that two texts do not share by chance (Brown et al. 2020)."""

LEAKED_SHARE = 0.5
"""Of the runs of a conversation's last question and answer, what training rows may hold. One run is often a phrase that
everybody uses, such as the opening of an answer; half of them is the text."""


def find_leaks(held_out: HeldOutSet, train: Path, *, most: int = 8_000_000) -> Leakage:
    """Return which held-out conversations the training rows hold; DataError for rows that hold no conversation.

    exact: a row of theirs, or the beginning of one, is the same conversation. ngram13: not exact, but half of the runs
    of 13 tokens are in training rows. most: runs to remember; of more only every second, fourth ... one is looked at.
    """
    windows = Windows(RUN)
    index = WindowIndex(most)
    for conversation in conversations(held_out):
        index.add(_runs(conversation, windows))
    ordered = index.sorted()
    exact = set[str]()
    wanted = set(held_out.ids)
    seen = seen_in(ordered, _texts(train, wanted, exact), windows)
    shared = [
        conversation.id
        for conversation in conversations(held_out)
        if conversation.id not in exact and _leaked(index.kept(_runs(conversation, windows)), ordered, seen)
    ]
    return Leakage(exact=len(exact), ngram13=len(shared), ids=tuple(sorted([*exact, *shared])))


def training_texts(train: Path) -> Iterator[str]:
    """Yield the text of every turn in training rows."""
    return _texts(train, set(), set())


def _texts(train: Path, wanted: set[str], exact: set[str]) -> Iterator[str]:
    """Yield the texts, and note on the way which of the wanted conversations a row begins with."""
    for row in rows_of(train):
        if wanted:
            exact.update(wanted.intersection(prefix_ids(row.turns)))
        for turn in row.turns:
            yield turn["content"]


def _runs(conversation: Conversation, windows: Windows) -> Hashes:
    """Return the runs of the last question and answer; a system turn is the same in all rows, and no leak."""
    texts = (conversation.messages[-1].content, conversation.reference or "")
    return np.concatenate([windows.of(text) for text in texts])


def _leaked(runs: Hashes, ordered: Hashes, seen: NDArray[np.bool_]) -> bool:
    known = runs[are_in(runs, ordered)]
    return len(known) > 0 and float(np.mean(seen[np.searchsorted(ordered, known)])) >= LEAKED_SHARE
