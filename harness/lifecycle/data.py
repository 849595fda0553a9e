"""The step data: a share of each split of a data set, checked row by row and written as JSON lines.

    python -m harness.lifecycle.data --dataset D --download_dir F --dataset_split_pc 5

does what the tutorial's download script does, for a hub id, a local folder, or one's own JSON-lines file.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import DataError, HarnessError, excerpt
from harness.lifecycle.rows import CHAT_LAYOUT, DataLayout, check_row, parse_line, read_lines
from harness.lifecycle.sources import PlacedRow, open_source

if TYPE_CHECKING:
    import pandas

__all__ = ["PreparedData", "Progress", "check_percent", "prepare_data", "preview", "rows_kept", "sample_row"]

Progress = Callable[[str, int, int], None]
"""Called with a split, its rows written so far, and its rows in all."""

_PROGRESS_EVERY = 10_000


@dataclass(frozen=True, slots=True)
class PreparedData:
    """What was written: `files` by split, the rows in each, and the rows of the source (`available`).

    derived: the source was one file, whose rows a hash of their first column divided into the splits.
    """

    source: str
    percent: int
    files: Mapping[str, Path]
    rows: Mapping[str, int]
    available: Mapping[str, int]
    derived: bool


def prepare_data(
    source: str,
    percent: int,
    folder: Path,
    *,
    layout: DataLayout = CHAT_LAYOUT,
    progress: Progress | None = None,
    tell: Callable[[str], None] | None = None,
) -> PreparedData:
    """Write the first `percent` % of each split of `source` to `folder`/<split>.jsonl, all of them or none.

    source: a hub id, a folder (JSON lines named <split>.jsonl, or what `datasets` reads), or one .jsonl file. tell:
    called with what is being waited for. Raises DataError with the place of the first row at fault, EnvironmentMissing
    where the hub cannot be reached.
    """
    percent = check_percent(percent)
    files = {split: folder / f"{split}.jsonl" for split in layout.splits}
    _refuse_overwriting(Path(source), files.values())
    with _scratch(folder) as scratch:
        opened = open_source(source, layout, scratch / "cache", tell or (lambda _: None))
        kept = {split: _kept(split, opened.counts[split], percent, source) for split in layout.splits}
        for split, count in kept.items():
            _write(scratch / files[split].name, opened.rows(split), count, layout, progress)
        for file in files.values():
            (scratch / file.name).replace(file)
    return PreparedData(source, percent, files, kept, opened.counts, opened.derived)


def check_percent(value: object) -> int:
    """Return a percentage given as an integer or its digits; DataError unless it is 1 to 100."""
    number = int(value) if isinstance(value, str) and re.fullmatch("[0-9]{1,3}", value) else value
    if isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= 100:
        return number
    raise DataError(
        "the percentage of rows is not usable",
        where="percent",
        got=excerpt(value),
        expected="an integer from 1 to 100",
        remedy="Give a whole number, without a percent sign.",
    )


def rows_kept(rows: int, percent: int) -> int:
    """Rows in `split[0%:percent%]`: rounded to nearest, half to even (`datasets` source)."""
    return round(rows * percent / 100.0)


def preview(path: Path, rows: int = 5) -> pandas.DataFrame:
    """Return the first rows of a JSON-lines file as a table, with no value converted."""
    import pandas  # costs about as much as the rest of the step

    return pandas.DataFrame([parse_line(line) for line in islice(read_lines(path), rows)])


def sample_row(path: Path, seed: int) -> dict[str, Any]:
    """Return one row of a JSON-lines file, each as likely as any other; the same for the same seed."""
    count = sum(1 for _ in read_lines(path))
    if not count:
        raise DataError(
            "there is no row to sample",
            where=str(path),
            got="0 rows",
            expected="at least one JSON line",
            remedy="Add a row to the split that is scored, or name another one in data.splits.score.",
        )
    index = random.Random(seed).randrange(count)
    return parse_line(next(islice(read_lines(path), index, None)))


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A folder inside `folder`: renaming a file out of it is atomic, and it is gone afterwards."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Windows cannot delete the tables that `datasets` still maps; the rows are safe by then
        with tempfile.TemporaryDirectory(prefix=".preparing-", dir=folder, ignore_cleanup_errors=True) as name:
            yield Path(name)
    except OSError as error:
        raise DataError(
            "the prepared data cannot be written",
            where=str(folder),
            got=error.strerror or type(error).__name__,
            expected="a folder that can be written, with enough space",
            remedy="Make room, or name another folder.",
        ) from error


def _kept(split: str, rows: int, percent: int, source: str) -> int:
    kept = rows_kept(rows, percent)
    if kept:
        return kept
    enough = next((p for p in range(percent, 101) if rows_kept(rows, p)), None)
    raise DataError(
        f"{percent} % of split '{split}' keeps no row",
        where=source,
        got=f"{rows} rows in the split",
        expected=f"at least {enough} %" if enough else "a split with rows",
        remedy="Take a larger percentage (--percent, data.percent)." if enough else "Add rows to the split.",
    )


def _write(file: Path, rows: Iterator[PlacedRow], count: int, layout: DataLayout, progress: Progress | None) -> None:
    """Check and write `count` rows."""
    with file.open("wb") as out:
        for number, (where, row) in enumerate(islice(rows, count), 1):
            check_row(row, where, layout)
            out.write(_to_json(row, where) + b"\n")
            if progress and (number % _PROGRESS_EVERY == 0 or number == count):
                progress(file.stem, number, count)


def _to_json(row: dict[str, Any], where: str) -> bytes:
    """One line of UTF-8; the tutorial's script writes \\u escapes, which mean the same and read worse."""
    try:
        return json.dumps(row, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise DataError(
            "the row cannot be written as JSON in UTF-8",
            where=where,
            got=excerpt(str(error)),
            expected="text, numbers, booleans, null, lists and objects of them",
            remedy="Correct the value, or remove the row.",
        ) from error


def _refuse_overwriting(source: Path, files: Iterable[Path]) -> None:
    """Preparing a share of a folder into that very folder would destroy the rest of it."""
    targets = {file.resolve() for file in files}
    if source.expanduser().resolve() in targets | {target.parent for target in targets}:
        raise DataError(
            "the prepared data would overwrite its source",
            where=str(source),
            got="the source as the folder to write to",
            expected="another folder to write to",
            remedy="Name another folder for what is prepared.",
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Prepare conversations from the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m harness.lifecycle.data", description="Prepare conversations.")
    parser.add_argument("--dataset", required=True, help="hub id, local folder or .jsonl file")
    parser.add_argument("--download_dir", required=True, type=Path, help="folder to write <split>.jsonl to")
    parser.add_argument("--dataset_split_pc", required=True, help="percentage of each split: 1 to 100")
    options = parser.parse_args(arguments)
    try:
        percent = check_percent(options.dataset_split_pc)
        prepare_data(options.dataset, percent, options.download_dir)
    except HarnessError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
