"""What a chat endpoint takes: both shapes of a conversation, and a refusal that says why for anything else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from harness.errors import ScoringFailed
from harness.plugin.endpoint import LiveEndpoint
from harness.plugin.lifecycle import Lifecycle
from harness.spec import LifecycleSpec

USER = {"role": "user", "content": "How would a 50/30/20 budget look?"}
ASSISTANT = {"role": "assistant", "content": "What do you earn?"}
SYSTEM = {"role": "system", "content": "Answer briefly."}


def body(*turns: Any, nested: bool = True) -> dict[str, Any]:
    """Return a request with these turns, nested as the published notebook sends them, or flat."""
    conversation = [list(turns)] if nested else list(turns)
    return {"input_data": {"input_string": conversation, "parameters": {"max_new_tokens": 200}}, "params": {}}


pytestmark = pytest.mark.usefixtures("nothing_billable")


@pytest.fixture
def endpoint(lifecycle: Lifecycle, chat: LifecycleSpec) -> Iterator[LiveEndpoint]:
    """An endpoint that answers with the foundation model."""
    with lifecycle.endpoint(chat) as endpoint:
        endpoint.deploy("demo", "foundation")
        endpoint.shift("demo", 100)
        yield endpoint


@pytest.mark.parametrize("turns", [(USER,), (SYSTEM, USER), (USER, ASSISTANT, USER)], ids=["one", "system", "three"])
def test_nested_and_flat_conversations_get_the_same_answer(endpoint: LiveEndpoint, turns: tuple[Any, ...]) -> None:
    """The shape of the published notebook and the one that serving containers document mean the same."""
    nested, flat = endpoint.ask(body(*turns)), endpoint.ask(body(*turns, nested=False))

    assert nested
    assert nested == flat


@pytest.mark.parametrize(
    "request_body",
    [
        pytest.param({"inputs": [[USER]]}, id="no-input-data"),
        pytest.param({"input_data": {}}, id="nothing-in-it"),
        pytest.param(body(), id="empty-conversation"),
        pytest.param(body(USER, ASSISTANT), id="assistant-last"),
        pytest.param(body(USER, USER), id="user-twice"),
        pytest.param(body(USER, SYSTEM, USER), id="system-late"),
        pytest.param(body({"role": "user"}), id="no-content"),
        pytest.param(body({"content": "Hello"}), id="no-role"),
        pytest.param(body("Hello"), id="a-text"),
        pytest.param({"input_data": {"input_string": "Hello", "parameters": []}}, id="parameters-no-object"),
        pytest.param(["not", "an", "object"], id="a-list"),
    ],
)
def test_malformed_request_is_refused_and_the_endpoint_lives_on(endpoint: LiveEndpoint, request_body: Any) -> None:
    """The refusal is an error of scoring, never an answer, and the next request is answered."""
    with pytest.raises(ScoringFailed, match="refused the request"):
        endpoint.ask(request_body)

    assert endpoint.ask(body(USER))
