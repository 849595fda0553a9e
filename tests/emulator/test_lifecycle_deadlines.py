"""Deadlines of the spec, in Azure's own time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lifecycle_spec import bills, run_small

from fakes.emulator import Emulator
from harness.errors import Unfinished


@pytest.fixture
def slow_azure() -> Iterator[Emulator]:
    """An Azure that takes as long as the real one, in virtual time."""
    with Emulator() as azure:
        yield azure


def test_a_deployment_that_takes_too_long_is_given_up(slow_azure: Emulator, tmp_path: Path) -> None:
    """Ten seconds pass, ten minutes do not: the run ends at the limit and leaves nothing that bills."""
    report = run_small(slow_azure, tmp_path, limits__deployment="10")

    assert isinstance(report.error, Unfinished)
    assert "10 s" in str(report.error)
    assert bills(slow_azure) == []


def test_a_cluster_that_takes_too_long_is_given_up(slow_azure: Emulator, tmp_path: Path) -> None:
    """The cluster needs 30 seconds and the spec allows 10."""
    report = run_small(slow_azure, tmp_path, limits__compute="10")

    assert isinstance(report.error, Unfinished)
    assert "creating cluster gpu-cluster-big has not ended within 10 s" in str(report.error)
