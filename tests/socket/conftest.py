"""A local Azure ML on a socket: in another process for whole clients, in this one for single requests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import Server, serving
from wire import Wire, wired


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server in a process of its own, one for all."""
    with serving() as server:
        yield server


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    """A server in this process, of the test's own."""
    with wired(tmp_path) as wire:
        yield wire
