"""The data of a job: read, cut into splits and checked as Azure's preprocessing step does.

The rules are those of azureml-acft-contrib-hf-nlp 0.0.91 (source) unless marked inferred; the words of the
errors are our own. The splits are slices in file order, not a random draw; the test split is read and
otherwise left alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fakes.engines.tasks.task import Row, Task
from fakes.world.engine import FineTuneError, FineTuneRequest, Opener

USER_ERROR = "UserError"
_ONE_OBJECT = "Write every row as one JSON object on a line of its own."


@dataclass(frozen=True, slots=True)
class Splits:
    """Checked training and validation rows; `dropped` counts the rows of both that were not usable."""

    train: tuple[Row, ...]
    validation: tuple[Row, ...]
    test: tuple[Row, ...]
    dropped: int


def prepare(request: FineTuneRequest, task: Task) -> Splits:
    """Read every split of a job; FineTuneError of the preprocessing step says what is wrong with the data."""
    reader = _Reader(request, task, step_name(request.task, "datapreprocess"))
    given = {
        name: reader.read(name, opener)
        for name, opener in (
            ("train", request.train),
            ("validation", request.validation),
            ("test", request.test),
        )
        if opener is not None
    }
    cut = cut_splits(given["train"], given.get("validation"), given.get("test"))
    train, validation = reader.usable("train", cut[0]), reader.usable("validation", cut[1])
    dropped = len(cut[0]) + len(cut[1]) - len(train) - len(validation)
    return Splits(tuple(train), tuple(validation), tuple(cut[2]), dropped)


def step_name(task: str, stage: str) -> str:
    """Name of a pipeline's step: the task's name and the stage, such as chat_completion_finetune."""
    return f"{task.replace('-', '_')}_{stage}"


def cut_splits(
    train: Sequence[Row], validation: Sequence[Row] | None, test: Sequence[Row] | None
) -> tuple[Sequence[Row], Sequence[Row], Sequence[Row]]:
    """Train, validation and test: what is not given is cut off the end of the training rows.

    Only train: 80/10/10 %. Train and test: 80/20. Train and validation: 80/20. Boundaries are rounded to the
    nearest row, half to even, as the `datasets` library does for a percentage slice.
    """
    count = len(train)
    most = round(count * 80 / 100)
    if validation is None and test is None:
        return train[:most], train[most : round(count * 90 / 100)], train[count - round(count * 10 / 100) :]
    if validation is None:
        return train[:most], train[most:], test or ()
    if test is None:
        return train[:most], validation, train[count - round(count * 20 / 100) :]
    return train, validation, test


@dataclass(frozen=True, slots=True)
class _Reader:
    request: FineTuneRequest
    task: Task
    step: str

    def read(self, split: str, opener: Opener) -> list[Row]:
        """All rows of one JSON-lines file; blank lines are skipped."""
        rows: list[Row] = []
        with opener() as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    rows.append(self._parsed(split, number, line))
        return rows

    def usable(self, split: str, rows: Sequence[Row]) -> list[Row]:
        """Rows that have all columns filled and that the task keeps."""
        self._match_columns(split, rows)
        kept = [row for row in rows if all(_filled(row.get(column)) for column in self.task.columns)]
        self._require_rows(split, kept)
        kept = [row for row in kept if self._keep(split, row)]
        self._require_rows(split, kept)
        return kept

    def fail(self, message: str) -> FineTuneError:
        """A user error of the preprocessing step."""
        return FineTuneError(USER_ERROR, message, self.step)

    def _parsed(self, split: str, number: int, line: bytes) -> Row:
        place = f"{self._path(split)}, line {number}"
        try:
            row: Any = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
        except (ValueError, RecursionError) as error:
            # Azure shows the message of pyarrow's reader here (source); ours names the line.
            raise self.fail(f"{place}: not valid JSON: {error}. {_ONE_OBJECT}") from None
        if not isinstance(row, dict):
            raise self.fail(f"{place}: expected a JSON object, got {type(row).__name__}. {_ONE_OBJECT}")
        return row

    def _keep(self, split: str, row: Row) -> bool:
        try:
            return self.task.keep(row)
        except ValueError as error:
            raise self.fail(f"{self._path(split)}: {error}") from None

    def _match_columns(self, split: str, rows: Sequence[Row]) -> None:
        present = list(dict.fromkeys(name for row in rows for name in row))
        if rows and not set(self.task.columns) <= set(present):
            raise self.fail(
                f"{self._path(split)}: got columns {present}, expected {list(self.task.columns)} among them. "
                "Spell the columns as the task and the job's inputs name them."
            )

    def _require_rows(self, split: str, rows: Sequence[Row]) -> None:
        if not rows:
            raise self.fail(
                f"{self._path(split)}: nothing usable for the {split} split; expected rows with a value in each of "
                f"{list(self.task.columns)}. Rows that lack one, or that the task cannot use, are dropped."
            )
        least = self.task.minimum_rows
        if split == "train" and len(rows) < least:
            raise self.fail(
                f"{self._path(split)}: got {len(rows)} usable training rows, expected at least {least}. "
                "Add rows; validation and test data that are not given are cut off the training rows."
            )

    def _path(self, split: str) -> str:
        inputs = self.request.parameters
        own = inputs.get(f"{split}_mltable_path") or inputs.get(f"{split}_file_path")
        return own or inputs.get("train_mltable_path") or inputs.get("train_file_path") or f"{split} data"


def _filled(value: Any) -> bool:
    return value is not None and value not in ("", [], {})
