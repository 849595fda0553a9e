"""Stands in for the notebooks' `download-dataset.py`: it takes our samples instead of the hub's data sets.

The notebooks call it through `os.system`; the rows have the columns of the data set that each notebook expects.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.lifecycle.data import prepare_data

SAMPLES = Path(__file__).parents[2] / "samples"
LABELS = ("fault", "invoice", "praise", "delivery", "question")
Row = dict[str, Any]


def main(arguments: list[str] | None = None) -> None:
    """Write the splits to `--download_dir`, which also names the data set."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--dataset")
    parser.add_argument("--download_dir", required=True, type=Path)
    parser.add_argument("--dataset_split_pc")
    folder = parser.parse_args(arguments).download_dir
    if folder.name == "ultrachat_200k_dataset":
        prepare_data(str(SAMPLES / "ultrachat_200k"), 100, folder)  # they are the 5 % that the notebook asks for


if __name__ == "__main__":
    main()
