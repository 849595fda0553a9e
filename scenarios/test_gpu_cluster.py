"""The GPU cluster: reused where it exists, created where Azure grants it, else refused with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from harness.errors import ComputeNotAllowed
from harness.lifecycle.report import LifecycleReport
from harness.plugin.fixtures import Change
from harness.plugin.lifecycle import Lifecycle
from harness.spec import LifecycleSpec

pytestmark = pytest.mark.usefixtures("nothing_billable")


@pytest.fixture
def no_cluster_left(local_azure: Any) -> Iterator[None]:
    """At the end there is no cluster; a recording proves it by the deletes that it needs."""
    yield
    assert local_azure is None or local_azure.world.home.computes == {}


def cluster(report: LifecycleReport) -> str:
    """Return what the run tells about its cluster: name, how it came by it, and tier."""
    return next(step.facts["cluster"] for step in report.steps if step.name == "compute")


def created(report: LifecycleReport) -> set[str]:
    """Return the kinds of what the run created."""
    return {made.kind for made in report.created}


def test_existing_cluster_is_reused(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """A second run finds the first one's cluster, uses it and does not list it as its own."""
    on_its_own = chat.with_overrides({"compute.name": "gpu-cluster-twice"})
    first, second = lifecycle.run(on_its_own), lifecycle.run(on_its_own)

    assert cluster(first) == "gpu-cluster-twice (created, dedicated)"
    assert cluster(second) == "gpu-cluster-twice (reused, dedicated)"
    assert "compute" not in created(second)
    assert second.error is None


def test_low_priority_serves_where_dedicated_is_refused(
    lifecycle: Lifecycle, chat: LifecycleSpec, arrange: Change
) -> None:
    """Without quota for dedicated nodes the cluster is made of low-priority ones, and the run goes on."""
    arrange(lambda azure: azure.faults.refuse_compute("not enough dedicated quota"))
    report = lifecycle.run(chat)

    assert cluster(report) == "gpu-cluster-big (created, low_priority)"
    assert report.error is None


def test_no_quota_at_all_tells_both_refusals(lifecycle: Lifecycle, chat: LifecycleSpec, arrange: Change) -> None:
    """When both tiers are refused the run ends before any job, with both reasons."""
    arrange(lambda azure: azure.faults.refuse_compute("no dedicated quota", nth=1))
    arrange(lambda azure: azure.faults.refuse_compute("no low-priority quota", nth=2))
    report = lifecycle.run(chat)

    assert isinstance(report.error, ComputeNotAllowed)
    assert "no dedicated quota" in report.error.got
    assert "no low-priority quota" in report.error.got
    assert created(report) == set()


@pytest.mark.usefixtures("no_cluster_left")
def test_cluster_that_never_comes_up_is_an_error(lifecycle: Lifecycle, chat: LifecycleSpec, arrange: Change) -> None:
    """Azure takes both requests and neither cluster comes up: the cause is told and no broken cluster is left."""
    arrange(lambda azure: azure.faults.fail_compute("out of cores", code="FirstAttempt"))
    arrange(lambda azure: azure.faults.fail_compute("out of cores", code="SecondAttempt", nth=2))
    report = lifecycle.run(chat)

    assert isinstance(report.error, ComputeNotAllowed)
    assert {"FirstAttempt", "SecondAttempt"} <= set(report.error.got.replace(")", "(").split("("))
    assert created(report) == set()


def test_size_outside_the_allow_list_is_refused(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """The refusal names the size, the whole list and the nearest allowed sizes, and nothing is created."""
    report = lifecycle.run(chat.with_overrides({"compute.name": "gpu-cluster-v3", "compute.size": "Standard_NC24s_v3"}))

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
