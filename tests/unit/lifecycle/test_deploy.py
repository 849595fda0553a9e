"""Deploying: what is checked first, what the report lists, and how traffic is moved."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace
from typing import Any

import pytest
from standins import Answers, Notes, book, failing_poller, poller, refusal, virtual_clock

from harness.errors import ComputeNotAllowed, DeploymentFailed, ParameterError
from harness.ledger import CreatedResource
from harness.lifecycle.deploy import (
    LiveDeployment,
    check_instance_type,
    create_deployment,
    create_endpoint,
    give_all_traffic,
)
from harness.lifecycle.waiting import Waiting
from harness.spec.document import DeploySection

ALLOWED = {"inference_compute_allow_list": "['Standard_NC6s_v3', 'Standard_NC12s_v3']"}


def waiting() -> Waiting:
    """A minute on a clock that stands still."""
    return {"clock": virtual_clock(), "deadline_s": 60, "watch": Notes()}


def endpoints(get: Answers, create: Answers | None = None) -> Any:
    """A client whose endpoints answer so."""
    creating = create or Answers(AssertionError("nothing was to be created"))
    return SimpleNamespace(online_endpoints=SimpleNamespace(get=get, begin_create_or_update=creating))


def deployments(create: Answers, logs: Answers) -> Any:
    """A client whose deployments answer so."""
    return SimpleNamespace(online_deployments=SimpleNamespace(begin_create_or_update=create, get_logs=logs))


def endpoint(**traffic: int) -> Any:
    """An endpoint with this traffic, and settings that a PUT must not lose."""
    return SimpleNamespace(
        name="e", traffic=traffic, mirror_traffic={"shadow": 10}, tags={"team": "a"}, scoring_uri="https://e/score"
    )


def shift_traffic(azure: Any) -> LiveDeployment:
    """Give the deployment `demo` all traffic."""
    return give_all_traffic(azure, "e", DeploySection(), **waiting())


OFFERED = ["Standard_NC6", "Standard_NC6s_v3", "Standard_NC4as_T4_v3"]


def test_a_size_that_the_workspace_does_not_offer_is_refused() -> None:
    """It would fail after hours of training; the nearest offered sizes are named, strict or not."""
    with pytest.raises(ComputeNotAllowed, match="offers no size Standard_NC4as_v3") as failure:
        check_instance_type("Standard_NC4as_v3", {}, OFFERED, strict=False, watch=Notes())

    assert "Standard_NC4as_T4_v3" in failure.value.nearest


def test_a_size_outside_the_models_list_is_a_warning() -> None:
    """The tutorial prints a hint and goes on; the nearest allowed sizes are in it."""
    notes = Notes()
    check_instance_type("STANDARD_NC4AS_T4_V3", ALLOWED, OFFERED, strict=False, watch=notes)

    assert len(notes.warnings) == 1
    assert "Standard_NC6s_v3" in notes.warnings[0]


def test_strict_refuses_a_size_outside_the_models_list() -> None:
    """The error names list and nearest sizes."""
    with pytest.raises(ComputeNotAllowed, match="is not among the 2 sizes") as failure:
        check_instance_type("Standard_NC4as_T4_v3", ALLOWED, OFFERED, strict=True, watch=Notes())

    assert "Standard_NC6s_v3" in failure.value.nearest


@pytest.mark.parametrize(("size", "tags"), [("standard_nc6S_v3", ALLOWED), ("Standard_NC6", {})])
def test_an_allowed_size_passes_without_a_word(size: str, tags: dict[str, str]) -> None:
    """Case does not matter, and without a list every size may be tried, K80 included."""
    notes = Notes()
    check_instance_type(size, tags, OFFERED, strict=True, watch=notes)

    assert notes.warnings == []


def test_an_endpoint_that_exists_is_left_alone() -> None:
    """It is somebody else's: it is neither updated nor listed, or it would be deleted at the end."""
    ledger = book()
    with pytest.raises(ParameterError, match="endpoint e exists already"):
        create_endpoint(endpoints(Answers(endpoint())), "e", ledger=ledger, **waiting())

    assert ledger.created == []


@pytest.mark.parametrize("answer", [poller(), failing_poller(refusal(500)), refusal(500), KeyboardInterrupt()])
def test_an_endpoint_is_listed_before_it_is_created(answer: Any) -> None:
    """Whatever becomes of the request, the endpoint is in the list of what is to be removed."""
    ledger = book()
    azure = endpoints(Answers(refusal(404)), Answers(answer))
    with contextlib.suppress(Exception, KeyboardInterrupt):
        create_endpoint(azure, "e", ledger=ledger, **waiting())

    assert ledger.created == [CreatedResource("endpoint", "e", bills=True)]


def test_a_deployment_is_sent_as_the_tutorial_has_it() -> None:
    """Size, one instance, a patient liveness probe and a long request timeout."""
    create = Answers(poller())
    ledger = book()
    create_deployment(deployments(create, Answers("")), "e", "model", DeploySection(), ledger=ledger, **waiting())

    (sent,) = create.calls[0]
    assert (sent.name, sent.endpoint_name, sent.model) == ("demo", "e", "model")
    assert (sent.instance_type, sent.instance_count) == ("Standard_NC6s_v3", 1)
    assert (sent.liveness_probe.initial_delay, sent.request_settings.request_timeout_ms) == (600, 90_000)
    assert ledger.created == [CreatedResource("deployment", "e/demo", bills=True)]


def test_a_failed_deployment_carries_the_end_of_its_log() -> None:
    """Azure's reason and the last lines are in the error."""
    broken = Answers(failing_poller(refusal(400, "ResourceNotReady: Liveness probe failed")))
    log = Answers("\n".join(f"line {number}" for number in range(30)))

    with pytest.raises(DeploymentFailed, match="ResourceNotReady: Liveness probe failed") as failure:
        create_deployment(deployments(broken, log), "e", "model", DeploySection(), ledger=book(), **waiting())

    assert failure.value.got.endswith("its log ends with: line 25 | line 26 | line 27 | line 28 | line 29")


def test_a_log_that_cannot_be_read_hides_no_failure() -> None:
    """The reason of the failure is told without it."""
    broken = Answers(failing_poller(refusal(400, "ResourceNotReady")))

    with pytest.raises(DeploymentFailed, match="ResourceNotReady"):
        create_deployment(
            deployments(broken, Answers(refusal(404))), "e", "m", DeploySection(), ledger=book(), **waiting()
        )


def test_traffic_is_changed_on_the_endpoint_as_it_is() -> None:
    """What is written is what was read with new traffic: mirror traffic and tags stay."""
    create = Answers(poller())
    live = shift_traffic(endpoints(Answers(endpoint(blue=100), endpoint(blue=0, demo=100)), create))

    (sent,) = create.calls[0]
    assert sent.traffic == {"demo": 100}
    assert (sent.mirror_traffic, sent.tags) == ({"shadow": 10}, {"team": "a"})
    assert live.facts["traffic"] == "blue 0 %, demo 100 %"


def test_traffic_that_did_not_move_is_a_failure() -> None:
    """It is read back: a PUT that succeeds proves nothing."""
    with pytest.raises(
        DeploymentFailed,
        match=r"changing the traffic to demo 100 %, .* had no effect.*got the traffic blue 100 %",
    ):
        shift_traffic(endpoints(Answers(endpoint(blue=100), endpoint(blue=100)), Answers(poller())))
