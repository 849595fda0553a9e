"""Preparing data: which rows are written, and that a failure writes none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import DataError
from harness.lifecycle import data
from harness.lifecycle.data import check_percent, prepare_data, preview, rows_kept, sample_row
from harness.lifecycle.rows import CHAT_LAYOUT, DataLayout

SAMPLES = Path(__file__).parents[3] / "samples"
LETTERS = DataLayout(columns=("letter",), splits=("train", "validation", "test"))


def write_rows(path: Path, rows: list[dict[str, Any]]) -> Path:
    """A JSON-lines file of these rows."""
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def letters(folder: Path, **counts: int) -> str:
    """A folder with that many numbered rows in each split; its path."""
    for split, count in counts.items():
        write_rows(folder / f"{split}.jsonl", [{"letter": f"{split} {n}"} for n in range(count)])
    return str(folder)


@pytest.mark.parametrize(("rows", "kept"), [(207_865, 10_393), (23_110, 1_156), (256_032, 12_802), (28_304, 1_415)])
def test_five_percent_of_ultrachat_is_what_the_tutorial_gets(rows: int, kept: int) -> None:
    """The row counts that the tutorial's script writes for the real set."""
    assert rows_kept(rows, 5) == kept


def test_a_half_is_rounded_to_the_even_number() -> None:
    """10 % of 5, 15 and 25 rows: 0.5, 1.5 and 2.5."""
    assert [rows_kept(rows, 10) for rows in (5, 15, 25)] == [0, 2, 2]


@given(st.integers(0, 10**7), st.integers(1, 100))
def test_a_larger_percentage_never_keeps_fewer_rows(rows: int, percent: int) -> None:
    """Keeping is monotone in the percentage and ends with all rows."""
    assert rows_kept(rows, percent - 1) <= rows_kept(rows, percent) <= rows_kept(rows, 100) == rows


@pytest.mark.parametrize("value", [1, 100, "5"])
def test_a_percentage_is_an_integer_or_its_digits(value: object) -> None:
    """The command line passes text."""
    assert check_percent(value) == int(str(value))


@pytest.mark.parametrize("value", [0, 101, -5, 0.5, 5.0, "0.5", "5%", "", "five", None, True, "9" * 5000])
def test_any_other_percentage_is_refused(value: object) -> None:
    """Out of range, not whole, or not a number."""
    with pytest.raises(DataError, match="expected an integer from 1 to 100"):
        check_percent(value)


def test_the_samples_are_prepared_as_datasets_slices_them(tmp_path: Path) -> None:
    """Every split holds the rows of `split[0%:25%]`, in order and with equal content."""
    import datasets

    prepared = prepare_data(str(SAMPLES / "ultrachat_200k"), 25, tmp_path / "out")

    assert dict(prepared.rows) == {"train_sft": 60, "test_sft": 15, "train_gen": 40, "test_gen": 15}
    for split, file in prepared.files.items():
        sliced = datasets.load_dataset(
            str(SAMPLES / "ultrachat_200k"), split=f"{split}[0%:25%]", cache_dir=str(tmp_path / "cache")
        )
        assert [json.loads(line) for line in file.read_bytes().splitlines()] == list(sliced)


def test_nothing_but_the_splits_is_left_in_the_folder(tmp_path: Path) -> None:
    """Tables and temporary files are gone."""
    prepare_data(str(SAMPLES / "ultrachat_200k"), 5, tmp_path / "out")

    assert {p.name for p in (tmp_path / "out").iterdir()} == {f"{s}.jsonl" for s in CHAT_LAYOUT.splits}


def test_preparing_again_replaces_the_files(tmp_path: Path) -> None:
    """The second run wins, and the first leaves no rows behind."""
    source = letters(tmp_path / "in", train=10, validation=10, test=10)
    prepare_data(source, 100, tmp_path / "out", layout=LETTERS)

    prepare_data(source, 20, tmp_path / "out", layout=LETTERS)

    assert (tmp_path / "out" / "train.jsonl").read_text() == '{"letter": "train 0"}\n{"letter": "train 1"}\n'


def test_a_fault_in_the_last_split_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    """Either all splits are replaced or none is."""
    source = letters(tmp_path / "in", train=4, validation=4, test=4)
    prepare_data(source, 50, tmp_path / "out", layout=LETTERS)
    before = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    (tmp_path / "in" / "test.jsonl").write_text('{"letter": "a"}\n{"lettre": "b"}\n')

    with pytest.raises(DataError, match=r"test.jsonl line 2: column 'letter' is missing"):
        prepare_data(source, 100, tmp_path / "out", layout=LETTERS)

    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == before


def test_a_percentage_that_keeps_no_row_names_the_smallest_that_does(tmp_path: Path) -> None:
    """2 % of 40 rows is 0.8 and keeps one; 1 % is 0.4 and keeps none."""
    source = letters(tmp_path / "in", train=200, validation=40, test=40)

    with pytest.raises(DataError) as caught:
        prepare_data(source, 1, tmp_path / "out", layout=LETTERS)

    assert str(caught.value) == (
        f"{source}: 1 % of split 'validation' keeps no row; got 40 rows in the split; expected at least 2 %. "
        "Take a larger percentage (--percent, data.percent)."
    )


def test_an_empty_split_is_an_error_at_any_percentage(tmp_path: Path) -> None:
    """No percentage is suggested when none would do."""
    source = letters(tmp_path / "in", train=10, validation=0, test=10)

    with pytest.raises(DataError, match="got 0 rows in the split; expected a split with rows"):
        prepare_data(source, 100, tmp_path / "out", layout=LETTERS)


def test_progress_tells_the_rows_of_every_split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Now and then, and at the end of each split."""
    monkeypatch.setattr(data, "_PROGRESS_EVERY", 2)
    source = letters(tmp_path / "in", train=5, validation=2, test=1)
    told: list[tuple[str, int, int]] = []

    prepare_data(source, 100, tmp_path / "out", layout=LETTERS, progress=lambda *step: told.append(step))

    assert told == [("train", 2, 5), ("train", 4, 5), ("train", 5, 5), ("validation", 2, 2), ("test", 1, 1)]


def test_text_that_is_no_unicode_is_refused_at_its_row(tmp_path: Path) -> None:
    """Half a surrogate pair is valid JSON and has no UTF-8."""
    source = letters(tmp_path / "in", train=1, validation=1, test=1)
    (tmp_path / "in" / "train.jsonl").write_text('{"letter": "\\ud800"}')

    with pytest.raises(DataError, match=r"train.jsonl line 1: the row cannot be written as JSON in UTF-8"):
        prepare_data(source, 100, tmp_path / "out", layout=LETTERS)


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    source = letters(tmp_path / "in", train=1, validation=1, test=1)
    (tmp_path / "out").write_text("")

    with pytest.raises(DataError, match="the prepared data cannot be written; got File exists"):
        prepare_data(source, 100, tmp_path / "out", layout=LETTERS)


def test_a_source_is_never_overwritten(tmp_path: Path) -> None:
    """A share of a folder written into that folder would destroy the rest of it."""
    source = letters(tmp_path / "in", train=10, validation=10, test=10)

    with pytest.raises(DataError, match="would overwrite its source"):
        prepare_data(source, 10, tmp_path / "in", layout=LETTERS)


def test_the_preview_shows_the_first_rows_unconverted(tmp_path: Path) -> None:
    """An id of digits stays text, where pandas would make it a number."""
    rows = [{"prompt_id": f"00{n}", "messages": [{"role": "user", "content": "é"}]} for n in range(9)]

    frame = preview(write_rows(tmp_path / "rows.jsonl", rows), 3)

    assert frame.to_dict("records") == rows[:3]


def test_a_sampled_row_depends_on_the_seed_alone(tmp_path: Path) -> None:
    """The same seed gives the same row, and the seeds together reach every row."""
    path = write_rows(tmp_path / "rows.jsonl", [{"n": n} for n in range(5)])

    drawn = [sample_row(path, seed) for seed in range(50)]

    assert drawn == [sample_row(path, seed) for seed in range(50)]
    assert {row["n"] for row in drawn} == set(range(5))


def test_an_empty_file_has_no_row_to_sample(tmp_path: Path) -> None:
    """A file of blank lines is empty."""
    (tmp_path / "rows.jsonl").write_text("\n\n")

    with pytest.raises(DataError, match="there is no row to sample"):
        sample_row(tmp_path / "rows.jsonl", 0)


def test_the_command_line_takes_the_options_of_the_tutorial(tmp_path: Path) -> None:
    """Status 0, and the four files."""
    options = ["--dataset", str(SAMPLES / "ultrachat_200k"), "--download_dir", str(tmp_path)]

    assert data.main([*options, "--dataset_split_pc", "5"]) == 0
    assert len((tmp_path / "train_sft.jsonl").read_bytes().splitlines()) == 12


def test_the_command_line_fails_with_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A status other than 0 is what the tutorial looks at."""
    options = ["--dataset", str(SAMPLES / "ultrachat_200k"), "--download_dir", str(tmp_path)]

    assert data.main([*options, "--dataset_split_pc", "0.5"]) == 2
    assert capsys.readouterr().err == (
        "percent: the percentage of rows is not usable; got '0.5'; expected an integer from 1 to 100. "
        "Give a whole number, without a percent sign.\n"
    )
