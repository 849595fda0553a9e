"""Scoring requests for chat models: the exact body, and which conversations are refused."""

from __future__ import annotations

from typing import Any

import pytest

from harness.decide.payload import (
    MAX_PAYLOAD_BYTES,
    build_columns_payload,
    build_payload,
    build_texts_payload,
    cut_answer,
    normalise_request,
)
from harness.errors import PayloadError

SYSTEM = {"content": "Be brief.", "role": "system"}
ASK = {"content": "Grüße?", "role": "user"}
ANSWER = {"content": "Hello.", "role": "assistant"}
PARAMETERS = {"temperature": 0.6, "top_p": 0.9, "do_sample": True, "max_new_tokens": 200}


def test_body_is_the_published_one() -> None:
    """One nested conversation with its parameters, and empty params; text is kept as it is."""
    assert build_payload([ASK], PARAMETERS) == {
        "input_data": {"input_string": [[ASK]], "parameters": PARAMETERS},
        "params": {},
    }


def test_trailing_answer_is_cut_off_as_ground_truth() -> None:
    """The assistant's last turn is what to compare with, not what to send."""
    assert cut_answer([ASK, ANSWER]) == ([ASK], "Hello.")


def test_row_that_ends_with_the_user_has_no_ground_truth() -> None:
    """A row may end with a question; then all of it is sent."""
    assert cut_answer([ASK, ANSWER, ASK]) == ([ASK, ANSWER, ASK], None)


@pytest.mark.parametrize("messages", [[ASK], [SYSTEM, ASK], [ASK, ANSWER, ASK], [SYSTEM, ASK, ANSWER, ASK]])
def test_conversation_that_ends_with_the_user_is_sent(messages: list[dict[str, str]]) -> None:
    """User and assistant in turn, a system turn in front or not, the user last."""
    assert build_payload(messages, {})["input_data"]["input_string"] == [messages]


@pytest.mark.parametrize(
    ("messages", "what"),
    [
        ([], "no list of turns"),
        ("hello", "no list of turns"),
        ([ASK, ANSWER], "nobody is asked"),
        ([SYSTEM], "nobody is asked"),
        ([ANSWER, ASK], "turn 1 is out of order"),
        ([ASK, ASK], "turn 2 is out of order"),
        ([SYSTEM, ANSWER, ASK], "turn 2 is out of order"),
        ([ASK, SYSTEM, ASK], "turn 2 is out of order"),
        ([SYSTEM, SYSTEM, ASK], "turn 2 is out of order"),
        ([{"role": "user"}], "turn 1 is no message"),
        (["hello"], "turn 1 is no message"),
        ([{"role": "user", "content": " "}], "turn 1 has no text"),
        ([{"role": "usr", "content": "x"}], "turn 1 has no such role"),
        ([{"role": ["user"], "content": "x"}], "turn 1 has no such role"),
    ],
)
def test_conversation_that_the_model_cannot_answer_is_refused(messages: Any, what: str) -> None:
    """The turn at fault is named."""
    with pytest.raises(PayloadError, match=what):
        build_payload(messages, {})


def test_body_at_the_limit_is_taken_and_one_byte_more_is_refused() -> None:
    """The limit of a managed online endpoint counts the bytes that go over the wire."""
    room = MAX_PAYLOAD_BYTES - len('{"input_data": {"input_string": [""], "parameters": {}}, "params": {}}')

    assert build_texts_payload(["x" * room], {})
    with pytest.raises(PayloadError, match="larger than"):
        build_texts_payload(["x" * (room + 1)], {})


def test_limit_counts_non_ascii_text_as_the_sdk_sends_it() -> None:
    """The SDK escapes non-ASCII characters, so one of them takes six bytes."""
    with pytest.raises(PayloadError, match="larger"):
        build_texts_payload(["ä" * (MAX_PAYLOAD_BYTES // 6)], {})


def test_rows_are_sent_as_a_split_frame() -> None:
    """Tasks that score a data frame get columns, index and data."""
    rows = [{"question": "q1", "context": "c1"}, {"question": "q2", "context": "c2"}]

    assert build_columns_payload(rows, {}) == {
        "input_data": {
            "columns": ["question", "context"],
            "index": [0, 1],
            "data": [["q1", "c1"], ["q2", "c2"]],
        },
        "params": {},
    }


def test_nested_and_flat_bodies_are_the_same_conversation() -> None:
    """Published requests nest the conversation or do not; both mean the same."""
    nested, flat = ({"input_data": {"input_string": turns}} for turns in ([[SYSTEM, ASK]], [SYSTEM, ASK]))

    assert normalise_request(nested) == normalise_request(flat) == [SYSTEM, ASK]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ({"inputs": [ASK]}, "no input_data; got inputs"),
        ({}, "no input_data"),
        ([ASK], "no input_data"),
        ({"input_data": {}}, "no list of turns"),
        ({"input_data": {"input_string": [[ASK], [ASK]]}}, "several conversations"),
        ({"input_data": {"input_string": [[]]}}, "no list of turns"),
    ],
)
def test_body_without_one_conversation_is_refused(body: Any, what: str) -> None:
    """What was sent instead is named."""
    with pytest.raises(PayloadError, match=what):
        normalise_request(body)
