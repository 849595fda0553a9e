"""A version of a model is written once."""

from __future__ import annotations

import pytest

from harness.errors import ParameterError
from harness.plugin.lifecycle import Lifecycle
from harness.spec import LifecycleSpec


@pytest.mark.usefixtures("nothing_billable")
def test_taken_version_is_refused_before_the_training(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """A second run under the same version ends before it costs anything, and the first model stays as it is."""
    pinned = chat.with_overrides({"registration.version": '"1"'})
    first, second = lifecycle.run(pinned), lifecycle.run(pinned)

    assert first.error is None
    assert isinstance(second.error, ParameterError)
    assert "version 1 is registered already" in second.error.what
    assert second.created == []
