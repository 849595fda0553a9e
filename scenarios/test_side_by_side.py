"""Two lifecycles in one process at the same time."""

from __future__ import annotations

import pytest

from harness.plugin.lifecycle import Lifecycle
from harness.spec import LifecycleSpec

PATIENT = {f"limits.{wait}": "1000000" for wait in ("compute", "job", "endpoint", "deployment", "delete")}
"""Both runs share the virtual clock, which moves whenever either of them waits: each one's hours pass for the other."""


# not on a recording: how two threads take turns, and so how often each of them asks, is another each time
@pytest.mark.usefixtures("nothing_billable", "azure")
def test_two_lifecycles_at_once_do_not_mix(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """Both end well, each with resources of its own, on one cluster that only one of them has created."""
    patient = chat.with_overrides(PATIENT)
    left, right = lifecycle.run_at_once(patient, patient.with_overrides({"data.percent": "25"}))

    assert (left.error, right.error) == (None, None)
    ours, theirs = ({(made.kind, made.name) for made in report.created} for report in (left, right))
    assert {kind for kind, _ in ours & theirs} <= {"compute"}
    assert left.metrics["train_loss"] != right.metrics["train_loss"]
