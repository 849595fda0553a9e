"""Held-out conversations in the training rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from harness.gate.heldout.leakage import find_leaks
from harness.gate.heldout.reading import look_through
from harness.gate.metrics.windows import WindowIndex, Windows, seen_in
from tests.unit.gate.chat_rows import row, write_rows

LONG = " ".join(f"w{n}" for n in range(60))
CHINESE = "北京是中华人民共和国的首都，也是全国的政治中心、文化中心、国际交往中心和科技创新中心。"
HELD_OUT = [row("What is 1 plus 1?", "2."), row("Tell me a story.", LONG), row("首都?", CHINESE)]


@pytest.mark.parametrize(
    ("train", "exact", "ngram13"),
    [
        (row("What is 2 plus 2?", "4."), 0, 0),
        (row("What is 1 plus 1?", "Two."), 1, 0),
        (row("  What is 1 plus 1?\n", "2.", "And 2 plus 2?", "4."), 1, 0),
        (row("Another question", f"Once upon a time {LONG.upper()} the end"), 0, 1),
        (row("Another question", " ".join(LONG.split()[:20])), 0, 0),
        (row("Another question", " ".join(LONG.split()[:45])), 0, 1),
        (row("问题", f"好的！{CHINESE}"), 0, 1),
    ],
)
def test_leaks_are_found_whole_and_in_parts(tmp_path: Path, train: dict[str, object], exact: int, ngram13: int) -> None:
    """The same question is an exact leak, half of an answer's runs of 13 tokens is one by n-grams, less is none."""
    held_out = look_through(write_rows(tmp_path / "h.jsonl", HELD_OUT))
    found = find_leaks(held_out, write_rows(tmp_path / "t.jsonl", [row("x", "y"), train]))

    assert (found.exact, found.ngram13, len(found.ids)) == (exact, ngram13, exact + ngram13)


def test_the_ids_of_leaks_are_those_of_the_conversations(tmp_path: Path) -> None:
    """Each conversation that leaked is named by its id."""
    held_out = look_through(write_rows(tmp_path / "h.jsonl", HELD_OUT))
    found = find_leaks(held_out, write_rows(tmp_path / "t.jsonl", [HELD_OUT[0], row("x", LONG)]))

    assert set(found.ids) == set(held_out.ids[:2])


def test_a_system_prompt_in_every_row_is_no_leak(tmp_path: Path) -> None:
    """What the system turn says is the same in training and held-out rows, and not looked at."""
    rules = {"role": "system", "content": LONG}
    held_out = look_through(write_rows(tmp_path / "h.jsonl", [{"messages": [rules, *row("a", "b")["messages"]]}]))
    train = write_rows(tmp_path / "t.jsonl", [{"messages": [rules, *row("c", "d")["messages"]]}])

    assert find_leaks(held_out, train).ids == ()


def test_a_ceiling_on_memory_keeps_what_was_found(tmp_path: Path) -> None:
    """With a tenth of the runs remembered the same conversations are found."""
    rows = [row(f"q{n}", " ".join(f"{n}w{k}" for k in range(100))) for n in range(40)]
    held_out = look_through(write_rows(tmp_path / "h.jsonl", rows))
    train = write_rows(tmp_path / "t.jsonl", [row("other", each["messages"][1]["content"]) for each in rows[::2]])

    assert find_leaks(held_out, train, most=400) == find_leaks(held_out, train)


def test_an_index_never_grows_beyond_its_ceiling() -> None:
    """However much is added, no more hashes than the ceiling stay, and they are in order."""
    index, windows = WindowIndex(1000), Windows(3)
    for part in range(50):
        index.add(windows.of(" ".join(f"{part}t{k}" for k in range(200))))
    kept = index.sorted()

    assert 200 < len(kept) <= 1000
    assert np.array_equal(kept, np.unique(kept))


def test_hashes_are_of_the_tokens_in_their_order() -> None:
    """Runs of the same tokens agree wherever they stand, and another order is another run."""
    windows = Windows(3)
    wanted = np.sort(windows.of("a b c d"))

    assert seen_in(wanted, ["x A, b; C!", "d c b a"], windows).sum() == 1
