"""Where rows come from: folders, one file divided by a hash, and names that lead nowhere."""

from __future__ import annotations

import json
import logging
import random
import socket
from pathlib import Path
from typing import Any, NoReturn

import pytest

from harness.errors import DataError
from harness.lifecycle.rows import CHAT_LAYOUT, DataLayout
from harness.lifecycle.sources import Source, open_source

SAMPLES = Path(__file__).parents[3] / "samples"
LETTERS = DataLayout(columns=("letter",), splits=("train", "validation", "test"))


def one_file(path: Path, rows: list[dict[str, Any]], layout: DataLayout = LETTERS) -> Source:
    """The source that a file of these rows makes."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return open_source(str(path), layout, path.parent / "cache")


def split_of_each(source: Source) -> dict[str, str]:
    """The split of every letter."""
    return {row["letter"]: split for split in source.counts for _, row in source.rows(split)}


def error_opening(source: str, layout: DataLayout = LETTERS) -> str:
    """The message about a source that cannot be opened."""
    with pytest.raises(DataError) as caught:
        open_source(source, layout, Path("never-made"))
    assert caught.value.remedy.endswith(".")
    return str(caught.value)


def test_a_local_parquet_folder_needs_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No name is looked up and no socket connects; tables go where they were told to go."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a local folder reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    source = open_source(str(SAMPLES / "ultrachat_200k"), CHAT_LAYOUT, tmp_path / "cache")

    assert dict(source.counts) == {"train_sft": 240, "test_sft": 60, "train_gen": 160, "test_gen": 60}
    assert list((tmp_path / "cache").rglob("*.arrow"))


def test_the_place_of_a_parquet_row_is_its_split_and_number(tmp_path: Path) -> None:
    """There is no line to name."""
    folder = str(SAMPLES / "ultrachat_200k")

    place, row = next(open_source(folder, CHAT_LAYOUT, tmp_path).rows("test_sft"))

    assert (place, list(row)) == (f"{folder}: test_sft row 1", ["prompt", "prompt_id", "messages"])


def test_reading_a_folder_leaves_the_settings_of_datasets_alone(tmp_path: Path) -> None:
    """Progress bars and log level are as before."""
    import datasets

    datasets.enable_progress_bars()
    datasets.logging.set_verbosity(datasets.logging.WARNING)
    open_source(str(SAMPLES / "ultrachat_200k"), CHAT_LAYOUT, tmp_path)

    assert not datasets.are_progress_bars_disabled()
    assert datasets.logging.get_verbosity() == datasets.logging.WARNING


def test_a_folder_of_json_lines_is_read_by_file_name(tmp_path: Path) -> None:
    """<split>.jsonl holds the split; other files are nobody's business."""
    for split in LETTERS.splits:
        (tmp_path / f"{split}.jsonl").write_text(f'{{"letter": "{split}"}}\n')
    (tmp_path / "notes.txt").write_text("not data")

    source = open_source(str(tmp_path), LETTERS, tmp_path / "cache")

    assert split_of_each(source) == {"train": "train", "validation": "validation", "test": "test"}


def test_a_missing_split_is_named_with_the_nearest_file(tmp_path: Path) -> None:
    """A folder of JSON lines must hold every split of the layout."""
    for name in ("train", "validaton", "test"):
        (tmp_path / f"{name}.jsonl").write_text('{"letter": "a"}\n')

    assert error_opening(str(tmp_path)) == (
        f"{tmp_path}: split 'validation' is missing; got the splits test, train, validaton; expected validation; "
        "nearest: validaton, train. Add it, or name the data's own splits in data.splits of the spec."
    )


def test_a_parquet_folder_of_another_task_lacks_the_splits(tmp_path: Path) -> None:
    """The splits of a data set are compared with those of the layout."""
    with pytest.raises(DataError, match="split 'train' is missing; got the splits test_gen, test_sft, train_gen"):
        open_source(str(SAMPLES / "ultrachat_200k"), LETTERS, tmp_path)


def test_one_file_is_divided_into_tenths_and_the_rest(tmp_path: Path) -> None:
    """Of 100 rows the first split gets 80 and the two others 10 each, every row once."""
    source = one_file(tmp_path / "mine.jsonl", [{"letter": str(n)} for n in range(100)])

    assert source.derived
    assert dict(source.counts) == {"train": 80, "validation": 10, "test": 10}
    assert len(split_of_each(source)) == 100


def test_the_smallest_file_fills_every_split(tmp_path: Path) -> None:
    """Three different rows for three splits."""
    source = one_file(tmp_path / "mine.jsonl", [{"letter": letter} for letter in "abc"])

    assert sorted(split_of_each(source).values()) == ["test", "train", "validation"]


def test_the_division_does_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    """A shuffled file is divided alike."""
    rows = [{"letter": str(n)} for n in range(50)]
    first = split_of_each(one_file(tmp_path / "mine.jsonl", rows))

    random.Random(1).shuffle(rows)

    assert split_of_each(one_file(tmp_path / "mine.jsonl", rows)) == first


def test_repeated_rows_never_part(tmp_path: Path) -> None:
    """What was trained on is not tested on: equal first columns share a split."""
    rows = [{"letter": str(n % 12), "copy": n} for n in range(120)]

    source = one_file(tmp_path / "mine.jsonl", rows)

    letters = [{row["letter"] for _, row in source.rows(split)} for split in source.counts]
    assert sum(map(len, letters)) == len(set().union(*letters)) == 12
    assert sum(source.counts.values()) == 120


def test_rows_of_a_divided_file_keep_their_place(tmp_path: Path) -> None:
    """Errors still name the line of the user's own file."""
    source = one_file(tmp_path / "mine.jsonl", [{"letter": str(n)} for n in range(20)])

    places = {place for split in source.counts for place, _ in source.rows(split)}

    assert places == {f"{tmp_path / 'mine.jsonl'} line {n}" for n in range(1, 21)}


def test_too_few_different_rows_cannot_be_divided(tmp_path: Path) -> None:
    """Copies do not help."""
    with pytest.raises(DataError, match="got 4 rows, 2 with different 'letter'; expected at least 3"):
        one_file(tmp_path / "mine.jsonl", [{"letter": letter} for letter in "abab"])


def test_a_fault_in_a_single_file_is_found_before_dividing(tmp_path: Path) -> None:
    """The line is named."""
    with pytest.raises(DataError, match=r"mine.jsonl line 3: column 'letter' is missing"):
        one_file(tmp_path / "mine.jsonl", [{"letter": "a"}, {"letter": "b"}, {"later": "c"}])


def test_a_single_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    """The suffix is named."""
    (tmp_path / "mine.csv").write_text("letter\na\n")

    assert "got the suffix '.csv'; expected .jsonl" in error_opening(str(tmp_path / "mine.csv"))


@pytest.mark.parametrize("name", ["mine.jsonl", "min.jsonl", "mine"])
def test_a_path_that_does_not_exist_suggests_its_neighbours(tmp_path: Path, name: str) -> None:
    """A path in a folder that exists is a local one, never a hub id."""
    (tmp_path / "mine2.jsonl").write_text("")

    assert error_opening(str(tmp_path / name)) == (
        f"{tmp_path / name}: there is no such file or folder; got nothing of that name in {tmp_path}; "
        "expected a local path, or a hub id such as HuggingFaceH4/ultrachat_200k; nearest: mine2.jsonl. "
        "Correct the path, or leave it out to run on the samples."
    )


def test_a_relative_path_below_a_folder_is_no_hub_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`mine/data` looks like a hub id, but there is a folder `mine`."""
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)

    assert error_opening("mine/data").startswith("mine/data: there is no such file or folder")


def test_a_folder_called_as_a_reader_is_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`datasets` has a reader called json, which would read all of the current folder."""
    (tmp_path / "json").mkdir()
    for split in LETTERS.splits:
        (tmp_path / "json" / f"{split}.json").write_text(f'{{"letter": "{split}"}}\n')
    (tmp_path / "other.json").write_text('{"number": 1}\n')
    monkeypatch.chdir(tmp_path)

    assert split_of_each(open_source("json", LETTERS, tmp_path / "cache")) == {split: split for split in LETTERS.splits}


def test_files_that_do_not_agree_are_told_with_their_difference(tmp_path: Path) -> None:
    """What `datasets` says in paragraphs is one line that holds the cause."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.json").write_text('{"letter": "a"}\n')
    (tmp_path / "in" / "b.json").write_text('{"number": 1}\n')

    with pytest.raises(DataError, match=r"the folder cannot be loaded; got \w+: .*(column|cast).*number"):
        open_source(str(tmp_path / "in"), LETTERS, tmp_path / "cache")


def test_a_folder_without_data_says_which_splits_it_needs(tmp_path: Path) -> None:
    """The cause that `datasets` gives is passed on."""
    (tmp_path / "in").mkdir()
    with pytest.raises(DataError, match=r"EmptyDatasetError.*; expected data files for train, validation, test"):
        open_source(str(tmp_path / "in"), LETTERS, tmp_path / "cache")


@pytest.mark.parametrize(("start", "cause"), [(None, "ArrowInvalid"), (40, "OSError")])
def test_a_damaged_parquet_file_gives_its_cause(tmp_path: Path, start: int | None, cause: str) -> None:
    """A file without its last bytes, or with a hole: what pyarrow found is told, not that of `datasets`."""
    whole = (SAMPLES / "ultrachat_200k" / "data" / "test_sft-00000-of-00001.parquet").read_bytes()
    damaged = whole[:1000] if start is None else whole[:start] + bytes(2000) + whole[start + 2000 :]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "train.parquet").write_bytes(damaged)

    with pytest.raises(DataError, match=f"the folder cannot be loaded; got {cause}: "):
        open_source(str(tmp_path / "in"), LETTERS, tmp_path / "cache")


def test_an_error_is_told_once(tmp_path: Path) -> None:
    """`datasets` logs nothing about a folder that we report on."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "train.parquet").write_bytes(b"not parquet")
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    logging.getLogger("datasets").addHandler(handler)

    with pytest.raises(DataError):
        open_source(str(tmp_path / "in"), LETTERS, tmp_path / "cache")

    logging.getLogger("datasets").removeHandler(handler)
    assert records == []
