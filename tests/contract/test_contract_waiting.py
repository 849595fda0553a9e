"""Contract: pollers, the clock, and what goes wrong on the way."""

from __future__ import annotations

import pytest
from azure.ai.ml.entities import AmlCompute, ManagedOnlineEndpoint
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ServiceResponseError
from contract_steps import CLUSTER, ENDPOINT, SIZE, deployment, make_cluster, make_endpoint
from contract_subject import Subject
from evidence import Evidence, evidence

from fakes.world.faults import ConnectionFault, HttpFault

GET = "Workspaces_Get"


def _begin(aml: Subject) -> object:
    return aml.workspace.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(name=ENDPOINT))


@evidence(Evidence.SDK_SOURCE, "LROPoller.result returns what the operation made")
def test_the_result_of_a_poller_is_what_was_made(aml: Subject) -> None:
    """`result` waits and returns the resource as it is in the end, each time."""
    poller = _begin(aml)

    assert poller.result().provisioning_state == "Succeeded"
    assert poller.result().name == ENDPOINT


@evidence(Evidence.SDK_SOURCE, "LROPoller.wait returns None")
def test_waiting_returns_nothing(aml: Subject) -> None:
    """`wait` returns None once the operation is done."""
    poller = _begin(aml)

    assert poller.wait() is None
    assert (poller.done(), poller.status()) == (True, "Succeeded")


@evidence(Evidence.SDK_SOURCE, "LROPoller.done")
def test_a_poller_is_not_done_before_its_time(aml: Subject) -> None:
    """Until the operation has ended `done` is false."""
    with aml.paused():
        poller = _begin(aml)
        done = [poller.done() for _ in range(3)]
    poller.wait()

    assert done == [False, False, False]


@evidence(Evidence.RECORDED, "endpoint create: 90 s, 2022-10")
def test_waiting_takes_virtual_time(aml: Subject) -> None:
    """Creating an endpoint takes a minute and a half, which the client waits."""
    before = aml.now()
    _begin(aml).wait()

    assert (aml.now() - before).total_seconds() >= 90
    assert aml.clock.slept >= 90


@evidence(Evidence.INFERRED, "time passes for everybody")
def test_what_time_has_finished_needs_no_waiting(aml: Subject) -> None:
    """A poller whose operation has ended meanwhile is done without waiting."""
    with aml.paused():
        poller = _begin(aml)
        aml.clock.advance(3600)
    before = aml.clock.slept
    poller.wait()

    assert aml.clock.slept - before <= 30


@evidence(Evidence.SDK_SOURCE, "LROPoller.result raises what the operation ended with")
def test_a_poller_raises_each_time_it_is_asked(aml: Subject) -> None:
    """Both `wait` and `result` of a failed operation raise its error."""
    make_endpoint(aml.workspace)
    aml.faults.fail_deployment()
    poller = aml.workspace.online_deployments.begin_create_or_update(deployment())

    for ask in (poller.wait, poller.result):
        with pytest.raises(HttpResponseError, match="ResourceNotReady"):
            ask()
    assert (poller.done(), poller.status()) == (True, "Failed")


@evidence(Evidence.SDK_SOURCE, "LROBasePolling.run: a bad status is a plain HttpResponseError, and the poller Failed")
def test_what_is_gone_while_it_is_waited_for_is_no_ordinary_404(aml: Subject) -> None:
    """A poller whose resource was deleted meanwhile raises the 404, but not as a ResourceNotFoundError."""
    make_endpoint(aml.workspace)
    with aml.paused():
        poller = _begin(aml)
        aml.workspace.online_endpoints.begin_delete(ENDPOINT)
        aml.clock.advance(3600)

    with pytest.raises(HttpResponseError) as failed:
        poller.wait()
    assert (type(failed.value), failed.value.status_code) == (HttpResponseError, 404)
    assert poller.status() == "Failed"


@evidence(Evidence.SDK_SOURCE, "operations run on without their poller")
def test_an_operation_goes_on_without_its_poller(aml: Subject) -> None:
    """What was begun is done in its time, whoever waits for it."""
    with aml.paused():
        aml.workspace.compute.begin_create_or_update(AmlCompute(name=CLUSTER, size=SIZE, max_instances=1))
        aml.clock.advance(3600)
        state = aml.workspace.compute.get(CLUSTER).provisioning_state

    assert state == "Succeeded"


@evidence(Evidence.INFERRED, "no service moves because somebody looks")
def test_nothing_moves_because_it_is_read(aml: Subject) -> None:
    """Reading takes no time and changes no state."""
    with aml.paused():
        poller = _begin(aml)
        before = aml.now()
        states = {aml.workspace.online_endpoints.get(ENDPOINT).provisioning_state for _ in range(10)}
        after = aml.now()
    poller.wait()

    assert (states, after) == ({"Creating"}, before)


@pytest.mark.parametrize("status", [429, 500, 503, 504])
@evidence(Evidence.SDK_SOURCE, "azure-core's RetryPolicy; 429 then 201 is recorded")
def test_a_passing_failure_is_survived(aml: Subject, status: int) -> None:
    """A service that is busy for a moment is asked again, and the user never hears of it."""
    aml.faults.on(GET, HttpFault(status))

    assert aml.workspace.workspaces.get(aml.azure.workspace_name).name == aml.azure.workspace_name


@pytest.mark.parametrize("kind", ["reset", "timeout"])
@evidence(Evidence.SDK_SOURCE, "azure-core's RetryPolicy")
def test_a_broken_connection_is_survived(aml: Subject, kind: str) -> None:
    """A connection that breaks once is tried again."""
    aml.faults.on(GET, ConnectionFault(kind))

    assert aml.workspace.workspaces.get(aml.azure.workspace_name).name == aml.azure.workspace_name


@evidence(Evidence.SDK_SOURCE, "azure-core's RetryPolicy backs off")
def test_trying_again_takes_virtual_time(aml: Subject) -> None:
    """A second failure in a row makes the client wait before it asks again."""
    for nth in (1, 2):
        aml.faults.on(GET, HttpFault(503), nth=nth)
    before = aml.clock.slept
    aml.workspace.workspaces.get(aml.azure.workspace_name)

    assert aml.clock.slept > before


@evidence(Evidence.SDK_SOURCE, "azure-core's RetryPolicy gives up")
def test_a_failure_that_stays_is_raised(aml: Subject) -> None:
    """After the last attempt the service's own code and words reach the user."""
    for nth in range(1, 12):
        aml.faults.on(GET, HttpFault(503, "ServiceUnavailable", "down"), nth=nth)

    with pytest.raises(HttpResponseError, match=r"\(ServiceUnavailable\) down") as raised:
        aml.workspace.workspaces.get(aml.azure.workspace_name)
    assert raised.value.status_code == 503


@evidence(Evidence.SDK_SOURCE, "azure-core's RetryPolicy gives up")
def test_a_connection_that_stays_broken_is_raised(aml: Subject) -> None:
    """After the last attempt azure-core's own error reaches the user."""
    for nth in range(1, 12):
        aml.faults.on(GET, ConnectionFault("reset"), nth=nth)

    with pytest.raises(ServiceResponseError):
        aml.workspace.workspaces.get(aml.azure.workspace_name)


@pytest.mark.parametrize("status", [400, 403, 409])
@evidence(Evidence.SDK_SOURCE, "azure-core retries no refusal")
def test_a_refusal_is_not_tried_again(aml: Subject, status: int) -> None:
    """A refusal reaches the user at once, with status, code and words."""
    aml.faults.on(GET, HttpFault(status, "MyCode", "my words"))

    with pytest.raises(HttpResponseError, match=r"\(MyCode\) my words") as raised:
        aml.workspace.workspaces.get(aml.azure.workspace_name)
    assert (raised.value.status_code, raised.value.error.code) == (status, "MyCode")


@evidence(Evidence.SDK_SOURCE, "401 is mapped to ClientAuthenticationError")
def test_a_refused_token_is_an_authentication_error(aml: Subject) -> None:
    """A 401 is the exception that azure-core has for it."""
    aml.faults.on(GET, HttpFault(401, "InvalidAuthenticationToken", "expired"))

    with pytest.raises(ClientAuthenticationError, match="expired"):
        aml.workspace.workspaces.get(aml.azure.workspace_name)


@evidence(Evidence.SDK_SOURCE, "a PUT that failed is sent again")
def test_a_lost_answer_is_not_a_lost_resource(aml: Subject) -> None:
    """When the answer to a creation is lost the resource is there all the same."""
    aml.faults.on("Compute_CreateOrUpdate", ConnectionFault("reset"), when="after")

    assert make_cluster(aml.workspace).provisioning_state == "Succeeded"
    assert len(list(aml.workspace.compute.list())) == 1
