"""The life of an online deployment: what is checked, when its container starts, how it fails and goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import online
import pytest

from fakes.world import deployments
from fakes.world.containers import NO_SCRIPTS
from fakes.world.errors import Conflict, Invalid
from fakes.world.faults import LIVENESS_FAILURE, Stuck
from fakes.world.operations import Operation
from fakes.world.placeholders import write_placeholder
from fakes.world.world import World


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


def put(world: World, sent: dict[str, Any], name: str = "blue") -> tuple[deployments.OnlineDeployment, Operation]:
    """Send a deployment without waiting for it."""
    return deployments.put_deployment(world, world.home, "chat-1", name, sent)


def state(world: World, name: str = "blue") -> str:
    """Return the provisioning state of a deployment of `chat-1`."""
    return deployments.get_deployment(world.home, "chat-1", name).plan.state(world.clock.now())


def answer(deployment: deployments.OnlineDeployment) -> object:
    """Return what its container answers to "hi"."""
    assert deployment.container is not None
    return deployment.container.answer("POST", "/score", b'{"input_data": "hi"}').value


def test_new_deployment_is_updating_until_it_succeeds(world: World, model: str) -> None:
    """A deployment takes 585 s and is never `Creating` (recorded 2022)."""
    put(world, online.body(model))
    seen = [state(world)]
    for seconds in (584, 1):
        online.pass_time(world, seconds)
        seen.append(state(world))

    assert seen == ["Updating", "Updating", "Succeeded"]


def test_model_answers_once_it_has_succeeded(world: World, model: str) -> None:
    """The container loads the model's folder from the blob store and answers with it."""
    deployment, _ = put(world, online.body(model))
    online.pass_time(world, 584)
    before = deployment.container
    online.pass_time(world, 1)

    assert before is None
    assert answer(deployment) == [{"0": "first: hi"}]


@pytest.mark.parametrize(
    ("mlmodel", "cause"),
    [("broken", "the weights are broken"), (None, "there is no MLmodel file among the 1 files")],
)
def test_model_that_does_not_load_fails_the_deployment(world: World, mlmodel: str | None, cause: str) -> None:
    """The operation fails without a code and with the code in its message (quoted in public issues)."""
    _, operation = put(world, online.body(online.register(world, "bad", mlmodel)))
    online.pass_time(world, 585)

    assert (state(world), operation.status(world.clock.now())) == ("Failed", "Failed")
    assert operation.error is not None
    assert operation.error.code == ""
    assert operation.error.message.startswith("ResourceNotReady: User container has crashed or terminated: ")
    assert cause in operation.error.message


def test_injected_failure_is_the_cause(world: World, model: str) -> None:
    """`fail_deployment` lets the container fail its liveness probe, with that very message."""
    world.faults.fail_deployment()
    _, operation = put(world, online.body(model))
    online.pass_time(world, 585)

    assert operation.error is not None
    assert operation.error.message == LIVENESS_FAILURE


def test_failed_deployment_can_be_put_again(world: World, model: str) -> None:
    """A failed deployment stays until a PUT mends it."""
    world.faults.fail_deployment()
    online.deployment(world, "blue", online.body(model))

    online.deployment(world, "blue", online.body(model))

    assert state(world) == "Succeeded"


def test_failed_update_leaves_what_runs(world: World, model: str) -> None:
    """The container that answers is replaced only by one that is up (inferred)."""
    deployment = online.deployment(world, "blue", online.body(model))
    online.deployment(world, "blue", online.body(online.register(world, "bad", "broken")))

    assert state(world) == "Failed"
    assert answer(deployment) == [{"0": "first: hi"}]


def test_update_changes_the_model_when_it_is_done(world: World, model: str) -> None:
    """During an update the old model answers, then the new one."""
    deployment = online.deployment(world, "blue", online.body(model))
    put(world, online.body(online.register(world, "second", "second")))
    online.pass_time(world, 399)
    during = answer(deployment)
    online.pass_time(world, 1)

    assert (during, answer(deployment)) == ([{"0": "first: hi"}], [{"0": "second: hi"}])


def test_stuck_deployment_never_ends_and_can_be_deleted(world: World, model: str) -> None:
    """A stuck deployment is `Updating` for ever, blocks its endpoint, and a DELETE still removes it."""
    world.faults.on("deployment", Stuck())
    put(world, online.body(model))
    online.pass_time(world, 31_536_000)
    assert state(world) == "Updating"
    with pytest.raises(Conflict, match="Deployment blue is in state Updating"):
        put(world, online.body(model), "green")

    deployments.delete_deployment(world, world.home, "chat-1", "blue")
    online.pass_time(world, 60)

    assert world.home.endpoints["chat-1"].deployments == {}


def test_deleted_while_created_never_starts(world: World, model: str) -> None:
    """The container of a deployment that is deleted meanwhile does not come up."""
    deployment, _ = put(world, online.body(model))
    deployments.delete_deployment(world, world.home, "chat-1", "blue")
    online.pass_time(world, 600)

    assert deployment.container is None


def test_crash_does_not_undo_a_deletion(world: World) -> None:
    """A container that would have crashed while its deployment is deleted changes nothing."""
    put(world, online.body(online.register(world, "bad", "broken")))
    online.pass_time(world, 280)
    deployments.delete_deployment(world, world.home, "chat-1", "blue")
    online.pass_time(world, 20)

    assert state(world) == "Deleting"


def test_live_traffic_forbids_deletion(world: World, model: str) -> None:
    """A deployment with live traffic is not deleted, and the refusal says what to do."""
    online.deployment(world, "blue", online.body(model))
    online.endpoint(world, traffic={"blue": 100})

    with pytest.raises(Invalid) as error:
        deployments.delete_deployment(world, world.home, "chat-1", "BLUE")

    assert "gets 100 percent of the traffic" in error.value.details[0][1]


def test_deleting_nothing_is_no_error(world: World) -> None:
    """There is no operation for a deployment, or an endpoint, that does not exist (recorded: 204)."""
    assert deployments.delete_deployment(world, world.home, "chat-1", "blue") is None
    assert deployments.delete_deployment(world, world.home, "other", "blue") is None


def test_patch_changes_instances_and_tags(world: World, model: str) -> None:
    """A PATCH takes effect when its operation ends."""
    deployment = online.deployment(world, "blue", online.body(model))
    sent = {"sku": {"capacity": 3}, "tags": {"a": "1"}}
    deployments.patch_deployment(world, world.home, "chat-1", "blue", sent)
    during = deployment.capacity
    online.pass_time(world, 400)

    assert (during, deployment.capacity, deployment.tags) == (1, 3, {"a": "1"})


def test_scoring_script_is_not_run(world: World, model: str) -> None:
    """A deployment with a script succeeds, and says at every request that the script is not run."""
    code = f"{world.home.arm_id}/codes/script/versions/1"
    world.home.assets.put("codes", "script", "1", {}, world.clock.now())
    sent = online.body(model, codeConfiguration={"codeId": code, "scoringScript": "score.py"})

    deployment = online.deployment(world, "blue", sent)

    assert answer(deployment) == {"message": NO_SCRIPTS}
    assert f"is not loaded: {NO_SCRIPTS}" in deployment.log.text("InferenceServer", None)
    assert deployment.plan.state(world.clock.now()) == "Succeeded"


def test_a_model_of_another_flavor_says_so(world: World) -> None:
    """An MLflow model whose code is not run here deploys, and its log and its answers name the flavor."""
    deployment = online.deployment(world, "blue", online.body(online.register(world, "sk", "foreign mlflow.sklearn")))

    assert "one of mlflow.sklearn" in answer(deployment)["message"]
    assert "sk:1 is not loaded" in deployment.log.text("InferenceServer", None)


def test_a_model_that_no_job_wrote_says_so(world: World) -> None:
    """A model whose files stand in for those of a job that was not executed deploys, and says that it was not."""
    reference = online.register(world, "empty", None)
    write_placeholder(world, world.home, "workspaceblobstore", "models/empty")

    assert "did not execute the job" in answer(online.deployment(world, "blue", online.body(reference)))["message"]


@pytest.mark.parametrize("version", ["versions/5", "labels/latest"])
def test_registry_model_answers_as_foundation(world: World, version: str) -> None:
    """A model of the catalogue is deployed by its registry id, without files."""
    name = "Phi-3-mini-4k-instruct"
    deployment = online.deployment(world, "blue", online.body(f"azureml://registries/azureml/models/{name}/{version}"))

    assert answer(deployment) == [{"0": f"{name} for chat-completion: hi"}]


def test_foundation_without_stand_in_says_so(world: World) -> None:
    """A task that the engine does not know deploys, and refuses to score by name."""
    model = next(m for m in world.catalogue.models if m.tags.get("task") == "fill-mask")
    reference = f"azureml://registries/{model.registry}/models/{model.name}/versions/{model.version}"

    assert "no stand-in for models of task 'fill-mask'" in str(
        answer(online.deployment(world, "blue", online.body(reference)))
    )


def test_logs_tell_the_stages(world: World, model: str) -> None:
    """Halfway the container starts, and the log says when."""
    deployment, _ = put(world, online.body(model))
    before = deployment.log.text("InferenceServer", None)
    start = world.clock.now() + timedelta(seconds=292.5)
    online.pass_time(world, 293)
    after = deployment.log.text("InferenceServer", None)

    assert "UserContainerStart: Pending" in before
    assert f"Time: {start:%Y%m%d-%H:%M:%S.%f}, Message: Started container inference-server" in after


def test_logs_are_cut_to_the_last_lines(world: World, model: str) -> None:
    """`tail` counts the lines of the container's log; 0 leaves none."""
    log = online.deployment(world, "blue", online.body(model)).log
    log.write("the last line", world.clock.now())
    one, none = (log.text("InferenceServer", tail) for tail in (1, 0))

    assert one.rstrip().endswith("the last line")
    assert ("Model first:1 is loaded" in one, "the last line" in none) == (False, False)
