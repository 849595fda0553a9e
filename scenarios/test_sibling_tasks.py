"""A lifecycle for another task is another spec: every one of samples/specs runs with the same code."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.plugin.lifecycle import Lifecycle
from harness.spec import load_spec

SPECS = sorted((Path(__file__).parents[1] / "samples" / "specs").glob("*.toml"))


@pytest.mark.parametrize("spec", SPECS, ids=[spec.stem for spec in SPECS])
def test_spec_runs_from_end_to_end(lifecycle: Lifecycle, spec: Path) -> None:
    """The task's model is fine-tuned, answers a held-out row, and leaves nothing that bills."""
    report = lifecycle.run(load_spec(spec))

    assert report.error is None
    assert report.answer
    assert list(report.left()) == []
