"""Fine-tuning parameters that the component does not take: dropped by name, or refused when strict."""

from __future__ import annotations

import pytest

from harness.errors import ParameterError
from harness.plugin.lifecycle import Lifecycle
from harness.spec import LifecycleSpec

pytestmark = pytest.mark.usefixtures("nothing_billable")

MISSPELT = {"finetune.parameters.learning_rat": "1e-5"}


def test_unknown_parameter_is_dropped_by_name(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """The run goes on without it, and a warning says which one it was and what is nearest."""
    report = lifecycle.run(chat.with_overrides(MISSPELT))

    assert report.error is None
    assert any("learning_rat " in warning and "learning_rate" in warning for warning in report.warnings)


def test_unknown_parameter_stops_a_strict_run(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """A strict run creates nothing, and names the parameter with the nearest valid one."""
    report = lifecycle.run(chat.with_overrides({**MISSPELT, "finetune.strict": "true"}))

    assert isinstance(report.error, ParameterError)
    assert "learning_rat" in str(report.error)
    assert "learning_rate" in report.error.nearest
    assert report.created == []


def test_value_outside_an_enum_is_refused_before_the_cluster(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """The component's choices are known before anything is created."""
    report = lifecycle.run(chat.with_overrides({"finetune.parameters.lr_scheduler_type": '"cosin"'}))

    assert isinstance(report.error, ParameterError)
    assert "cosine" in report.error.nearest
    assert report.created == []
