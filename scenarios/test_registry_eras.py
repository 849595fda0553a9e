"""The same lifecycle against the registry as it stood at four moments: what changed, and what to do about it."""

from __future__ import annotations

import pytest

from harness.errors import ComputeNotAllowed, ParameterError
from harness.plugin.lifecycle import Lifecycle
from harness.spec import LifecycleSpec

A100 = {"compute.size": "Standard_NC24ads_A100_v4"}


@pytest.mark.catalog("2024-04")
def test_april_2024_runs_as_the_tutorial_prints_it(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """In the tutorial's own spring its values pass, on the size that it names."""
    report = lifecycle.run(chat)

    assert report.error is None
    assert chat.compute.size == "Standard_ND40rs_v2"


@pytest.mark.catalog("2024-12")
def test_december_2024_refuses_the_tutorials_size(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """The model's list no longer has the tutorial's size: the refusal says so and names the nearest ones."""
    error = lifecycle.run(chat).error

    assert isinstance(error, ComputeNotAllowed)
    assert "Standard_ND40rs_v2 is not among the 5 sizes of the model's finetune_compute_allow_list" in str(error)
    assert "Standard_ND96asr_v4" in error.nearest


@pytest.mark.catalog("2024-12")
def test_december_2024_passes_on_an_a100(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """On a size of the list the same lifecycle passes."""
    assert lifecycle.run(chat.with_overrides(A100)).error is None


@pytest.mark.catalog("2025-03")
def test_march_2025_drops_parameters_by_name(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """The model's own defaults hold keys that the pipeline does not take: they are dropped, and named."""
    report = lifecycle.run(chat.with_overrides(A100))

    assert report.error is None
    assert {"learning_rate_max", "learning_rate_min"} <= _words(report.warnings)


@pytest.mark.catalog("2025-03")
def test_march_2025_refuses_them_when_strict(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """A strict run stops before it creates anything, with the names of both parameters."""
    report = lifecycle.run(chat.with_overrides({**A100, "finetune.strict": "true"}))

    assert isinstance(report.error, ParameterError)
    assert {"learning_rate_max", "learning_rate_min"} <= _words([str(report.error)])
    assert report.created == []


@pytest.mark.catalog("2026-07")
def test_july_2026_works_without_the_tag(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """The model is archived and has no allow list any more: any size without K80 GPUs is taken."""
    assert lifecycle.run(chat.with_overrides(A100)).error is None


@pytest.mark.catalog("2026-07")
def test_july_2026_still_refuses_k80_sizes(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """Without a list the deny list decides, whatever the case of the name."""
    error = lifecycle.run(chat.with_overrides({"compute.size": "STANDARD_nc6"})).error

    assert isinstance(error, ComputeNotAllowed)
    assert "has K80 GPUs" in str(error)


def _words(texts: list[str]) -> set[str]:
    return {word.strip(",.;:'") for text in texts for word in text.split()}
