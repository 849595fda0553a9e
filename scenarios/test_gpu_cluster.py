"""The GPU cluster: reused where it exists, created where Azure grants it, else refused with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import ComputeNotAllowed
from harness.lifecycle.report import LifecycleReport
from harness.plugin.lifecycle import Lifecycle
from harness.spec import LifecycleSpec

pytestmark = pytest.mark.usefixtures("nothing_billable")


def cluster(report: LifecycleReport) -> str:
    """Return what the run tells about its cluster: name, how it came by it, and tier."""
    return next(step.facts["cluster"] for step in report.steps if step.name == "compute")


def created(report: LifecycleReport) -> set[str]:
    """Return the kinds of what the run created."""
    return {made.kind for made in report.created}


def test_existing_cluster_is_reused(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """A second run finds the first one's cluster, uses it and does not list it as its own."""
    first, second = lifecycle.run(chat), lifecycle.run(chat)

    assert cluster(first) == "gpu-cluster-big (created, dedicated)"
    assert cluster(second) == "gpu-cluster-big (reused, dedicated)"
    assert "compute" not in created(second)
    assert second.error is None


def test_low_priority_serves_where_dedicated_is_refused(lifecycle: Lifecycle, chat: LifecycleSpec, azure: Any) -> None:
    """Without quota for dedicated nodes the cluster is made of low-priority ones, and the run goes on."""
    azure.faults.refuse_compute("not enough dedicated quota")
    report = lifecycle.run(chat)

    assert cluster(report) == "gpu-cluster-big (created, low_priority)"
    assert report.error is None


def test_no_quota_at_all_tells_both_refusals(lifecycle: Lifecycle, chat: LifecycleSpec, azure: Any) -> None:
    """When both tiers are refused the run ends before any job, with both reasons."""
    azure.faults.refuse_compute("no dedicated quota", nth=1)
    azure.faults.refuse_compute("no low-priority quota", nth=2)
    report = lifecycle.run(chat)

    assert isinstance(report.error, ComputeNotAllowed)
    assert "no dedicated quota" in report.error.got
    assert "no low-priority quota" in report.error.got
    assert created(report) == set()


def test_cluster_that_never_comes_up_is_an_error(lifecycle: Lifecycle, chat: LifecycleSpec, azure: Any) -> None:
    """Azure takes both requests and neither cluster comes up: the cause is told and no broken cluster is left."""
    azure.faults.fail_compute("out of cores", code="FirstAttempt")
    azure.faults.fail_compute("out of cores", code="SecondAttempt", nth=2)
    report = lifecycle.run(chat)

    assert isinstance(report.error, ComputeNotAllowed)
    assert {"FirstAttempt", "SecondAttempt"} <= set(report.error.got.replace(")", "(").split("("))
    assert created(report) == set()
    assert azure.world.home.computes == {}


def test_size_outside_the_allow_list_is_refused(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """The refusal names the size, the whole list and the nearest allowed sizes, and nothing is created."""
    report = lifecycle.run(chat.with_overrides({"compute.size": "Standard_NC24s_v3"}))

    assert isinstance(report.error, ComputeNotAllowed)
    assert "Standard_NC24s_v3" in report.error.what
    assert "Standard_NC24ads_A100_v4" in report.error.expected
    assert "Standard_NC24ads_A100_v4" in report.error.nearest
    assert report.created == []


@pytest.mark.catalog("2026-07")
def test_deny_listed_size_is_refused_without_a_list(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """Where the model has no allow list, K80 sizes are still refused, with their reason."""
    report = lifecycle.run(chat.with_overrides({"compute.size": "Standard_NC24r"}))

    assert isinstance(report.error, ComputeNotAllowed)
    assert "has K80 GPUs" in report.error.what
    assert report.created == []
