"""The scoring host of an endpoint: a gateway in front of the containers of its deployments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Route
from fakes.world.errors import ServiceError
from fakes.world.scoring import Scored, ScoringRequest, serve

if TYPE_CHECKING:
    from fakes.emulator.call import Call

_EXECUTION_MS = "0.000"
"""Virtual time stands still while a model answers, so no time passed: this is no measurement of Azure."""


def answer(call: Call) -> Reply:
    """Answer any request: what the container said, or the gateway's refusal as plain text (quoted)."""
    request = call.request
    asked = ScoringRequest(
        method=request.method,
        path=request.path,
        authorization=request.headers.get("authorization", ""),
        deployment=request.headers.get("azureml-model-deployment", ""),
        body=request.content(),
    )
    try:
        reply = _passed_on(serve(call.world, call.host["endpoint"], call.host["region"], asked))
    except ServiceError as error:
        reply = Reply(error.status, error.message.encode(), {"Content-Type": "text/plain"})
    reply.headers |= {"Server": "azureml-frontdoor", "X-Request-ID": call.world.ids.guid()}
    return reply


def _passed_on(scored: Scored) -> Reply:
    """Pass on what the container said. A refusal keeps its body (documented and quoted)."""
    status, plain = scored.reply.status, isinstance(scored.reply.value, str)
    content_type = "text/plain; charset=utf-8" if plain else "application/json"
    reply = Reply(scored.status, scored.reply.text().encode(), {"Content-Type": content_type})
    reply.headers |= {
        "azureml-model-deployment": scored.deployment,
        "x-ms-run-fn-exec-ms": _EXECUTION_MS,
        "x-ms-run-function-failed": str(status >= 500),
    }
    if status != 200:
        reply.headers |= {
            "ms-azureml-model-error-reason": "model_error",
            "ms-azureml-model-error-statuscode": str(status),
        }
    return reply


_KNOWN = (
    Route(
        "Scoring_Score",
        "POST",
        "/score",
        answer,
        Evidence.RECORDED,
        "refusals are documented or quoted, 413 and 503 inferred; no 408 or 429: nothing takes time",
    ),
    Route("Scoring_Health", "GET", "/", answer, Evidence.DOCUMENTED),
    Route("Scoring_Swagger", "GET", "/swagger.json", answer, Evidence.DOCUMENTED, "the schema is inferred"),
)
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

ROUTES = (
    *_KNOWN,
    *(
        Route(
            "Scoring_Other",
            method,
            path,
            answer,
            Evidence.INFERRED,
            "the container's 404 and 405 show as 424",
        )
        for path in ("/", "/<path:path>")
        for method in _METHODS
        if (method, path) != ("GET", "/")
    ),
)
