"""Data of the Hugging Face hub: a hub that does not answer, and ids that it does not know."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from harness.errors import DataError, EnvironmentMissing
from harness.lifecycle.rows import CHAT_LAYOUT
from harness.lifecycle.sources import open_source


def ask(told: list[str]) -> None:
    """Ask the hub for a data set."""
    open_source("a/b", CHAT_LAYOUT, Path("never-made"), told.append)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """A hub that warns in its log, twice the same, and then fails."""
    import datasets

    def fails_with(error: Exception) -> None:
        def refuse(source: str, cache_dir: str | None) -> NoReturn:
            for _ in range(2):
                logging.getLogger("huggingface_hub.utils").warning("Retrying in 1s\n[Retry 1/5].")
            raise error

        monkeypatch.setattr(datasets, "load_dataset_builder", refuse)

    return fails_with


class OfALibraryError(Exception):
    """An error that is no OSError, as httpx has them."""


OfALibraryError.__module__ = "httpx._exceptions"


@pytest.mark.parametrize(
    "error", [ConnectionError("no\nsecond line"), TimeoutError("no"), OSError(28, "no"), OfALibraryError("no")]
)
def test_a_hub_that_cannot_be_reached_is_missing(hub: Callable[[Exception], None], error: Exception) -> None:
    """It is not the user's mistake: the reason of the hub, the way without a network, and the exit code of a lack."""
    hub(error)

    with pytest.raises(EnvironmentMissing) as caught:
        ask([])

    assert caught.value.exit_code == 3
    assert caught.value.got.startswith(f"{type(error).__name__}: ")
    assert "second line" not in caught.value.got
    assert "--data" in caught.value.remedy


@pytest.mark.parametrize("error", [FileNotFoundError("doesn't exist on the Hub"), ValueError("no loading script")])
def test_a_hub_id_that_is_none_is_wrong_use(hub: Callable[[Exception], None], error: Exception) -> None:
    """What the hub does not know is a mistake in the id."""
    hub(error)

    with pytest.raises(
        DataError, match=r"a/b: the data set cannot be loaded from the Hugging Face hub; got .*Check the id"
    ):
        ask([])


def test_waiting_for_the_hub_is_told(hub: Callable[[Exception], None]) -> None:
    """The question, and each of the hub's warnings once: it retries for half a minute."""
    told: list[str] = []
    hub(ConnectionError("no"))

    with pytest.raises(EnvironmentMissing):
        ask(told)

    assert told == ["asking the Hugging Face hub for a/b", "Retrying in 1s [Retry 1/5]."]
    assert not any(type(handler).__name__ == "_Teller" for handler in logging.getLogger("huggingface_hub").handlers)
