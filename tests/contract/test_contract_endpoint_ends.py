"""Contract: how endpoints are deleted."""

from __future__ import annotations

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from contract_steps import ENDPOINT, deploy, make_endpoint, serve
from contract_subject import Subject
from evidence import Evidence, evidence


@evidence(Evidence.RECORDED, "endpoint DELETE, 2022 to 2025")
def test_a_deleted_endpoint_is_gone(aml: Subject) -> None:
    """After `begin_delete(...).wait()` the endpoint is in no list and is not found."""
    make_endpoint(aml.workspace)
    aml.workspace.online_endpoints.begin_delete(ENDPOINT).wait()

    assert list(aml.workspace.online_endpoints.list()) == []
    with pytest.raises(ResourceNotFoundError):
        aml.workspace.online_endpoints.get(ENDPOINT)


@evidence(Evidence.DOCUMENTED, "deleting an endpoint deletes its deployments")
def test_deployments_go_with_their_endpoint(aml: Subject) -> None:
    """An endpoint is deleted with its deployments, also while one of them has all the traffic."""
    serve(aml.workspace, "blue")
    aml.workspace.online_endpoints.begin_delete(ENDPOINT).wait()

    with pytest.raises(ResourceNotFoundError):
        aml.workspace.online_deployments.get("blue", ENDPOINT)


@evidence(Evidence.INFERRED, "endpoint DELETE: 202, and an operation to poll; the GET in between is not recorded")
def test_an_endpoint_that_is_being_deleted_is_still_there(aml: Subject) -> None:
    """Until its deletion is done an endpoint is Deleting."""
    make_endpoint(aml.workspace)
    with aml.paused():
        poller = aml.workspace.online_endpoints.begin_delete(ENDPOINT)
        state = aml.workspace.online_endpoints.get(ENDPOINT).provisioning_state
    poller.wait()

    assert state == "Deleting"


@evidence(Evidence.INFERRED, "the refusal is not recorded")
def test_an_endpoint_that_is_being_deleted_takes_no_change(aml: Subject) -> None:
    """A change of an endpoint that is being deleted is a 409."""
    endpoint = make_endpoint(aml.workspace)
    with aml.paused():
        poller = aml.workspace.online_endpoints.begin_delete(ENDPOINT)
        with pytest.raises(HttpResponseError) as refused:
            aml.workspace.online_endpoints.begin_create_or_update(endpoint)
    poller.wait()

    assert refused.value.status_code == 409


@evidence(Evidence.INFERRED, "the second answer is not recorded")
def test_a_deletion_may_be_asked_for_twice(aml: Subject) -> None:
    """A second `begin_delete` while the first one runs waits for the same end."""
    make_endpoint(aml.workspace)
    with aml.paused():
        pollers = [aml.workspace.online_endpoints.begin_delete(ENDPOINT) for _ in range(2)]
    for poller in pollers:
        poller.wait()

    assert list(aml.workspace.online_endpoints.list()) == []


@evidence(Evidence.RECORDED, "DELETE of a missing endpoint: 204, 2025")
def test_deleting_an_endpoint_that_is_gone_is_no_error(aml: Subject) -> None:
    """Deleting what does not exist succeeds at once, with nothing."""
    make_endpoint(aml.workspace)
    aml.workspace.online_endpoints.begin_delete(ENDPOINT).wait()

    assert aml.workspace.online_endpoints.begin_delete(ENDPOINT).result() is None


@evidence(Evidence.DOCUMENTED, "the name is free once the endpoint is gone")
def test_a_name_can_be_used_again(aml: Subject) -> None:
    """A new endpoint of the same name has other keys and none of the old deployments."""
    serve(aml.workspace, "blue")
    old = aml.workspace.online_endpoints.get_keys(ENDPOINT).primary_key
    aml.workspace.online_endpoints.begin_delete(ENDPOINT).wait()
    make_endpoint(aml.workspace)

    assert list(aml.workspace.online_deployments.list(ENDPOINT)) == []
    assert aml.workspace.online_endpoints.get_keys(ENDPOINT).primary_key != old


@evidence(Evidence.INFERRED, "what is stuck could never be removed otherwise")
def test_an_endpoint_with_a_failed_deployment_is_deleted(aml: Subject) -> None:
    """A deployment that failed does not keep its endpoint from being deleted."""
    make_endpoint(aml.workspace)
    aml.faults.fail_deployment()
    with pytest.raises(HttpResponseError):
        deploy(aml.workspace)
    aml.workspace.online_endpoints.begin_delete(ENDPOINT).wait()

    assert list(aml.workspace.online_endpoints.list()) == []
