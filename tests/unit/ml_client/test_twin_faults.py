"""Faults meet the double as they meet the SDK on the emulator: the same outcome after the same pauses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from azure.ai.ml.entities import Data
from local_files import deploy, make_endpoint
from twins import Twin, on_both, outcome

from fakes.world.faults import ConnectionFault, Fault, HttpFault


def read(twin: Twin) -> Any:
    """Read an endpoint."""
    return twin.workspace.online_endpoints.get("ep-1").name


def write(twin: Twin) -> Any:
    """Replace an endpoint."""
    return make_endpoint(twin, tags={}).name


def keys(twin: Twin) -> Any:
    """Ask for keys, by POST."""
    return type(twin.workspace.online_endpoints.get_keys("ep-1")).__name__


def ask(twin: Twin) -> Any:
    """Score."""
    return twin.workspace.online_endpoints.invoke("ep-1", deployment_name="blue", request_file="request.json")


GET, PUT, POST = "OnlineEndpoints_Get", "OnlineEndpoints_CreateOrUpdate", "OnlineEndpoints_ListKeys"
POLL, SCORE = "OperationsStatus_Get", "Scoring_Score"
FAULTS: dict[str, tuple[str, Fault, int, str, Callable[[Twin], Any]]] = {
    "503 once": (GET, HttpFault(503), 1, "before", read),
    "503 three times": (GET, HttpFault(503), 3, "before", read),
    "503 four times": (GET, HttpFault(503), 4, "before", read),
    "429 four times, after": (GET, HttpFault(429), 4, "after", read),
    "403": (GET, HttpFault(403, "AuthorizationFailed", "no"), 1, "before", read),
    "401": (GET, HttpFault(401, "ExpiredAuthenticationToken", "no"), 1, "before", read),
    "a reset": (GET, ConnectionFault("reset"), 1, "before", read),
    "four resets": (GET, ConnectionFault("reset"), 4, "before", read),
    "four timeouts": (GET, ConnectionFault("timeout"), 4, "before", read),
    "a short read": (GET, ConnectionFault("truncated"), 1, "before", read),
    "five short reads": (GET, ConnectionFault("truncated"), 5, "before", read),
    "409 for a PUT": (PUT, HttpFault(409, "Conflict", "no"), 1, "before", write),
    "500 after a PUT": (PUT, HttpFault(500), 1, "after", write),
    "a reset after a PUT": (PUT, ConnectionFault("reset"), 1, "after", write),
    "503 for a POST": (POST, HttpFault(503), 1, "before", keys),
    "429 for a POST": (POST, HttpFault(429), 1, "before", keys),
    "a reset of a POST": (POST, ConnectionFault("reset"), 1, "before", keys),
    "503 for a poll": (POLL, HttpFault(503), 1, "before", write),
    "500 for every poll": (POLL, HttpFault(500), 4, "before", write),
    "403 for a poll": (POLL, HttpFault(403, "AuthorizationFailed", "no"), 1, "before", write),
    "resets of every poll": (POLL, ConnectionFault("reset"), 4, "before", write),
    "503 once while scoring": (SCORE, HttpFault(503), 1, "before", ask),
    "503 four times while scoring": (SCORE, HttpFault(503), 4, "before", ask),
    "424 while scoring": (SCORE, HttpFault(424, "ModelError", "no"), 1, "before", ask),
    "401 while scoring": (SCORE, HttpFault(401, "no", "no"), 1, "before", ask),
    "a reset while scoring": (SCORE, ConnectionFault("reset"), 1, "before", ask),
}


@pytest.mark.parametrize("case", FAULTS.values(), ids=FAULTS)
def test_faults_are_met_alike(files: Path, case: Any) -> None:
    """The result or the exception, the pauses and the number of attempts agree."""
    operation, fault, times, when, action = case

    def scenario(twin: Twin) -> Any:
        make_endpoint(twin)
        if operation == SCORE:
            deploy(twin)
        for nth in range(times):
            twin.azure.faults.on(operation, fault, nth=nth + 1, when=when)
        before = twin.azure.clock.now()
        result = outcome(action, twin)
        attempts = sum(call.operation == operation for call in twin.azure.calls)
        return [result, str(twin.azure.clock.now() - before), attempts]

    double, emulator = on_both(scenario)

    assert double == emulator


@pytest.mark.parametrize(("fault", "raised"), [(HttpFault(409, "X"), "ResourceExistsError"), (HttpFault(403, "X"), "")])
def test_a_refused_upload_is_raised_alike(files: Path, fault: HttpFault, raised: str) -> None:
    """What the blob service refuses has its status, and no error document, as with the SDK."""

    def scenario(twin: Twin) -> Any:
        twin.azure.faults.on("BlockBlob_Upload", fault)
        return twin.workspace.data.create_or_update(Data(name="d1", path="rows.jsonl", type="uri_file"))

    double, emulator = on_both(scenario)

    assert double == emulator
    assert double["raised"] == (raised or "HttpResponseError")
