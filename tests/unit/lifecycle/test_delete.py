"""Cleaning up: what is removed and kept, what is tried again, and what is said of the rest."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError, IncompleteReadError, ServiceRequestError
from standins import Answers, Notes, book, failing_poller, poller, refusal, virtual_clock

from harness.errors import StepFailed, Unfinished
from harness.ledger import CreatedResource
from harness.lifecycle.delete import Cleaned, CleanUp, removal_command

GONE, THERE = refusal(404), object()
NO_TOKEN = ClientAuthenticationError("Authentication failed: Entra cannot be reached")
UNTRUSTING = OSError("Could not find a suitable TLS CA certificate bundle, invalid path: /certificates/ca.pem")
LOST, CUT = ServiceRequestError("no route"), IncompleteReadError("2 bytes read, 2 more expected")
FORBIDDEN = Answers(AssertionError("this was to be left alone"))


def client(**operations: Any) -> Any:
    """A client of the workspace `w`; operations that are not given are not to be used."""
    untouched = SimpleNamespace(get=FORBIDDEN, begin_delete=FORBIDDEN, begin_cancel=FORBIDDEN)
    given = {name: operations.get(name, untouched) for name in ("online_endpoints", "jobs", "compute")}
    return SimpleNamespace(subscription_id="s", resource_group_name="g", workspace_name="w", **given)


def endpoints(get: Answers, delete: Answers) -> Any:
    """Endpoints that answer so."""
    return SimpleNamespace(get=get, begin_delete=delete)


def clean(azure: Any, *created: CreatedResource, keep_endpoint: bool = False, keep_compute: bool = True) -> Cleaned:
    """Clean up after these resources, within 60 s."""
    cleaner = CleanUp(azure, clock=virtual_clock(), deadline_s=60, watch=Notes())
    ledger = book()
    ledger.created.extend(created)
    return cleaner.run(ledger, keep_endpoint=keep_endpoint, keep_compute=keep_compute)


def endpoint() -> CreatedResource:
    """An endpoint that bills."""
    return CreatedResource("endpoint", "e", bills=True)


def test_an_endpoint_is_deleted_and_seen_to_be_gone() -> None:
    """With it go its deployments; the report says so."""
    here, deployment = endpoint(), CreatedResource("deployment", "e/demo", bills=True)
    delete = Answers(poller())
    done = clean(client(online_endpoints=endpoints(Answers(THERE, GONE), delete)), here, deployment)

    assert delete.calls == [("e",)]
    assert (here.deleted, here.bills, deployment.deleted, deployment.bills) == (True, False, True, False)
    assert done.facts == {"removed": "endpoint e"}


@pytest.mark.parametrize(
    "trouble",
    [refusal(409), refusal(503), refusal(404), LOST, CUT, NO_TOKEN, UNTRUSTING, failing_poller(refusal(400)), poller()],
    ids=[
        "conflict",
        "unavailable",
        "not found",
        "unreachable",
        "cut",
        "no token",
        "no authority",
        "failed operation",
        "deleted and still there",
    ],
)
def test_trouble_that_may_pass_is_tried_again(trouble: Any) -> None:
    """The endpoint is deleted at the second attempt."""
    delete = Answers(trouble, poller())
    here = endpoint()
    states = Answers(THERE, THERE, THERE, GONE) if hasattr(trouble, "polling_method") else Answers(THERE, THERE, GONE)
    clean(client(online_endpoints=endpoints(states, delete)), here)

    assert delete.calls == [("e",), ("e",)]
    assert here.deleted


def test_an_endpoint_that_outlives_its_deletion_is_not_told_as_deleted() -> None:
    """The operation succeeds each time and the endpoint still answers: it goes on billing."""
    here = endpoint()
    with pytest.raises(StepFailed, match=r"not ended within 60 s; got it is still there"):
        clean(client(online_endpoints=endpoints(Answers(THERE), Answers(poller()))), here)

    assert (here.deleted, here.bills) == (False, True)


def test_a_refusal_for_good_is_told_with_the_command_to_remove_it() -> None:
    """Waiting does not give anybody a right."""
    here, azure = endpoint(), client(online_endpoints=endpoints(Answers(THERE), Answers(refusal(403, "no right"))))
    with pytest.raises(StepFailed, match="not removed: endpoint e; got HTTP 403: no right") as failure:
        clean(azure, here)

    assert removal_command(azure, here) in failure.value.remedy
    assert here.bills


def test_a_refusal_of_something_that_has_gone_is_no_failure() -> None:
    """Somebody else may have deleted it between the question and the request."""
    here = endpoint()
    clean(client(online_endpoints=endpoints(Answers(THERE, GONE), Answers(refusal(400)))), here)

    assert here.deleted


def test_trouble_that_does_not_pass_ends_at_the_deadline() -> None:
    """The last problem is in the error."""
    here = endpoint()
    with pytest.raises(StepFailed, match=r"not ended within 60 s; got HTTP 409: busy"):
        clean(client(online_endpoints=endpoints(Answers(THERE), Answers(refusal(409, "busy")))), here)


def test_what_is_left_is_said_to_bill_once() -> None:
    """The sentence is that of all that is left, and not of each removal as well."""
    with pytest.raises(StepFailed) as failure:
        clean(client(online_endpoints=endpoints(Answers(THERE), Answers(refusal(409)))), endpoint())

    assert str(failure.value).lower().count("it may go on billing") == 1


def test_an_endpoint_that_never_came_up_is_gone_already() -> None:
    """Its creation was asked for and refused: nothing is there to be deleted."""
    here = endpoint()
    clean(client(online_endpoints=endpoints(Answers(GONE), FORBIDDEN)), here)

    assert here.deleted


@pytest.mark.parametrize("trouble", [refusal(403), KeyError("api")], ids=["refused", "unexpected"])
def test_one_failure_does_not_stop_the_rest(trouble: Exception) -> None:
    """The job is canceled although the endpoint cannot be deleted."""
    cancel = Answers(poller())
    jobs = SimpleNamespace(
        get=Answers(SimpleNamespace(status="Running"), SimpleNamespace(status="Canceled")), begin_cancel=cancel
    )
    azure = client(online_endpoints=endpoints(Answers(THERE), Answers(trouble)), jobs=jobs)
    with pytest.raises(StepFailed, match="not removed: endpoint e"):
        clean(azure, CreatedResource("job", "finetune-1", bills=True), endpoint())

    assert cancel.calls == [("finetune-1",)]


def test_a_job_that_does_not_respond_is_canceled() -> None:
    """Its nodes go on working, or at least billing: nobody hears of them, and that is all."""
    states = Answers(SimpleNamespace(status="NotResponding"), SimpleNamespace(status="Canceled"))
    cancel = Answers(poller())
    clean(client(jobs=SimpleNamespace(get=states, begin_cancel=cancel)), CreatedResource("job", "j", bills=True))

    assert cancel.calls == [("j",)]


@pytest.mark.parametrize("status", [SimpleNamespace(status="Completed"), GONE], ids=["ended", "never arrived"])
def test_a_job_that_does_not_run_is_not_canceled(status: Any) -> None:
    """It has ended in the meantime, or its submission was lost."""
    job = CreatedResource("job", "finetune-1", bills=True)
    clean(client(jobs=SimpleNamespace(get=Answers(status), begin_cancel=FORBIDDEN)), job)

    assert (job.bills, job.deleted) == (False, False)


def test_models_clusters_and_ended_jobs_are_kept() -> None:
    """None of them costs anything; the report names what stays."""
    ended, model = CreatedResource("job", "finetune-1"), CreatedResource("model", "m:1")
    done = clean(client(), CreatedResource("compute", "c"), ended, model)

    assert done.facts == {"removed": "nothing", "kept": "compute c, model m:1"}


def test_a_cluster_is_deleted_when_the_spec_says_so() -> None:
    """Only one that the run created is listed at all."""
    cluster = CreatedResource("compute", "c")
    clean(client(compute=endpoints(Answers(THERE, GONE), Answers(poller()))), cluster, keep_compute=False)

    assert cluster.deleted


def test_an_endpoint_is_kept_when_the_spec_says_so() -> None:
    """It goes on billing, and the report goes on saying so."""
    here = endpoint()
    done = clean(client(), here, keep_endpoint=True)

    assert (here.bills, here.deleted, done.facts["kept"]) == (True, False, "endpoint e")


def test_a_removal_that_hangs_is_given_up() -> None:
    """Unfinished is a failure of the step like others."""
    clock = virtual_clock()

    def hang() -> bool:
        clock.sleep(5)
        return False

    cleaner = CleanUp(
        client(online_endpoints=endpoints(Answers(THERE), Answers(poller(update=hang)))),
        clock=clock,
        deadline_s=60,
        watch=Notes(),
    )
    with pytest.raises(Unfinished):
        cleaner.delete_endpoint("e")


@pytest.mark.parametrize(
    ("kind", "name", "command"),
    [
        ("endpoint", "e", "az ml online-endpoint delete --yes --name e "),
        ("deployment", "e/demo", "az ml online-endpoint delete --yes --name e "),
        ("job", "finetune-1", "az ml job cancel --name finetune-1 "),
        ("compute", "c", "az ml compute delete --yes --name c "),
    ],
)
def test_what_is_left_comes_with_a_command(kind: Any, name: str, command: str) -> None:
    """The command names resource and workspace in full."""
    written = removal_command(client(), CreatedResource(kind, name))

    assert written == f"{command}--subscription s --resource-group g --workspace-name w"
