"""pytest fixtures for a team's own tests: `pytest_plugins = ("fakes.ml_client.fixtures",)` in its root conftest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fakes.ml_client.client import FakeMLClient
from fakes.ml_client.fake_azure import FakeAzure

__all__ = ["fake_azure", "fake_ml_client"]


@pytest.fixture
def fake_azure() -> Iterator[FakeAzure]:
    """An Azure ML of this test's own, in which everything takes a second of virtual time."""
    with FakeAzure(pace="instant") as azure:
        yield azure


@pytest.fixture
def fake_ml_client(fake_azure: FakeAzure) -> FakeMLClient:
    """A client of its workspace."""
    return fake_azure.workspace_client()
