"""What runs in a deployment: a container that loads the model when it starts and then answers requests."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fakes.world.asset_rules import parse_uri
from fakes.world.engine import ForeignModelError, Predictor, ScoringError
from fakes.world.errors import ServiceError
from fakes.world.placeholders import PLACEHOLDER
from fakes.world.references import Referenced, find_asset
from fakes.world.registries import Registry

if TYPE_CHECKING:
    from fakes.world.world import World

_BLOB_URL = re.compile(r"https://(?P<account>[^./]+)\.blob\.core\.windows\.net/(?P<container>[^/]+)/(?P<path>.*)")
_ROUTES = {"/": "GET", "/score": "POST", "/swagger.json": "GET"}
_TASKS = {
    "text-summarization": "summarization",
    "text-translation": "translation",
    "text-named-entity-recognition": "token-classification",
}
"""Tasks that registry models name in other words than fine-tuning jobs do."""

SERVED = (
    "It answers for MLflow models that its fine-tuning jobs wrote and for registry models, both deployed without "
    "code_configuration; score others on Azure."
)
NO_SCRIPTS = f"The local Azure ML does not run scoring scripts or custom containers. {SERVED}"
"""Why a deployment that came up does not score: it would run code of the user's own."""


class CrashError(ServiceError):
    """The container does not stay up. Its code is a prefix of the message (quoted in public issues)."""

    status = 400
    default_code = ""

    @classmethod
    def because(cls, cause: str) -> CrashError:
        """Return a crash with its cause, in the words of the service."""
        return cls(f"ResourceNotReady: User container has crashed or terminated: {cause}")


@dataclass(frozen=True, slots=True)
class ContainerReply:
    """What a container answers: text as it is, any other value as JSON."""

    status: int
    value: Any

    def text(self) -> str:
        """Return the body: a value as `json.dumps` spaces it, `[5.1, 3.7]` (recorded 2022)."""
        return self.value if isinstance(self.value, str) else json.dumps(self.value, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Container:
    """A container that has started; without a predictor it refuses to score, and says why."""

    predictor: Predictor | None
    model: str
    refusal: str = ""

    def answer(self, method: str, path: str, body: bytes) -> ContainerReply:
        """Answer as Azure ML's inference server: `/` is healthy, `/score` scores, the rest is 404 or 405."""
        route = path.rstrip("/") or "/"
        if route not in _ROUTES:
            return ContainerReply(404, {"message": f"Not Found: {path}"})
        if _ROUTES[route] != method:
            return ContainerReply(405, {"message": f"Method Not Allowed: {method} {path}"})
        if route == "/score":
            return self._score(body)
        return ContainerReply(200, "Healthy" if route == "/" else _swagger(self.model))

    def _score(self, body: bytes) -> ContainerReply:
        if self.predictor is None:
            return ContainerReply(501, {"message": self.refusal})
        try:
            input_data, params = _read(body)
            return ContainerReply(200, self.predictor.predict(input_data, params))
        except ScoringError as error:
            return ContainerReply(error.status, {"message": error.message})


def _read(body: bytes) -> tuple[Any, Mapping[str, Any]]:
    try:
        request = json.loads(body)
    except ValueError as error:
        raise ScoringError(400, f"The request body is not valid JSON: {error}") from None
    if not isinstance(request, dict) or "input_data" not in request:
        raise ScoringError(400, "A value is not provided for the 'input_data' parameter.")
    params = request.get("params") or {}
    if not isinstance(params, dict):
        raise ScoringError(400, f"params: expected an object, got {type(params).__name__}")
    return request["input_data"], params


def start_container(world: World, settings: Mapping[str, Any]) -> Container:
    """Start what a deployment's properties describe: load its model; CrashError when that fails."""
    reference = str(settings.get("model") or "")
    if settings.get("codeConfiguration") or not reference:
        return Container(None, reference or "none", NO_SCRIPTS)
    try:
        return _load(world, find_asset(world, "models", reference))
    except (ValueError, ScoringError, ServiceError) as error:
        raise CrashError.because(f"the model {reference} cannot be loaded: {error}") from None


def _load(world: World, model: Referenced) -> Container:
    label = f"{model.asset.name}:{model.asset.version}"
    if model.asset.properties.get("modelType") != "mlflow_model":
        return Container(None, label, NO_SCRIPTS)
    if _is_foundation(world, model):
        return _foundation(world, model, label)
    folder = _folder(world, model)
    if PLACEHOLDER in folder:
        return Container(None, label, f"The local Azure ML did not execute the job that would have made it. {SERVED}")
    try:
        return Container(world.engine.load(folder), label)
    except ForeignModelError as error:
        return Container(None, label, f"The local Azure ML does not run the code of MLflow flavors: {error}. {SERVED}")


def _is_foundation(world: World, model: Referenced) -> bool:
    wanted = (model.home.name, model.asset.name, model.asset.version)
    return isinstance(model.home, Registry) and any(
        (entry.registry, entry.name, entry.version) == wanted for entry in world.catalogue.models
    )


def _foundation(world: World, model: Referenced, label: str) -> Container:
    task = model.asset.tags.get("task", "")
    try:
        return Container(world.engine.foundation(model.asset.name, _TASKS.get(task, task)), label)
    except ValueError:
        return Container(None, label, f"The local Azure ML has no stand-in for models of task {task!r}.")


def _folder(world: World, model: Referenced) -> dict[str, bytes]:
    """Read the model's folder from the blob store; ValueError when it holds no MLflow model."""
    account, container, path = _place(model)
    prefix = path.rstrip("/") + "/"
    folder: dict[str, bytes] = {}
    marker: str | None = None
    while True:
        page = world.blobs.list(account, container, prefix=prefix, marker=marker)
        for blob in page.blobs:
            with world.blobs.open(blob) as stream:
                folder[blob.name.removeprefix(prefix)] = stream.read()
        marker = page.next_marker
        if marker is None:
            break
    if "MLmodel" not in folder and PLACEHOLDER not in folder:
        raise ValueError(f"there is no MLmodel file among the {len(folder)} files under {path}")
    return folder


def _place(model: Referenced) -> tuple[str, str, str]:
    """Return (account, container, path) of the model's files."""
    uri = str(model.asset.properties.get("modelUri") or "")
    if found := _BLOB_URL.fullmatch(uri):
        return found["account"], found["container"], found["path"]
    if isinstance(model.home, Registry):
        raise ValueError(f"{uri!r} is not a blob URL")
    name, path = parse_uri(model.home, uri)
    store = model.home.datastores[name]
    return store.account, store.container, path


def _swagger(model: str) -> dict[str, Any]:
    """Describe `/score` with an open schema: a fine-tuned chat model has no signature (inferred)."""
    body = {
        "type": "object",
        "required": ["input_data"],
        "properties": {"input_data": {}, "params": {"type": "object"}},
    }
    score = {
        "operationId": "RunMLService",
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "parameters": [{"name": "serviceInputPayload", "in": "body", "required": True, "schema": body}],
        "responses": {"200": {"description": "The output of the model."}},
    }
    info = {"title": model, "description": "API specification of the deployed model", "version": "1.0"}
    return {"swagger": "2.0", "info": info, "schemes": ["https"], "paths": {"/score": {"post": score}}}
