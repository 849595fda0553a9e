"""Stands in for the notebooks' `download-dataset.py`: it takes our samples instead of the hub's data sets.

The notebooks call it through `os.system`. The rows get the columns of the data set that a notebook expects, and
the folder that they are to be written to tells which one that is.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.lifecycle.data import prepare_data

SAMPLES = Path(__file__).parents[2] / "samples"
LABELS = ("delivery", "fault", "praise", "refund")
Row = dict[str, Any]


def emotion(row: Row, _number: int) -> Row:
    """Columns of dair-ai/emotion: the label is a number."""
    return {"text": row["sentence"], "label": LABELS.index(row["label"])}


def squad(row: Row, number: int) -> Row:
    """Columns of squad."""
    return {"id": str(number), **row}


def conll2003(row: Row, number: int) -> Row:
    """Columns of conll2003, with the tags as the text that its notebook adds."""
    unused = {"pos_tags": [0], "chunk_tags": [0], "ner_tags": [0]}
    return {"id": str(number), **unused, **row}


def cnn_dailymail(row: Row, number: int) -> Row:
    """Columns of cnn_dailymail."""
    return {"article": row["document"], "highlights": row["summary"], "id": str(number)}


def wmt16(row: Row, _number: int) -> Row:
    """Columns of wmt16: a language each."""
    return row


def samsum(row: Row, number: int) -> Row:
    """Columns of samsum."""
    return {"id": str(number), "dialogue": row["text"], "summary": row["ground_truth"]}


LAYOUTS: Mapping[str, tuple[str, Callable[[Row, int], Row]]] = {
    "emotion-dataset": ("text-classification", emotion),
    "squad-dataset": ("question-answering", squad),
    "conll2003-dataset": ("token-classification", conll2003),
    "news-summary-dataset": ("summarization", cnn_dailymail),
    "wmt16-en-fr-dataset": ("translation", wmt16),
    "samsum-dataset": ("text-generation", samsum),
}


def main(arguments: list[str] | None = None) -> None:
    """Write the splits to `--download_dir`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--dataset")
    parser.add_argument("--download_dir", required=True, type=Path)
    parser.add_argument("--dataset_split_pc")
    folder = parser.parse_args(arguments).download_dir
    if folder.name == "ultrachat_200k_dataset":
        prepare_data(str(SAMPLES / "ultrachat_200k"), 100, folder)  # they stand for the 5 % that are asked for
        return
    task, layout = LAYOUTS[folder.name]
    folder.mkdir(exist_ok=True)
    for split in ("train", "validation", "test"):
        lines = (json.dumps(layout(row, number)) for number, row in enumerate(_rows(task, split)))
        (folder / f"{split}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if layout is emotion:
        (folder / "label.json").write_text(json.dumps({"id2label": dict(enumerate(LABELS))}), encoding="utf-8")


def _rows(task: str, split: str) -> Iterator[Row]:
    with (SAMPLES / task / f"{split}.jsonl").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


if __name__ == "__main__":
    main()
