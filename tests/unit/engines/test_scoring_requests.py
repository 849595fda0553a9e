"""Shapes of scoring requests and replies, and what is refused."""

from __future__ import annotations

import pytest

from fakes.engines import RetrievalEngine
from fakes.world.engine import ScoringError

USER = {"role": "user", "content": "What does Bosk export?"}
ASSISTANT = {"role": "assistant", "content": "Salt."}
SYSTEM = {"role": "system", "content": "Be brief."}


@pytest.fixture
def model(run, conversations):
    """A tuned chat model."""
    return RetrievalEngine().load(run(conversations, conversations, []).mlflow_model)


@pytest.mark.parametrize(
    "input_data",
    [
        {"input_string": [[USER]], "parameters": {"temperature": 0.6, "do_sample": True}},
        {"input_string": [USER]},
        [[USER]],
        [USER],
        {"columns": ["input_string"], "index": [0], "data": [[[USER]]]},
    ],
    ids=["nested", "flat", "bare nested", "bare flat", "split frame"],
)
def test_every_request_shape_is_answered_alike(model, input_data):
    """Nested, flat, bare and split-frame requests all give one record with column 0."""
    (record,) = model.predict(input_data, {})

    assert list(record) == ["0"]
    assert "sell salt" in record["0"]


def test_each_conversation_gets_a_record(model):
    """Two conversations, two records, in order."""
    replies = model.predict({"input_string": [[USER], [SYSTEM, {**USER, "content": "Capital of Fenn?"}]]}, {})

    assert ["salt" in reply["0"] for reply in replies] == [True, False]


@pytest.mark.parametrize(
    ("conversation", "reason"),
    [
        ([[]], "conversation: expected at least one message, got none"),
        ([], "input_data: expected a non-empty list of conversations, got list"),
        ("hello", "input_data: expected a non-empty list of conversations, got str"),
        (["hello"], "conversation: expected a list of messages, got str"),
        ([USER, ASSISTANT], r"messages\[1\].role: expected 'user' in the last message, got 'assistant'"),
        ([USER, SYSTEM, USER], r"messages\[1\].role: got 'system', expected it in messages\[0\] only"),
        ([USER, USER], r"messages\[1\].role: expected 'assistant', got 'user'"),
        ([ASSISTANT, USER], r"messages\[0\].role: expected 'user', got 'assistant'"),
        ([{"role": "tool", "content": "x"}, USER], r"messages\[0\].role: expected 'user', got 'tool'"),
        ([{"content": "x"}], "role: expected a string"),
        ([{"role": "user", "content": None}], "content: expected a string, got nothing"),
    ],
)
@pytest.mark.parametrize("tuned", [True, False])
def test_conversations_are_checked(model, conversation, reason, tuned):
    """Empty, unfinished and out-of-turn conversations are refused with 400 by tuned and foundation models."""
    predictor = model if tuned else RetrievalEngine().foundation("m", "chat-completion")
    with pytest.raises(ScoringError, match=reason) as caught:
        predictor.predict({"input_string": conversation}, {})

    assert caught.value.status == 400


@pytest.mark.parametrize("place", ["parameters", "params"])
def test_replies_are_cut_at_max_new_tokens(model, place):
    """The limit counts words and is taken from `parameters` in the data or `params` beside it."""
    inside = {"max_new_tokens": 3} if place == "parameters" else {"max_new_tokens": 99}
    params = {"max_new_tokens": 3} if place == "params" else {}
    (record,) = model.predict({"input_string": [USER], "parameters": inside}, params)

    assert record["0"] == "Merchants from Bosk"


@pytest.mark.parametrize("limit", [0, -1, "ten", True, 1.5])
def test_max_new_tokens_must_be_a_positive_integer(model, limit):
    """Anything else is refused and shown."""
    with pytest.raises(ScoringError, match="max_new_tokens: expected an integer of at least 1"):
        model.predict({"input_string": [USER], "parameters": {"max_new_tokens": limit}}, {})


def test_parameters_must_be_an_object(model):
    """A list of parameters is refused."""
    with pytest.raises(ScoringError, match="parameters: expected an object, got list"):
        model.predict({"input_string": [USER], "parameters": [1]}, {})


def test_foundation_answers_one_conversation_as_the_vllm_container():
    """The reply is an object with `output`; a second conversation is refused."""
    foundation = RetrievalEngine().foundation("m", "chat-completion")

    assert list(foundation.predict({"input_string": [USER]}, {})) == ["output"]
    with pytest.raises(ScoringError, match="one conversation in a request, got 2"):
        foundation.predict({"input_string": [[USER], [USER]]}, {})
