"""A small world with an engine that echoes, for the tests of endpoints, deployments and scoring."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from fakes.catalogue import Catalogue, load_catalogue
from fakes.world.deployments import OnlineDeployment, put_deployment
from fakes.world.endpoints import OnlineEndpoint, put_endpoint
from fakes.world.engine import FineTuneRequest, FineTuneResult, ForeignModelError, ScoringError
from fakes.world.pace import pace_by_name
from fakes.world.world import World


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Return the registry as it stood in 2024-04, read once."""
    return load_catalogue("2024-04")


class Echo:
    """A model that answers with its name and the input."""

    def __init__(self, name: str) -> None:
        self.name = name

    def predict(self, input_data: Any, params: Mapping[str, Any]) -> Any:  # noqa: ARG002
        """Return the input; refuse the input "bad"."""
        if input_data == "bad":
            raise ScoringError(400, "bad input")
        return [{"0": f"{self.name}: {input_data}"}]


class EchoEngine:
    """Loads a folder whose MLmodel holds the model's name."""

    name = "echo"

    def fine_tune(self, request: FineTuneRequest) -> FineTuneResult:
        """Never asked for here."""
        raise NotImplementedError

    def load(self, folder: Mapping[str, bytes]) -> Echo:
        """Load a model; ValueError when its MLmodel says "broken", ForeignModelError when it says "foreign"."""
        name = folder["MLmodel"].decode()
        if name == "broken":
            raise ValueError("the weights are broken")
        if name.startswith("foreign "):
            raise ForeignModelError(f"one of {name.removeprefix('foreign ')}")
        return Echo(name)

    def foundation(self, name: str, task: str) -> Echo:
        """Return a model that answers with its name; ValueError for a task that it does not know."""
        if task == "fill-mask":
            raise ValueError(task)
        return Echo(f"{name} for {task}")


def small_world() -> World:
    """Return a world at Azure's pace."""
    return World(catalogue=catalogue(), pace=pace_by_name("recorded"), engine=EchoEngine(), seed=0)


def register(world: World, name: str, mlmodel: str | None, kind: str = "mlflow_model") -> str:
    """Put a model in the home workspace and return its id; without `mlmodel` its folder has no such file."""
    home = world.home
    path = f"models/{name}"
    content = {"weights.bin": b"w"} if mlmodel is None else {"MLmodel": mlmodel.encode(), "data/x": b"x"}
    for file, written in content.items():
        world.blobs.put(home.storage_account, home.default_container, f"{path}/{file}", written)
    properties = {"modelUri": f"azureml://datastores/workspaceblobstore/paths/{path}", "modelType": kind}
    home.assets.put("models", name, "1", properties, world.clock.now())
    return f"{home.arm_id}/models/{name}/versions/1"


def body(model: str, /, **properties: Any) -> dict[str, Any]:
    """Return a deployment as a client sends it."""
    sent = {"endpointComputeType": "Managed", "instanceType": "Standard_DS3_v2", "model": model, **properties}
    return {"properties": sent, "sku": {"name": "Default", "capacity": 1}}


def pass_time(world: World, seconds: float) -> None:
    """Let virtual time pass and what is due happen."""
    world.clock.advance(seconds)
    world.catch_up()


def endpoint(world: World, name: str = "chat-1", auth_mode: str = "Key", **properties: Any) -> OnlineEndpoint:
    """Create or update an endpoint and wait for it."""
    sent = {"properties": {"authMode": auth_mode, **properties}}
    made, operation = put_endpoint(world, world.home, name, sent)
    pass_time(world, (operation.plan.ends - world.clock.now()).total_seconds())
    return made


def deployment(world: World, name: str, sent: dict[str, Any] | None = None) -> OnlineDeployment:
    """Create or update a deployment on `chat-1`, by default of a model of its name, and wait for it."""
    made, operation = put_deployment(world, world.home, "chat-1", name, sent or body(register(world, name, name)))
    pass_time(world, (operation.plan.ends - world.clock.now()).total_seconds())
    return made
