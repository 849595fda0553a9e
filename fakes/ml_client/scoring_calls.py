"""Requests to an endpoint's scoring address, as a program sends them that does not go through the SDK."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

from fakes.ml_client.line import Exchanged, Line
from fakes.world.errors import ServiceError
from fakes.world.faults import ConnectionFault, HttpFault
from fakes.world.scoring import ScoringRequest, serve
from harness.doors.messages import BrokenConnectionError, Reply

_OPERATION = "Scoring_Score"


def post_score(line: Line, address: str, headers: Mapping[str, str], body: bytes) -> Reply:
    """Answer a POST to a scoring address; the SDK's retries are not there, since the SDK is not.

    BrokenConnectionError for the faults that break a connection.
    """
    parts = urlsplit(address)
    name, region = (parts.hostname or "").split(".")[:2]
    given = {key.lower(): value for key, value in headers.items()}
    asked = ScoringRequest(
        "POST", parts.path, given.get("authorization", ""), given.get("azureml-model-deployment", ""), body
    )
    world = line.world
    with world.lock:
        world.catch_up()
        reply = _fault(line, "before") or _served(line, name, region, asked)
        reply = _fault(line, "after") or reply
        line.calls.append(Exchanged(_OPERATION, "POST", reply.status))
        return reply


def _served(line: Line, name: str, region: str, asked: ScoringRequest) -> Reply:
    try:
        scored = serve(line.world, name, region, asked)
    except ServiceError as error:
        return Reply(error.status, error.message.encode(), {"Content-Type": "text/plain"})
    headers = {"azureml-model-deployment": scored.deployment}
    if scored.reply.status != 200:
        headers["ms-azureml-model-error-statuscode"] = str(scored.reply.status)
    return Reply(scored.status, scored.reply.text().encode(), headers)


def _fault(line: Line, when: Literal["before", "after"]) -> Reply | None:
    fault = line.world.faults.take(_OPERATION, when)
    if fault is None:
        return None
    if isinstance(fault, HttpFault):
        return Reply(fault.status, fault.message.encode(), {"Content-Type": "text/plain"})
    line.calls.append(Exchanged(_OPERATION, "POST", 0))
    raise BrokenConnectionError(fault.kind if isinstance(fault, ConnectionFault) else "reset")
