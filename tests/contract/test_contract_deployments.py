"""Contract: online deployments, from their creation to their end."""

from __future__ import annotations

from typing import Any

import pytest
from azure.ai.ml.entities import OnlineRequestSettings, ProbeSettings
from azure.ai.ml.exceptions import MlException
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from contract_steps import ENDPOINT, FOUNDATION, deploy, deployment, make_endpoint, serve, set_traffic
from contract_subject import Subject
from evidence import Evidence, evidence


@pytest.fixture
def client(aml: Subject) -> Any:
    """A client of the workspace, which has an endpoint without deployments."""
    make_endpoint(aml.workspace)
    return aml.workspace


@evidence(Evidence.RECORDED, "deployment PUT and GET, 2022-10")
def test_a_created_deployment_is_as_it_was_sent(client: Any) -> None:
    """A deployment that was waited for has succeeded, with the size, the number and the model that were sent."""
    made = deploy(client, instance_count=2, tags={"a": "1"})

    assert (made.name, made.endpoint_name, made.provisioning_state) == ("blue", ENDPOINT, "Succeeded")
    assert (made.instance_type, made.instance_count, made.tags) == ("Standard_DS3_v2", 2, {"a": "1"})
    assert made.model == FOUNDATION


@evidence(Evidence.RECORDED, "deployment PUT: provisioningState Updating also on create, 2022-10")
def test_a_new_deployment_is_updating(aml: Subject, client: Any) -> None:
    """Until it is done a deployment is Updating, also a new one."""
    with aml.paused():
        poller = client.online_deployments.begin_create_or_update(deployment())
        state = client.online_deployments.get("blue", ENDPOINT).provisioning_state
    poller.wait()

    assert state == "Updating"


@pytest.mark.parametrize("probe", ["liveness_probe", "readiness_probe"])
@evidence(Evidence.RECORDED, "deployment GET once it has succeeded, 2022-10")
def test_probes_have_defaults(client: Any, probe: str) -> None:
    """A deployment without probes of its own is probed every 10 s, 30 times at most."""
    found = getattr(deploy(client), probe)

    assert (found.initial_delay, found.period, found.timeout) == (10, 10, 2)
    assert (found.failure_threshold, found.success_threshold) == (30, 1)


@evidence(Evidence.RECORDED, "deployment GET once it has succeeded, 2022-10")
def test_requests_may_take_five_seconds(client: Any) -> None:
    """Without settings of its own a deployment answers one request at a time, within 5 s."""
    settings = deploy(client).request_settings

    assert (settings.request_timeout_ms, settings.max_concurrent_requests_per_instance) == (5000, 1)


@evidence(Evidence.SDK_SOURCE, "ProbeSettings and OnlineRequestSettings to and from REST")
def test_settings_that_are_sent_are_kept(client: Any) -> None:
    """What the user sets wins over the defaults."""
    made = deploy(
        client,
        request_settings=OnlineRequestSettings(request_timeout_ms=90_000),
        liveness_probe=ProbeSettings(initial_delay=600),
    )

    assert (made.request_settings.request_timeout_ms, made.liveness_probe.initial_delay) == (90_000, 600)


@evidence(Evidence.DOCUMENTED, "quoted in public issues: (None) ResourceNotReady: ... Liveness probe failed")
def test_a_container_that_does_not_live_fails_the_deployment(aml: Subject, client: Any) -> None:
    """Waiting raises what users quote, without a code, and the deployment stays Failed."""
    aml.faults.fail_deployment()

    with pytest.raises(HttpResponseError) as failed:
        deploy(client)
    assert str(failed.value).startswith(
        "(None) ResourceNotReady: User container has crashed or terminated: Liveness probe failed"
    )
    assert client.online_deployments.get("blue", ENDPOINT).provisioning_state == "Failed"


@evidence(Evidence.INFERRED, "documented as the way to recover")
def test_a_failed_deployment_is_repaired_by_another_put(aml: Subject, client: Any) -> None:
    """The same deployment again succeeds once its cause is gone."""
    aml.faults.fail_deployment()
    with pytest.raises(HttpResponseError):
        deploy(client)

    assert deploy(client).provisioning_state == "Succeeded"


@evidence(Evidence.INFERRED, "what failed could never be removed otherwise")
def test_a_failed_deployment_is_deleted(aml: Subject, client: Any) -> None:
    """What failed can be removed."""
    aml.faults.fail_deployment()
    with pytest.raises(HttpResponseError):
        deploy(client)
    client.online_deployments.begin_delete("blue", ENDPOINT).wait()

    assert list(client.online_deployments.list(ENDPOINT)) == []


@evidence(Evidence.RECORDED, "getLogs: one string in three parts")
def test_logs_tell_status_events_and_output(client: Any) -> None:
    """`get_logs` brings one text with the instance's status, the container's events and its output."""
    deploy(client)
    log = client.online_deployments.get_logs("blue", ENDPOINT, lines=50)

    headings = [line for line in log.splitlines() if line.endswith(":")]
    assert headings == ["Instance status:", "Container events:", "Container logs:"]


@evidence(Evidence.DOCUMENTED, "get-logs: also of a container that crashed")
def test_logs_of_a_failed_deployment_hold_the_cause(aml: Subject, client: Any) -> None:
    """Who reads the log of a deployment that failed learns why."""
    aml.faults.fail_deployment()
    with pytest.raises(HttpResponseError):
        deploy(client)

    assert "Liveness probe failed" in client.online_deployments.get_logs("blue", ENDPOINT, lines=50)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"model": FOUNDATION.replace("/5", "/99")}, 404),
        ({"instance_type": "Standard_DS3_v9"}, 400),
        ({"instance_count": 0}, 400),
        ({"request_settings": OnlineRequestSettings(request_timeout_ms=180_001)}, 400),
    ],
    ids=["unknown model", "unknown size", "no instance", "timeout above 180 s"],
)
@evidence(Evidence.INFERRED, "the limits are documented, the refusals are not recorded")
def test_what_cannot_be_deployed_is_refused_at_once(client: Any, given: dict[str, Any], status: int) -> None:
    """A deployment that cannot be made is refused before anything is made of it."""
    with pytest.raises(HttpResponseError) as refused:
        deploy(client, **given)

    assert refused.value.status_code == status
    assert list(client.online_deployments.list(ENDPOINT)) == []


@pytest.mark.parametrize("name", ["b_", "1blue", "b" * 33])
@evidence(Evidence.SDK_SOURCE, "validate_endpoint_or_deployment_name")
def test_a_bad_name_of_a_deployment_is_refused(client: Any, name: str) -> None:
    """The SDK itself refuses names that no deployment may have."""
    with pytest.raises(MlException):
        deploy(client, name)


@evidence(Evidence.SDK_SOURCE, "the endpoint is looked for before the PUT")
def test_a_deployment_needs_an_endpoint(client: Any) -> None:
    """A deployment to an endpoint that does not exist is a 404."""
    with pytest.raises(ResourceNotFoundError):
        deploy(client, endpoint_name="missing")


@evidence(Evidence.DOCUMENTED, "quoted in public issues: Deployment ... not found in endpoint")
def test_an_unknown_deployment_is_not_found(client: Any) -> None:
    """`get` of a deployment that does not exist names it and its endpoint."""
    with pytest.raises(ResourceNotFoundError, match=f"Deployment blue not found in endpoint {ENDPOINT}") as refused:
        client.online_deployments.get("blue", ENDPOINT)

    assert (refused.value.status_code, refused.value.error.code) == (404, "UserError")


@evidence(Evidence.DOCUMENTED, "quoted in public issues: InferencingClientCallFailed, Not Found")
def test_a_deployment_of_an_unknown_endpoint_is_not_found(client: Any) -> None:
    """`get` of a deployment of an endpoint that does not exist is the endpoint's own 404."""
    with pytest.raises(ResourceNotFoundError, match="InferencingClientCallFailed"):
        client.online_deployments.get("blue", "missing")


@evidence(Evidence.DOCUMENTED, "REST: OnlineDeployments_List")
def test_deployments_are_listed(client: Any) -> None:
    """`list` names every deployment of the endpoint."""
    for name in ("blue", "green"):
        deploy(client, name)

    assert [found.name for found in client.online_deployments.list(ENDPOINT)] == ["blue", "green"]


@evidence(Evidence.SDK_SOURCE, "begin_create_or_update with what get returned")
def test_the_number_of_instances_is_changed(client: Any) -> None:
    """A deployment that was read, changed and sent again has the new number of instances."""
    deploy(client)
    found = client.online_deployments.get("blue", ENDPOINT)
    found.instance_count = 3
    client.online_deployments.begin_create_or_update(found).wait()

    assert client.online_deployments.get("blue", ENDPOINT).instance_count == 3


@evidence(Evidence.INFERRED, "one operation at a time is documented, its refusal is not recorded")
def test_a_busy_endpoint_takes_no_second_deployment(aml: Subject, client: Any) -> None:
    """While a deployment is made another one of the same endpoint is a 409."""
    with aml.paused():
        poller = client.online_deployments.begin_create_or_update(deployment())
        with pytest.raises(HttpResponseError) as refused:
            client.online_deployments.begin_create_or_update(deployment("green"))
    poller.wait()

    assert refused.value.status_code == 409


@evidence(Evidence.DOCUMENTED, "a deployment with traffic cannot be deleted; its refusal is not recorded")
def test_live_traffic_keeps_a_deployment(aml: Subject) -> None:
    """A deployment with traffic is not deleted."""
    serve(aml.workspace, "blue")

    with pytest.raises(HttpResponseError, match="gets 100 percent of the traffic") as refused:
        aml.workspace.online_deployments.begin_delete("blue", ENDPOINT).result()
    assert refused.value.status_code == 400


@evidence(Evidence.RECORDED, "deployment DELETE: 202, then gone")
def test_a_deleted_deployment_is_gone(aml: Subject) -> None:
    """A deployment without traffic is deleted, and its share of 0 with it."""
    serve(aml.workspace, "blue", "green", traffic={"blue": 100, "green": 0})
    aml.workspace.online_deployments.begin_delete("green", ENDPOINT).wait()

    with pytest.raises(ResourceNotFoundError):
        aml.workspace.online_deployments.get("green", ENDPOINT)
    assert aml.workspace.online_endpoints.get(ENDPOINT).traffic == {"blue": 100}


@evidence(Evidence.RECORDED, "DELETE of a missing deployment: 204, 2024")
def test_deleting_a_deployment_that_is_gone_is_no_error(client: Any) -> None:
    """Deleting what does not exist succeeds at once, with nothing."""
    assert client.online_deployments.begin_delete("blue", ENDPOINT).result() is None


@evidence(Evidence.DOCUMENTED, "safe rollout of a new deployment")
def test_a_deployment_is_replaced_by_another(aml: Subject) -> None:
    """Green comes beside blue, takes a tenth of the traffic, then all of it, and blue goes."""
    serve(aml.workspace, "blue", "green", traffic={"blue": 100})
    shares = [set_traffic(aml.workspace, blue=90, green=10).traffic]
    shares.append(set_traffic(aml.workspace, blue=0, green=100).traffic)
    aml.workspace.online_deployments.begin_delete("blue", ENDPOINT).wait()

    assert shares == [{"blue": 90, "green": 10}, {"green": 100}]
    assert [found.name for found in aml.workspace.online_deployments.list(ENDPOINT)] == ["green"]
