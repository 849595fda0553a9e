"""Pollers: azure-core's interface, virtual time that passes while somebody waits, and no threads."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from azure.ai.ml.entities import AmlCompute, ManagedOnlineDeployment, ManagedOnlineEndpoint
from azure.core.exceptions import HttpResponseError
from azure.core.polling import LROPoller

from fakes.ml_client import FakeAzure
from fakes.world.faults import Stuck
from harness.errors import StepFailed, Unfinished
from harness.lifecycle.waiting import wait_for
from harness.lifecycle.watching import Silent


@pytest.fixture
def azure() -> FakeAzure:
    """An Azure ML with the durations of the real one."""
    return FakeAzure()


def begin(azure: FakeAzure) -> LROPoller[Any]:
    """Begin to create an endpoint, which takes 90 s and is asked for every 30."""
    endpoint = ManagedOnlineEndpoint(name="ep-1", auth_mode="key")
    return azure.workspace_client().online_endpoints.begin_create_or_update(endpoint)


def begin_deployment(azure: FakeAzure) -> LROPoller[Any]:
    """Begin to deploy a foundation model, which takes 585 s and is asked for every 5."""
    begin(azure).wait()
    model = azure.registry_client().models.get("gpt2", label="latest").id
    sent = {"name": "blue", "endpoint_name": "ep-1", "instance_type": "Standard_DS3_v2", "instance_count": 1}
    deployment = ManagedOnlineDeployment(model=model, **sent)
    return azure.workspace_client().online_deployments.begin_create_or_update(deployment)


def test_it_is_one_of_azure_cores(azure: FakeAzure) -> None:
    """Code that asks for an LROPoller gets one, and no thread polls behind its back."""
    before = threading.active_count()
    poller = begin(azure)

    assert isinstance(poller, LROPoller)
    assert (poller.status(), azure.clock.slept, threading.active_count()) == ("InProgress", 0.0, before)


def test_time_passes_while_somebody_waits(azure: FakeAzure) -> None:
    """The result is there after three pauses, and the resource is as it is then."""
    endpoint = begin(azure).result()

    assert azure.clock.slept == 90.0
    assert endpoint.provisioning_state == "Succeeded"


def test_a_wait_with_a_timeout_returns_in_time(azure: FakeAzure) -> None:
    """As many polls as fit, without a word about the rest, as azure-core does it."""
    poller = begin_deployment(azure)
    azure.clock.slept = 0.0

    assert poller.result(timeout=60) is None
    assert (azure.clock.slept, poller.status()) == (60.0, "Updating")


def test_a_loop_over_done_ends(azure: FakeAzure) -> None:
    """Asking whether it is done polls once, so nobody waits for ever."""
    poller, asked = begin(azure), 0
    while not poller.done():
        asked += 1

    assert asked == 3


def test_a_callback_is_called_at_the_end(azure: FakeAzure) -> None:
    """Once, with the polling method; one that was taken back is not."""
    poller, called = begin(azure), []
    poller.add_done_callback(called.append)
    poller.add_done_callback(print)
    poller.remove_done_callback(print)
    poller.wait()

    assert called == [poller.polling_method()]
    with pytest.raises(ValueError, match="complete"):
        poller.remove_done_callback(called.append)


def test_a_failure_is_raised_every_time(azure: FakeAzure) -> None:
    """By `wait` and by `result`, with the cause, while `done` says that it has ended."""
    azure.faults.fail_deployment("it crashed")
    poller = begin_deployment(azure)
    for wait in (poller.wait, poller.result):
        with pytest.raises(HttpResponseError, match="it crashed"):
            wait()

    assert (poller.done(), poller.status()) == (True, "Failed")


def test_a_poller_that_is_dropped_moves_nothing(azure: FakeAzure) -> None:
    """What was begun goes on when time passes, whoever looks."""
    begin(azure)
    client = azure.workspace_client()
    before = client.online_endpoints.get("ep-1").provisioning_state
    azure.clock.advance(90)

    assert (before, client.online_endpoints.get("ep-1").provisioning_state) == ("Creating", "Succeeded")


def test_what_is_stuck_does_not_hang_a_test(azure: FakeAzure) -> None:
    """A wait without a timeout gives up after a virtual week."""
    azure.faults.on("compute", Stuck())
    poller = azure.workspace_client().compute.begin_create_or_update(AmlCompute(name="gpu-1", size="Standard_DS3_v2"))

    with pytest.raises(TimeoutError, match="still InProgress"):
        poller.wait()


def test_the_harness_keeps_its_deadline(azure: FakeAzure) -> None:
    """A stuck operation is given up at the deadline, to the poll."""
    azure.faults.on("deployment", Stuck())
    poller = begin_deployment(azure)
    azure.clock.slept = 0.0
    with pytest.raises(Unfinished):
        wait_for(lambda: poller, "deploying", clock=azure.clock, deadline_s=600, watch=Silent())

    assert azure.clock.slept == 605.0


def test_the_harness_tells_the_cause(azure: FakeAzure) -> None:
    """A failed operation is told in Azure's words."""
    azure.faults.fail_deployment("it crashed")
    poller = begin_deployment(azure)

    with pytest.raises(StepFailed, match="it crashed"):
        wait_for(lambda: poller, "deploying", clock=azure.clock, deadline_s=6000, watch=Silent())
