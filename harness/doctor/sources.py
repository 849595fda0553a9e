"""Checks of what a run would start from: the registry's model as it is today, and the data set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.decide.allow_list import K80_SIZES, find_allow_list
from harness.doctor.looking import NotToldError
from harness.lifecycle.dataset import layout_of, prepare_dataset
from harness.lifecycle.hub import HubData, describe_hub_data, is_hub_id
from harness.lifecycle.model import FoundationModel, find_model
from harness.lifecycle.rows import check_column, split_missing
from harness.lifecycle.watching import Watcher
from harness.spec import LifecycleSpec

__all__ = ["CheckedData", "CheckedModel", "check_data", "check_model"]


@dataclass(frozen=True, slots=True)
class CheckedModel:
    """A registry model, and what its registry says of it today. archived: None where it does not say."""

    model: FoundationModel
    archived: bool | None

    @property
    def facts(self) -> Mapping[str, str]:
        """What to tell about it."""
        allowed = find_allow_list(self.model.tags, "finetune")
        rule = (
            f"no allow list; refused are {', '.join(K80_SIZES)}"
            if allowed is None
            else f"{len(allowed.sizes)} sizes of the tag {allowed.tag}"
        )
        told = {None: "the SDK does not say", False: "no", True: "yes"}
        return {**self.model.facts, "fine-tuned on": rule, "archived": told[self.archived]}


@dataclass(frozen=True, slots=True)
class CheckedData:
    """A data set whose rows, or whose description on the hub, are as the spec needs them."""

    facts: Mapping[str, str] = field(default_factory=dict)


def check_model(registry: Any, spec: LifecycleSpec, watch: Watcher) -> CheckedModel:
    """Find the model as a run does, and warn of one that its registry has archived."""
    model = find_model(registry, spec.model)
    archived = _archived(registry, model)
    if archived:
        watch.warned(f"{model.name} {model.version} is archived: the registry may stop serving it")
    return CheckedModel(model, archived)


def _archived(registry: Any, model: FoundationModel) -> bool | None:
    """Return whether a model is archived, None when it cannot be told.

    The SDK's entity leaves it out; what a private member of it returns has it (SDK source).
    """
    try:
        archived = registry.models._get(model.name, model.version).properties.is_archived
    except Exception:  # of another version, or of a double, a private member is anything
        return None
    return archived if isinstance(archived, bool) else None


def check_data(spec: LifecycleSpec, folder: Path, watch: Watcher) -> CheckedData:
    """Check local rows as a run does, every one of them, in `folder`; of the hub's data their description only.

    A run downloads those, and then checks each row.
    """
    source = spec.data.source
    if Path(source).expanduser().exists() or not is_hub_id(source):
        return CheckedData(prepare_dataset(spec, folder, watch).facts)
    return CheckedData(_facts(spec, describe_hub_data(source, watch.progress)))


def _facts(spec: LifecycleSpec, data: HubData) -> Mapping[str, str]:
    layout, source = layout_of(spec), spec.data.source
    if not data.rows or not data.columns:
        remedy = "A run downloads the data and checks every row before anything is created."
        raise NotToldError(f"the hub does not describe splits and columns of {source}", remedy)
    for split in layout.splits:
        if split not in data.rows:
            raise split_missing(split, source, data.rows)
    for column in layout.columns:
        check_column(column, data.columns, source, layout)
    size = "" if data.download_bytes is None else f", {data.download_bytes / 1e6:,.0f} MB to download"
    rows = {split: f"{data.rows[split]:,} rows" for split in layout.splits}
    return {"source": f"{source} of the hub{size}", **rows, "checked": "its description; a run checks every row"}
