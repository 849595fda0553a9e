"""The step data, for a lifecycle: which splits the spec needs, prepared, and a first look at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from harness.decide.tasks import columns_of, scoring_request
from harness.errors import excerpt
from harness.lifecycle.data import PreparedData, prepare_data, preview, sample_row
from harness.lifecycle.rows import CHAT_LAYOUT, DataLayout
from harness.lifecycle.watching import Watcher
from harness.spec import LifecycleSpec
from harness.spec.document import SplitsSection

__all__ = ["Dataset", "layout_of", "prepare_dataset"]


@dataclass(frozen=True, slots=True)
class Dataset:
    """The prepared files by what they serve, and the first row to train on as pandas reads it."""

    prepared: PreparedData
    splits: SplitsSection
    first_row: Mapping[str, object]

    def file(self, split: str) -> Path:
        """Return the file of a split."""
        return self.prepared.files[split]

    @property
    def facts(self) -> Mapping[str, str]:
        """What to tell about it."""
        made = "; its rows divided by a hash" if self.prepared.derived else ""
        rows = {
            split: f"{count:,} of {self.prepared.available[split]:,} rows"
            for split, count in self.prepared.rows.items()
        }
        column, value = next(iter(self.first_row.items()))
        return {
            "source": f"{self.prepared.source}, {self.prepared.percent} %{made}",
            **rows,
            f"first {column}": excerpt(value),
        }


def layout_of(spec: LifecycleSpec) -> DataLayout:
    """Return the columns and splits that the spec's data must have; chat data keeps all of its splits."""
    splits = spec.data.splits
    used = dict.fromkeys(filter(None, (splits.train, splits.validation, splits.test, splits.score)))
    if spec.task.payload != "messages":
        return DataLayout(columns_of(spec.task, spec.finetune.inputs), tuple(used))
    if set(used) <= set(CHAT_LAYOUT.splits):
        return CHAT_LAYOUT
    return replace(CHAT_LAYOUT, splits=tuple(used))


def prepare_dataset(spec: LifecycleSpec, folder: Path, watch: Watcher) -> Dataset:
    """Write the spec's share of every split to `folder`; DataError with the place of the first bad row.

    PayloadError when the row that will be scored, hours later, is one that cannot be asked.
    """
    prepared = prepare_data(
        spec.data.source,
        spec.data.percent,
        folder,
        layout=layout_of(spec),
        progress=lambda split, written, rows: watch.progress(f"{split}: {written:,} of {rows:,} rows"),
        tell=watch.progress,
    )
    row = sample_row(prepared.files[spec.data.splits.score], spec.score.seed)
    scoring_request(spec.task, row, spec.finetune.inputs, spec.score.parameters)
    first = preview(prepared.files[spec.data.splits.train], rows=1)
    return Dataset(prepared, spec.data.splits, {str(name): first[name][0] for name in first.columns})
