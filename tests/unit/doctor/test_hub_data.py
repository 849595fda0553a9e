"""Data of the hub: the doctor reads their description and downloads nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from harness.doctor.looking import NotToldError
from harness.doctor.sources import check_data
from harness.errors import DataError, EnvironmentMissing
from harness.lifecycle.watching import Silent
from harness.spec import LifecycleSpec

SPLITS = {name: SimpleNamespace(num_examples=rows) for name, rows in
          {"train_sft": 207_865, "test_sft": 23_110, "train_gen": 256_032, "test_gen": 28_304}.items()}  # fmt: skip
COLUMNS = {"prompt": None, "prompt_id": None, "messages": None}
Hub = Callable[..., None]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Hub:
    """A hub that describes a data set so, and has nothing to download."""
    import datasets

    def describes(splits: Any = SPLITS, features: Any = COLUMNS, size: int | None = 1_624_049_723) -> None:
        info = SimpleNamespace(splits=splits, features=features, download_size=size)
        monkeypatch.setattr(datasets, "load_dataset_builder", lambda _: SimpleNamespace(info=info))

    return describes


def check() -> Any:
    """Check the tutorial's data."""
    return check_data(LifecycleSpec(), Path("never-made"), Silent())


def test_what_the_hub_describes_is_told(hub: Hub) -> None:
    """Rows by split, how much a run would download, and that only the description was looked at."""
    hub()
    facts = check().facts

    assert facts["source"] == "HuggingFaceH4/ultrachat_200k of the hub, 1,624 MB to download"
    assert facts["train_sft"] == "207,865 rows"
    assert "every row" in facts["checked"]


def test_a_split_that_the_hub_does_not_have_is_a_problem(hub: Hub) -> None:
    """In the words of the run."""
    hub(splits={"train": SPLITS["train_sft"]})

    with pytest.raises(DataError, match="split 'train_sft' is missing; got the splits train"):
        check()


def test_a_column_that_the_hub_does_not_have_is_a_problem(hub: Hub) -> None:
    """In the words of the run."""
    hub(features={"prompt": None, "conversation": None})

    with pytest.raises(DataError, match="column 'prompt_id' is missing; got the columns prompt, conversation"):
        check()


@pytest.mark.parametrize("described", [{"splits": None}, {"features": None}])
def test_what_the_hub_does_not_describe_is_not_known(hub: Hub, described: dict[str, Any]) -> None:
    """A run finds it out, before anything is created."""
    hub(**described)

    with pytest.raises(NotToldError) as failure:
        check()
    assert "A run downloads the data" in failure.value.remedy


def test_a_hub_that_does_not_answer_is_told_as_the_run_tells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine lacks it."""
    import datasets

    def refuse(_: str) -> None:
        raise ConnectionError("no route")

    monkeypatch.setattr(datasets, "load_dataset_builder", refuse)
    with pytest.raises(EnvironmentMissing, match="hub cannot be reached"):
        check()
