"""Tests that open a browser: they run when `-m browser` asks for them, and then never skip."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from harness.errors import EnvironmentMissing
from harness.plugin.options import named_markers
from harness.plugin.preflight import refuse
from tests.browser.chromium import find_chromium, opened_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave these tests out where nobody asked for them."""
    unasked = [item for item in items if "browser" not in named_markers(config) and item.get_closest_marker("browser")]
    config.hook.pytest_deselected(items=unasked)
    items[:] = [item for item in items if item not in unasked]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Stop with a usage error when a browser is asked for and there is none."""
    if any(item.get_closest_marker("browser") for item in session.items):
        try:
            find_chromium()
        except EnvironmentMissing as error:
            refuse(session.config, error)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's Chromium."""
    with opened_chromium() as chromium:
        yield chromium
