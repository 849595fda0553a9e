"""pytest's plugin for a recording: each scenario meets a workspace that nobody has used, and leaves nothing that bills.

An operator's hand between two scenarios, by the server's own interface. While a scenario runs it does nothing.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest
import requests


def _admin(method: str, path: str) -> Any:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.request(method, os.environ["HTTPS_PROXY"] + path, timeout=30)
    answer.raise_for_status()
    return answer.json()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Put a new world in the place of the last scenario's."""
    _admin("POST", "/admin/reset")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, None, None]:
    """Fail a scenario after which something would cost money, also where it cannot look into the world itself."""
    yield
    billable = _admin("GET", "/admin/dump")["billable"]
    if billable:
        pytest.fail(f"left behind, and bills: {', '.join(billable)}", pytrace=False)
