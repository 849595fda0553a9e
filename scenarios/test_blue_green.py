"""An endpoint with two deployments: names, traffic between blue and green, the way back, and the end."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import DeploymentFailed, ParameterError
from harness.plugin.fixtures import Change
from harness.plugin.lifecycle import Lifecycle
from harness.spec import LifecycleSpec

pytestmark = pytest.mark.usefixtures("nothing_billable")


@pytest.fixture
def taken_elsewhere(arrange: Change) -> str:
    """The name of an endpoint that another workspace of the region has."""

    def take(azure: Any) -> None:
        from fakes.world.endpoints import put_endpoint  # a live run holds nothing of the local Azure ML

        home = azure.world.home
        other = azure.world.create_workspace(home.subscription_id, "others", "others", home.region)
        put_endpoint(azure.world, other, "shared-name", {"properties": {"authMode": "Key"}})

    arrange(take)
    return "shared-name"


def test_taken_name_is_refused_and_its_endpoint_stays(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """An endpoint that exists is somebody's: it is neither used nor deleted."""
    with lifecycle.endpoint(chat) as theirs:
        with pytest.raises(ParameterError, match="exists already"), lifecycle.endpoint(chat, name=theirs.name):
            pass

        assert theirs.traffic == {}


def test_name_taken_elsewhere_in_the_region_is_azures_refusal(
    lifecycle: Lifecycle, chat: LifecycleSpec, taken_elsewhere: str
) -> None:
    """Names are unique in a region: the reason is Azure's own, and nothing is left behind."""
    with (
        pytest.raises(DeploymentFailed, match="unique within a region"),
        lifecycle.endpoint(chat, name=taken_elsewhere),
    ):
        pass


def test_traffic_moves_to_green_and_back(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """Green gets a tenth, then everything; the saved division brings blue back."""
    with lifecycle.endpoint(chat) as endpoint:
        endpoint.deploy("blue", "foundation")
        endpoint.shift("blue", 100)
        before = endpoint.traffic
        endpoint.deploy("green", "foundation")
        endpoint.shift("green", 10)

        assert endpoint.traffic == {"blue": 90, "green": 10}
        endpoint.shift("green", 100)
        assert endpoint.traffic == {"green": 100}
        endpoint.restore(before)
        assert endpoint.traffic == {"blue": 100}


def test_new_deployment_answers_nobody_until_it_is_given_traffic(
    lifecycle: Lifecycle, chat: LifecycleSpec, question: dict[str, Any]
) -> None:
    """Green can be asked by name before the endpoint leads anybody to it."""
    trained = lifecycle.run(chat)
    with lifecycle.endpoint(chat, trained) as endpoint:
        endpoint.deploy("blue", "foundation")
        endpoint.shift("blue", 100)
        endpoint.deploy("green", "fine-tuned")
        blue, green = endpoint.ask(question, "blue"), endpoint.ask(question, "green")

        assert blue != green
        assert endpoint.ask(question) == blue
        endpoint.shift("green", 100)
        assert endpoint.ask(question) == green


def test_green_that_does_not_come_up_leaves_blue_alone(
    lifecycle: Lifecycle, chat: LifecycleSpec, question: dict[str, Any], arrange: Change
) -> None:
    """A failing liveness probe is reported with its cause while blue goes on answering with all traffic."""
    with lifecycle.endpoint(chat) as endpoint:
        endpoint.deploy("blue", "foundation")
        endpoint.shift("blue", 100)
        arrange(lambda azure: azure.faults.fail_deployment())
        with pytest.raises(DeploymentFailed, match="Liveness probe failed"):
            endpoint.deploy("green", "foundation")

        assert endpoint.traffic == {"blue": 100}
        assert endpoint.ask(question)


def test_deleting_twice_is_deleting_once(lifecycle: Lifecycle, chat: LifecycleSpec) -> None:
    """What has gone already is no error."""
    with lifecycle.endpoint(chat) as endpoint:
        endpoint.deploy("blue", "foundation")
        endpoint.delete()
        endpoint.delete()
