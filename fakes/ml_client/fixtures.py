"""pytest fixtures for a team's own tests: an entry point, there for every suite that installs the project.

In a checkout that is not installed, `pytest_plugins = ("fakes.ml_client.fixtures",)` in the root conftest loads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fakes.ml_client.client import FakeMLClient
    from fakes.ml_client.fake_azure import FakeAzure

__all__ = ["fake_azure", "fake_ml_client"]


@pytest.fixture
def fake_azure() -> Iterator[FakeAzure]:
    """An Azure ML of this test's own, in which everything takes a second of virtual time."""
    from fakes.ml_client.fake_azure import FakeAzure  # the SDK comes with it, which other suites need not pay for

    with FakeAzure(pace="instant") as azure:
        yield azure


@pytest.fixture
def fake_ml_client(fake_azure: FakeAzure) -> FakeMLClient:
    """A client of its workspace."""
    return fake_azure.workspace_client()
