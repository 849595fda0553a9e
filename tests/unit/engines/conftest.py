"""Small data sets, and a way to run the engine on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import small_data

from fakes.engines import RetrievalEngine
from fakes.world.engine import FineTuneRequest, FineTuneResult

Ask = Callable[..., FineTuneRequest]
Run = Callable[..., FineTuneResult]


@pytest.fixture
def conversations() -> list[dict[str, Any]]:
    """48 conversations of two turns each, every fact asked for in two wordings, in a seeded order."""
    return small_data.conversations()


@pytest.fixture
def sentences() -> list[dict[str, Any]]:
    """80 labelled sentences."""
    return small_data.sentences()


@pytest.fixture
def ask() -> Ask:
    """Builds a request; keyword arguments beyond the splits and `task` are pipeline inputs."""
    return small_data.request


@pytest.fixture
def run() -> Run:
    """Runs the engine on a request built as `ask` builds it."""

    def fine_tune(*splits: Any, **options: Any) -> FineTuneResult:
        return RetrievalEngine().fine_tune(small_data.request(*splits, **options))

    return fine_tune
