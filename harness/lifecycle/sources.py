"""Where rows come from: the Hugging Face hub, a local folder, or one JSON-lines file divided by a hash."""

from __future__ import annotations

import hashlib
import json
import threading
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import DataError, nearest
from harness.lifecycle.hub import is_hub_id, not_on_the_hub, told_by
from harness.lifecycle.rows import DataLayout, check_row, parse_line, read_lines, split_missing

__all__ = ["PlacedRow", "Source", "open_source"]

PlacedRow = tuple[str, dict[str, Any]]
"""A row, after its place as error messages give it."""

_SHORT = 300
_JSON_LINES = (".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Source:
    """The rows of each split, and how many there are. derived: the splits were made by a hash."""

    counts: Mapping[str, int]
    rows: Callable[[str], Iterator[PlacedRow]]
    derived: bool = False


def open_source(source: str, layout: DataLayout, cache: Path, tell: Callable[[str], None] = lambda _: None) -> Source:
    """Find out what `source` is and count its rows; a local path never leads to a request.

    cache: a folder for the tables that `datasets` makes of local files; it must outlive the rows. tell: called with
    what is being waited for. EnvironmentMissing where the hub cannot be reached.
    """
    path = Path(source).expanduser()
    if path.is_dir():
        as_lines = any((path / f"{split}.jsonl").exists() for split in layout.splits)
        return _jsonl_folder(path, layout) if as_lines else _dataset(str(path), layout, cache)
    if path.exists():
        if path.suffix not in _JSON_LINES:
            raise DataError(
                "a single file must hold JSON lines",
                where=source,
                got=f"the suffix '{path.suffix}'",
                expected=".jsonl",
                remedy="Convert it, or name the folder that holds it if that has a file for each split.",
            )
        return _one_file(path, layout)
    in_a_folder = len(path.parts) > 1 and path.parent.is_dir()
    if in_a_folder or path.suffix in _JSON_LINES or not is_hub_id(source):
        beside = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DataError(
            "there is no such file or folder",
            where=source,
            expected="a local path, or a hub id such as HuggingFaceH4/ultrachat_200k",
            got=_what_is_there(path),
            nearest=nearest(path.name, beside),
            remedy="Correct the path, or leave it out to run on the samples.",
        )
    tell(f"asking the Hugging Face hub for {source}")
    with told_by("huggingface_hub", tell):
        return _dataset(source, layout, None)


def _jsonl_folder(path: Path, layout: DataLayout) -> Source:
    """A folder with one JSON-lines file for each split."""
    files = {split: path / f"{split}.jsonl" for split in layout.splits}
    for file in files.values():
        if not file.exists():
            raise split_missing(file.stem, str(path), [p.stem for p in path.glob("*.jsonl")])
    counts = {split: sum(1 for _ in read_lines(file)) for split, file in files.items()}
    return Source(counts, lambda split: ((line.where, parse_line(line)) for line in read_lines(files[split])))


def _one_file(path: Path, layout: DataLayout) -> Source:
    """One file for all splits: rows that agree in the first column get the same split, in any order.

    Each split after the first gets a tenth of the distinct values, at least one; the first gets the rest.
    """
    hashes = array("Q")
    for line in read_lines(path):
        row = parse_line(line)
        check_row(row, line.where, layout)
        digest = hashlib.sha256(json.dumps(row[layout.columns[0]], sort_keys=True).encode()).digest()
        hashes.append(int.from_bytes(digest[:8], "big"))
    distinct = sorted(set(hashes))
    if len(distinct) < len(layout.splits):
        raise DataError(
            f"too few rows for the splits {', '.join(layout.splits)}",
            where=str(path),
            got=f"{len(hashes)} rows, {len(distinct)} with different '{layout.columns[0]}'",
            expected=f"at least {len(layout.splits)}",
            remedy="Add rows, or give a folder with a file for each split.",
        )
    others, share = len(layout.splits) - 1, max(1, len(distinct) // 10)
    starts = [distinct[len(distinct) - share * n] for n in range(others, 0, -1)]
    split_of = bytearray(bisect_right(starts, value) for value in hashes)

    def rows(split: str) -> Iterator[PlacedRow]:
        wanted = layout.splits.index(split)
        lines = (line for line, number in zip(read_lines(path), split_of, strict=True) if number == wanted)
        return ((line.where, parse_line(line)) for line in lines)

    counts = {split: split_of.count(number) for number, split in enumerate(layout.splits)}
    return Source(counts, rows, derived=True)


def _dataset(source: str, layout: DataLayout, cache: Path | None) -> Source:
    """What `datasets` reads. cache: where it keeps tables; None, for the hub: its own cache, used again."""
    import datasets  # costs more than the rest of the step

    try:
        with _ONE_AT_A_TIME, _quiet(datasets, cache is not None):
            # a folder called csv or json must not be taken for the reader of that name
            name = source if cache is None else str(Path(source).resolve())
            builder = datasets.load_dataset_builder(name, cache_dir=cache and str(cache))
            builder.download_and_prepare()
    except Exception as error:  # `datasets` lets errors of pyarrow, fsspec, httpx and many more through
        if cache is None:
            raise not_on_the_hub(source, error) from error
        raise DataError(
            "the folder cannot be loaded",
            where=source,
            got=_in_short(error.__cause__ or error),
            expected=f"data files for {', '.join(layout.splits)}",
            remedy=f"Put {layout.splits[0]}.jsonl and one such file for each other split into the folder.",
        ) from error
    counts = {split: info.num_examples for split, info in builder.info.splits.items()}
    for split in layout.splits:
        if split not in counts:
            raise split_missing(split, source, list(counts))

    def rows(split: str) -> Iterator[PlacedRow]:
        for number, row in enumerate(builder.as_dataset(split=split), 1):
            yield f"{source}: {split} row {number}", row

    return Source({split: counts[split] for split in layout.splits}, rows)


_ONE_AT_A_TIME = threading.Lock()
"""`datasets` keeps its progress bars and its verbosity for the whole process: two runs at once break each other."""


@contextmanager
def _quiet(datasets: Any, quiet: bool) -> Iterator[None]:
    """Mute `datasets`: a local folder is too quick for progress bars, and its errors are reported by us."""
    if not quiet:
        yield
        return
    bars, verbosity = not datasets.are_progress_bars_disabled(), datasets.logging.get_verbosity()
    datasets.disable_progress_bars()
    datasets.logging.set_verbosity(datasets.logging.CRITICAL)
    try:
        yield
    finally:
        datasets.logging.set_verbosity(verbosity)
        if bars:
            datasets.enable_progress_bars()


def _what_is_there(path: Path) -> str:
    folder = next((parent for parent in path.parents if parent.is_dir()), path)
    return f"nothing of that name in {folder.resolve()}"


def _in_short(error: BaseException) -> str:
    """Return what `datasets` says of a folder in one line; what is wrong comes late in its paragraphs."""
    text = " ".join(str(error).replace("An error occurred while generating the dataset", "").split())
    return f"{type(error).__name__}: {text if len(text) <= _SHORT else f'{text[: _SHORT - 3]}...'}"
