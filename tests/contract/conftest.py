"""The contract runs on every offline backend: the same test, once on each double of Azure ML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azure.ai.ml.constants._endpoint import EndpointInvokeFields
from contract_subject import Subject
from evidence import MARKERS, check_marks

from harness.backends import Surroundings

_HERE = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks of contract tests."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a contract test that does not say why it is believed."""
    for item in items:
        if _HERE in item.path.parents and "backend" in getattr(item, "fixturenames", ()):
            check_marks(item)


@pytest.fixture
def aml(surroundings: Surroundings, azure: Any, monkeypatch: pytest.MonkeyPatch) -> Subject:
    """An Azure ML to hold to the contract: the double behind one backend, as its clients see it.

    Replay joins here as one more offline backend. Azure itself does not yet: its tests need names that nobody has
    and a clean-up that outlives a failure, so until then they ask for `azure`, which no live run has.

    The SDK keeps the headers of one `invoke` for the next ones of the process (SDK source): each test begins
    with fresh ones.
    """
    monkeypatch.setattr(EndpointInvokeFields, "DEFAULT_HEADER", {"Content-Type": "application/json"})
    return Subject(azure, surroundings.clients)
