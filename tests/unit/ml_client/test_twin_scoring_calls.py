"""Scoring requests that do not go through the SDK are answered alike by the double and by the emulator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from local_files import deploy, make_endpoint
from twins import Twin, agreed

from fakes.ml_client import FakeAzure
from fakes.world.faults import ConnectionFault, HttpFault
from harness.backends.fake import post_to
from harness.gate.scoring.posting import HttpPost, UnansweredError

ASKED = {"input_data": {"input_string": ["It is not easy"]}}


def _post(twin: Twin, body: Any = ASKED, key: str = "", deployment: str = "blue") -> Any:
    """Post to the scoring address; return status, the named deployment and body, or how no reply came."""
    post = post_to(twin.azure.line) if isinstance(twin.azure, FakeAzure) else HttpPost()
    found = twin.workspace.online_endpoints
    headers = {
        "Authorization": f"Bearer {key or found.get_keys('ep-1').primary_key}",
        "azureml-model-deployment": deployment,
    }
    try:
        reply = post(found.get("ep-1").scoring_uri, headers, json.dumps(body).encode(), 5)
    except UnansweredError as error:
        return error.outcome
    told = ("azureml-model-deployment", "ms-azureml-model-error-statuscode")
    return reply.status, [reply.headers.get(name) for name in told], reply.body.decode()


@pytest.mark.parametrize(
    ("given", "status"),
    [({}, 200), ({"key": "wrong"}, 401), ({"deployment": "red"}, 404), ({"body": {}}, 424)],
)
def test_requests_get_the_same_replies(files: Path, given: dict[str, Any], status: int) -> None:
    """An answer, a wrong key, an unknown deployment and a wrong body are told in the same words."""

    def ask(twin: Twin) -> Any:
        make_endpoint(twin)
        deploy(twin)
        reply = _post(twin, **given)
        assert reply[0] == status
        return reply

    agreed(ask)


@pytest.mark.parametrize("fault", [HttpFault(503), ConnectionFault("timeout"), ConnectionFault("reset")])
def test_faults_meet_both(files: Path, fault: Any) -> None:
    """A fault that is set for scoring meets the next request and no other."""

    def ask(twin: Twin) -> Any:
        make_endpoint(twin)
        deploy(twin)
        twin.azure.faults.on("Scoring_Score", fault)
        first, second = _post(twin), _post(twin)
        return [first[0] if isinstance(first, tuple) else first, second]

    agreed(ask)
