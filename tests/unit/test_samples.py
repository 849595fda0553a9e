"""The sample data: what its scripts promise, on the files in the repository."""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from harness.gate.heldout.leakage import find_leaks
from harness.gate.heldout.reading import look_through
from harness.lifecycle.rows import CHAT_LAYOUT, check_row

SAMPLES = Path(__file__).parents[2] / "samples"
CHAT = SAMPLES / "ultrachat_200k"
HELD_OUT = SAMPLES / "held_out" / "conversations.jsonl"
COLUMNS = {
    "text-classification": ("sentence", "label"),
    "token-classification": ("tokens", "ner_tags_str"),
    "question-answering": ("title", "context", "question", "answers"),
    "summarization": ("document", "summary"),
    "translation": ("en", "fr"),
    "text-generation": ("text", "ground_truth"),
}


def chat_rows(split: str, folder: Path = CHAT) -> list[dict[str, Any]]:
    """Rows of a parquet split."""
    from pyarrow import parquet

    rows: list[dict[str, Any]] = parquet.read_table(folder / "data" / f"{split}-00000-of-00001.parquet").to_pylist()
    return rows


def task_rows(task: str, folder: Path = SAMPLES) -> dict[str, list[dict[str, Any]]]:
    """Rows of a sibling task by split."""
    splits = ("train", "validation", "test")
    lines = {s: (folder / task / f"{s}.jsonl").read_text(encoding="utf-8").splitlines() for s in splits}
    return {split: [json.loads(line) for line in lines[split]] for split in splits}


def similarity(left: str, right: str) -> float:
    """Token F1 of two texts."""
    a, b = Counter(left.lower().split()), Counter(right.lower().split())
    return 2 * (a & b).total() / (a.total() + b.total())


def test_the_chat_script_makes_the_same_rows_again(tmp_path: Path) -> None:
    """What is in the repository is what the script writes, card included."""
    subprocess.run([sys.executable, SAMPLES / "make_samples.py", "--out", tmp_path], check=True)

    for split in CHAT_LAYOUT.splits:
        assert chat_rows(split, tmp_path) == chat_rows(split)
    assert (tmp_path / "README.md").read_bytes() == (CHAT / "README.md").read_bytes()


def test_the_held_out_script_makes_the_same_rows_again(tmp_path: Path) -> None:
    """What is in the repository is what the script writes."""
    subprocess.run([sys.executable, SAMPLES / "make_held_out.py", "--out", tmp_path / "rows.jsonl"], check=True)

    assert (tmp_path / "rows.jsonl").read_bytes() == HELD_OUT.read_bytes()


def test_held_out_conversations_hold_nothing_that_is_trained_on(tmp_path: Path) -> None:
    """No conversation of them is in the training rows, in full or in runs of words; each is there once."""
    train = tmp_path / "train.jsonl"
    train.write_text("".join(f"{json.dumps(row)}\n" for row in chat_rows("train_sft")), encoding="utf-8")
    held_out = look_through(HELD_OUT, slices=("topic",))

    assert (len(held_out.ids), held_out.repeated) == (180, 0)
    assert find_leaks(held_out, train).ids == ()


def test_the_sibling_script_makes_the_same_rows_again(tmp_path: Path) -> None:
    """All six tasks, byte by byte."""
    subprocess.run([sys.executable, SAMPLES / "make_sibling_samples.py", "--out", tmp_path], check=True)

    for file in tmp_path.rglob("*.jsonl"):
        assert file.read_bytes() == (SAMPLES / file.relative_to(tmp_path)).read_bytes()
    assert {folder.name for folder in tmp_path.iterdir()} == set(COLUMNS)


def test_datasets_takes_a_share_of_a_split_by_the_card(tmp_path: Path) -> None:
    """The call of the tutorial's script, on the local folder; columns in the order of the real set."""
    import datasets

    rows = datasets.load_dataset(str(CHAT), split="train_sft[0%:5%]", cache_dir=str(tmp_path))

    assert (rows.num_rows, rows.column_names) == (12, ["prompt", "prompt_id", "messages"])
    assert list(rows[0]["messages"][0]) == ["content", "role"]


@pytest.mark.parametrize("split", CHAT_LAYOUT.splits)
def test_every_conversation_is_well_formed(split: str) -> None:
    """The check that real data goes through; the prompt is the first turn and its id the SHA-256."""
    for number, row in enumerate(chat_rows(split)):
        check_row(row, f"{split} row {number}", CHAT_LAYOUT)
        assert row["messages"][0]["content"] == row["prompt"]
        assert row["prompt_id"] == hashlib.sha256(row["prompt"].encode()).hexdigest()


def test_no_prompt_occurs_twice() -> None:
    """Within a split or across splits: what is trained on is never tested on."""
    prompts = [row["prompt"] for split in CHAT_LAYOUT.splits for row in chat_rows(split)]

    assert len(set(prompts)) == len(prompts) == 520


@pytest.mark.parametrize(
    ("split", "last"),
    [
        ("train_sft", {"assistant"}),
        ("test_sft", {"assistant"}),
        ("train_gen", {"assistant", "user"}),
        ("test_gen", {"assistant", "user"}),
    ],
)
def test_gen_rows_end_both_ways_and_sft_rows_with_the_assistant(split: str, last: set[str]) -> None:
    """Cutting the trailing answer is exercised with and without one to cut."""
    assert {row["messages"][-1]["role"] for row in chat_rows(split)} == last


def test_the_samples_are_small_and_not_only_ascii() -> None:
    """Under 400 kB, with accents, CJK and an emoji in the test rows too."""
    text = json.dumps(chat_rows("test_gen") + chat_rows("test_sft"), ensure_ascii=False)

    assert sum(file.stat().st_size for file in CHAT.rglob("*") if file.is_file()) < 400_000
    assert all(sign in text for sign in "éが👋")


@pytest.mark.parametrize("split", ["test_sft", "test_gen"])
def test_having_seen_the_training_rows_helps_on_held_out_ones(split: str) -> None:
    """The answer to the nearest training prompt is far closer to the truth than one answer for everything."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    train, held_out = chat_rows("train_sft"), [r for r in chat_rows(split) if len(r["messages"]) > 1]
    answers, truths = ([row["messages"][1]["content"] for row in rows] for rows in (train, held_out))
    vectors = TfidfVectorizer().fit([row["prompt"] for row in train])
    seen, asked = (vectors.transform([row["prompt"] for row in rows]) for rows in (train, held_out))
    nearest = (asked @ seen.T).toarray().argmax(axis=1)

    retrieved = [similarity(answers[n], truth) for n, truth in zip(nearest, truths, strict=True)]
    generic = [similarity("I am not sure, but here is what I can say about it.", truth) for truth in truths]

    assert sum(retrieved) / len(truths) > 0.5 > 3 * sum(generic) / len(truths)
    assert sum(score == 1 for score in retrieved) < len(truths) / 4


@pytest.mark.parametrize("task", COLUMNS)
def test_sibling_rows_fill_their_columns_and_occur_once(task: str) -> None:
    """180 different rows; 80 % of the training rows are more than the 50 that Azure ML asks for."""
    splits = task_rows(task)
    rows = [row for rows in splits.values() for row in rows]

    assert all(tuple(row) == COLUMNS[task] and all(row.values()) for row in rows)
    assert len({json.dumps(row) for row in rows}) == len(rows)
    assert {split: len(rows) for split, rows in splits.items()} == {
        "train": 120,
        "validation": 30,
        "test": 30,
    }


def test_every_answer_stands_in_its_context_where_it_says() -> None:
    """As in SQuAD: answer_start is the index of the text."""
    for row in task_rows("question-answering")["train"]:
        (text,), (start,) = row["answers"]["text"], row["answers"]["answer_start"]

        assert row["context"][start : start + len(text)] == text


def test_every_token_has_a_tag() -> None:
    """The tags are the text of a list, as the component documents, which Python and JSON read alike."""
    for row in task_rows("token-classification")["train"]:
        tags = ast.literal_eval(row["ner_tags_str"])

        assert len(tags) == len(row["tokens"])
        assert set(tags) <= {"O", *(f"{side}-{kind}" for side in "BI" for kind in ("PER", "ORG", "LOC"))}
