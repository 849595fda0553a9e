"""A stage for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.gate.rollout.stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """An endpoint with blue in service and green beside it, and a verdict that says PROMOTE of green."""
    return Stage(tmp_path)
