"""What a submitted pipeline means, and what is refused when it is submitted."""

from __future__ import annotations

from typing import Any

import pytest
from fine_tuning import BASE_MODEL, COMPONENT, TRAIN, fine_tuning, new_world

from fakes.world.compute import put_compute
from fakes.world.errors import Invalid, NotFound
from fakes.world.pipelines import BoundInput, Node, read_pipeline
from fakes.world.world import World


@pytest.fixture
def world() -> World:
    """A world with one cluster, `gpu`."""
    world = new_world()
    settings = {"vmSize": "Standard_ND40rs_v2", "scaleSettings": {"maxNodeCount": 1}}
    put_compute(world, world.home, "gpu", "eastus2", {"computeType": "AmlCompute", "properties": settings})
    return world


def _read(world: World, properties: dict[str, Any]) -> list[Node]:
    return read_pipeline(world, world.home, properties)


def _with_component(component_id: str) -> dict[str, Any]:
    properties = fine_tuning()
    properties["jobs"]["chat"] = {"componentId": component_id}
    return properties


def test_a_node_of_a_registry_component(world: World) -> None:
    """A node knows its component, its task, its data and which output of the job it feeds."""
    (node,) = _read(world, fine_tuning(num_train_epochs="3"))

    assert (node.name, node.task, node.outputs) == (
        "chat",
        "chat-completion",
        {"mlflow_model_folder": "trained_model"},
    )
    assert node.inputs["train_file_path"] == BoundInput(TRAIN, "uri_file")
    assert node.inputs["num_train_epochs"].is_literal


def test_an_input_of_the_pipeline_reaches_the_node(world: World) -> None:
    """`${{parent.inputs.x}}` is replaced by what the pipeline was given (the notation is recorded)."""
    reference = {"job_input_type": "literal", "value": "${{parent.inputs.epochs}}"}
    properties = fine_tuning(num_train_epochs=reference)
    properties["inputs"] = {"epochs": {"jobInputType": "literal", "value": "7"}}
    (node,) = _read(world, properties)

    assert node.inputs["num_train_epochs"] == BoundInput("7", "literal")


def test_an_input_that_the_pipeline_lacks(world: World) -> None:
    """A reference to an input that was not given is refused."""
    properties = fine_tuning(num_train_epochs={"job_input_type": "literal", "value": "${{parent.inputs.epochs}}"})

    with pytest.raises(Invalid, match="reads the pipeline input 'epochs', which is not given"):
        _read(world, properties)


def test_a_pipeline_component_as_a_job(world: World) -> None:
    """A job that is a component itself is one node with the job's inputs and outputs."""
    model = {"jobInputType": "mlflow_model", "uri": BASE_MODEL}
    properties = {"componentId": COMPONENT, "inputs": {"mlflow_model_path": model}, "outputs": {"x": {}}}
    (node,) = _read(world, properties)

    assert (node.name, node.outputs, node.inputs["mlflow_model_path"].value) == ("pipeline", {"x": "x"}, BASE_MODEL)


def test_a_pipeline_needs_a_node(world: World) -> None:
    """A pipeline job without nodes is refused."""
    with pytest.raises(Invalid, match="has no nodes"):
        _read(world, {"jobs": {}})


@pytest.mark.parametrize(
    "where",
    [
        {"computeId": "/x/computes/none"},
        {"settings": {"default_compute": "none"}},
        {"jobs": {"chat": {"componentId": COMPONENT, "computeId": "none"}}},
    ],
    ids=["job", "settings", "node"],
)
def test_an_unknown_compute_is_a_400(world: World, where: dict[str, Any]) -> None:
    """A compute that does not exist is an UnknownTargetType, wherever it is named (recorded 2023-11)."""
    with pytest.raises(Invalid, match="Unknown compute target 'none'") as refused:
        _read(world, {**fine_tuning(), **where})
    assert refused.value.inner == ("BadArgument", "UnknownTargetType")


def test_a_compute_named_by_a_parameter_is_checked(world: World) -> None:
    """The component's own compute parameters must name a compute (inferred)."""
    with pytest.raises(Invalid, match="Unknown compute target 'none'"):
        _read(world, fine_tuning(compute_finetune="none"))


@pytest.mark.parametrize("compute", ["gpu", "GPU", "/subscriptions/s/computes/gpu", "serverless"])
def test_a_compute_that_exists(world: World, compute: str) -> None:
    """A compute is named alone or by its id, without regard to case; `serverless` always exists."""
    assert _read(world, {**fine_tuning(), "computeId": compute})


@pytest.mark.parametrize(
    "component_id",
    [COMPONENT.replace("0.0.42", "9.9.9"), "/subscriptions/s/components/none/versions/1"],
    ids=["registry", "workspace"],
)
def test_a_missing_component_is_a_404(world: World, component_id: str) -> None:
    """The component is named with its version, in the recorded words."""
    with pytest.raises(NotFound, match=r"^key: .*, Message: Not found component \w+ \(version: [\d.]+\)\.$"):
        _read(world, _with_component(component_id))


def test_what_is_no_component_is_refused(world: World) -> None:
    """An id of another form is refused."""
    with pytest.raises(Invalid, match="'chat' is not the id of a component"):
        _read(world, _with_component("chat"))


def test_a_missing_registry_model_is_a_404(world: World) -> None:
    """A registry model that does not exist is refused when the job is submitted (inferred)."""
    model = {"job_input_type": "mlflow_model", "uri": BASE_MODEL.replace("/5", "/99")}

    with pytest.raises(NotFound, match=r"Not found model Phi-3-mini-4k-instruct \(version: 99\)"):
        _read(world, fine_tuning(mlflow_model_path=model))


def test_a_region_that_the_registry_does_not_serve(world: World) -> None:
    """A workspace outside the registry's regions cannot use its components (recorded 2023-10)."""
    far = world.create_workspace(world.subscription_id, "acceptance", "far", "japaneast")

    with pytest.raises(Invalid, match="Invalid region japaneast for operation consume in registry azureml") as refused:
        read_pipeline(world, far, fine_tuning())
    assert refused.value.code == "BadRequest"
