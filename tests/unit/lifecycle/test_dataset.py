"""Which splits a spec needs, and what is told of the data."""

from __future__ import annotations

import json
from pathlib import Path

from standins import Notes

from harness.lifecycle.dataset import layout_of, prepare_dataset
from harness.spec import LifecycleSpec

SAMPLES = Path(__file__).parents[3] / "samples"


def spec(**keys: str) -> LifecycleSpec:
    """A spec with these keys; __ stands for the dot."""
    return LifecycleSpec().with_overrides({key.replace("__", "."): value for key, value in keys.items()})


def test_chat_data_keeps_its_four_splits() -> None:
    """The tutorial writes all of them, though it does not use one."""
    assert layout_of(spec()).splits == ("train_sft", "test_sft", "train_gen", "test_gen")


def test_chat_data_of_ones_own_needs_only_the_splits_in_use() -> None:
    """Each named once, however many purposes it serves."""
    layout = layout_of(spec(data__splits='{ train = "train", test = "test", score = "test" }'))

    assert (layout.splits, layout.messages) == (("train", "test"), "messages")


def test_other_tasks_need_the_columns_that_the_spec_names() -> None:
    """Columns to ask by and the ground truth, no conversation."""
    layout = layout_of(
        spec(
            finetune__task="summarization",
            finetune__component="summarization_pipeline",
            finetune__inputs='{ document_key = "text", summary_key = "short" }',
            data__splits='{ train = "train", validation = "validation", test = "test", score = "test" }',
        )
    )

    assert (layout.columns, layout.splits, layout.messages) == (
        ("text", "short"),
        ("train", "validation", "test"),
        None,
    )


def test_rows_and_the_first_prompt_are_told(tmp_path: Path) -> None:
    """How many rows of how many, for each split, and what the first one asks."""
    row = {"prompt": "Hi", "prompt_id": "1", "messages": [{"role": "user", "content": "Hi"}]}
    for split in ("train_sft", "test_sft", "train_gen", "test_gen"):
        (tmp_path / f"{split}.jsonl").write_text((json.dumps(row) + "\n") * 10, encoding="utf-8")

    dataset = prepare_dataset(spec(data__source=str(tmp_path), data__percent="50"), tmp_path / "out", Notes())

    assert dataset.facts["train_sft"] == "5 of 10 rows"
    assert dataset.facts["first prompt"] == "'Hi'"
    assert dataset.file("test_gen") == tmp_path / "out" / "test_gen.jsonl"


def test_writing_is_told_as_it_goes_on(tmp_path: Path) -> None:
    """A large data set takes minutes; the watcher sees that it moves."""
    notes = Notes()
    prepare_dataset(spec(data__source=str(SAMPLES / "ultrachat_200k"), data__percent="100"), tmp_path, notes)

    assert "train_sft: 240 of 240 rows" in notes.moves
