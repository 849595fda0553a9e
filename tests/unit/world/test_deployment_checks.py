"""What a new deployment is checked for."""

from __future__ import annotations

from typing import Any

import online
import pytest

from fakes.world import deployments
from fakes.world.errors import Forbidden, Invalid, NotFound
from fakes.world.world import World

HOME = online.small_world().home.arm_id
"""The ARM id of the workspace, the same in every world of a seed."""


@pytest.fixture
def world() -> World:
    """A world with the endpoint `chat-1`."""
    world = online.small_world()
    online.endpoint(world)
    return world


@pytest.fixture
def model(world: World) -> str:
    """The id of a model that loads."""
    return online.register(world, "first", "first")


def put(world: World, sent: dict[str, Any], name: str = "blue") -> deployments.OnlineDeployment:
    """Send a deployment without waiting for it."""
    return deployments.put_deployment(world, world.home, "chat-1", name, sent)[0]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"requestSettings": {"requestTimeout": "PT3M1S"}}, "must be at most 180 seconds"),
        ({"requestSettings": {"requestTimeout": "90"}}, "an ISO 8601 duration such as 'PT90S' is expected"),
        ({"endpointComputeType": "Kubernetes"}, "'Managed' compute only"),
    ],
)
def test_bad_setting_is_refused(world: World, model: str, change: dict[str, Any], problem: str) -> None:
    """The longest request timeout is 180 s (documented); the texts are inferred."""
    with pytest.raises(Invalid) as error:
        put(world, online.body(model, **change))

    assert problem in error.value.details[0][1]


def test_request_timeout_of_180_seconds_is_taken(world: World, model: str) -> None:
    """The limit itself is allowed."""
    made = put(world, online.body(model, requestSettings={"requestTimeout": "PT3M"}))

    assert made.plan.state(world.clock.now()) == "Updating"


@pytest.mark.parametrize("capacity", [0, -1, None, "1", True])
def test_at_least_one_instance_is_needed(world: World, model: str, capacity: object) -> None:
    """sku.capacity is a whole number of at least 1."""
    with pytest.raises(Invalid) as error:
        put(world, {**online.body(model), "sku": {"capacity": capacity}})

    assert "at least 1 instance" in error.value.details[0][1]


def test_unknown_size_names_the_nearest(world: World, model: str) -> None:
    """An instance type that does not exist is refused with real ones like it."""
    with pytest.raises(Invalid, match="Nearest sizes: Standard_D"):
        put(world, online.body(model, instanceType="Standard_DS3_v3"))


@pytest.mark.parametrize("name", ["a", "1blue", "blue_1", "b" * 33])
def test_bad_name_is_refused(world: World, model: str, name: str) -> None:
    """Deployments are named by the rule of endpoints (SDK source)."""
    with pytest.raises(Invalid):
        put(world, online.body(model), name)


@pytest.mark.parametrize(
    "change",
    [
        {"model": HOME + "/models/nothing/versions/1"},
        {"model": "nothing:1"},
        {"model": "azureml://registries/azureml/models/nothing/labels/latest"},
        {"environmentId": HOME + "/environments/nothing/versions/1"},
        {"codeConfiguration": {"codeId": HOME + "/codes/nothing/versions/1", "scoringScript": "score.py"}},
    ],
)
def test_missing_asset_is_not_found(world: World, model: str, change: dict[str, Any]) -> None:
    """Model, environment and code must exist (404, inferred)."""
    sent = online.body(model, **change)

    with pytest.raises(NotFound, match=r"Could not find asset with ID: .*nothing"):
        put(world, sent)


def test_registry_without_access_is_forbidden(world: World) -> None:
    """A registry that does not exist cannot be told from one without access (recorded 2025)."""
    with pytest.raises(Forbidden):
        put(world, online.body("azureml://registries/nobody/models/x/versions/1"))


def test_endpoint_must_exist(world: World, model: str) -> None:
    """A deployment to a missing endpoint is not found."""
    with pytest.raises(NotFound):
        deployments.put_deployment(world, world.home, "other", "blue", online.body(model))


def test_custom_model_needs_a_script(world: World) -> None:
    """Without scoring script there is no driver program (quoted in a public issue)."""
    with pytest.raises(Invalid) as error:
        put(world, online.body(online.register(world, "custom", None, "custom_model")))

    assert error.value.details[0][0] == "MissingDriverProgram"
