"""Scoring responses: every shape that holds an answer, and every shape that holds none."""

from __future__ import annotations

import json

import pytest

from harness.decide.answer import read_answer
from harness.errors import ScoringFailed, excerpt


@pytest.mark.parametrize(
    "response",
    [
        [{"0": "Hello."}],
        ["Hello."],
        [{"answer": "Hello."}],
        {"output": "Hello."},
        {"output": ["Hello."]},
        {"output": "Hello.", "error": None, "usage": {"total_tokens": 3}, "id": "x"},
        "Hello.",
    ],
)
def test_answer_is_found_in_every_known_shape(response: object) -> None:
    """A row of a frame, a plain list, an object with an output: all hold the same answer."""
    assert read_answer(json.dumps(response)) == "Hello."


@pytest.mark.parametrize("response", [[{"0": "Hello."}], {"output": "Hello."}])
def test_json_within_a_json_string_is_unpacked(response: object) -> None:
    """Serving code that encodes its answer itself wraps it twice."""
    assert read_answer(json.dumps(json.dumps(response)).encode()) == "Hello."


def test_answer_that_is_itself_json_is_left_alone() -> None:
    """Only the envelope is unpacked, never the model's own text."""
    assert read_answer('[{"0": "{\\"a\\": 1}"}]') == '{"a": 1}'


def test_bare_answer_that_looks_like_a_number_stays_text() -> None:
    """A string that holds a number is an answer, not an envelope."""
    assert read_answer('"42"') == "42"


def test_answer_that_is_no_text_is_given_as_json() -> None:
    """The tags of a sentence come back as a list."""
    assert read_answer('[{"0": ["B-PER", "Ö"]}]') == '["B-PER", "Ö"]'


def test_empty_answer_is_an_answer() -> None:
    """A model may answer nothing; that is no error of the endpoint."""
    assert read_answer('[{"0": ""}]') == ""


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (
            '{"error": "Error in processing request", "exception": "CUDA"}',
            r"Error in processing request \(CUDA\)",
        ),
        ('"{\\"error\\": \\"Error in processing request\\"}"', "Error in processing request"),
        ('{"output": null, "error": {"status_code": 500}}', '"status_code": 500'),
        ('[{"error": "boom"}]', "boom"),
        ('{"message": "A value is not provided"}', "A value is not provided"),
        ("{}", "without an output"),
        ("[]", "0 answers"),
        ('["a", "b"]', "2 answers"),
        ('[{"a": 1, "b": 2}]', "no answer"),
        ('[{"0": null}]', "no answer"),
        ("null", "no answer"),
        ("<html>", "no JSON"),
        ("", "no JSON"),
        (b"\xff", "no JSON"),
        ("[" * 200_000, "no JSON"),
    ],
)
def test_response_without_an_answer_says_what_came(raw: str | bytes, what: str) -> None:
    """Errors that arrive with HTTP 200, and anything else without an answer, are failures that quote it."""
    with pytest.raises(ScoringFailed, match=what) as failed:
        read_answer(raw)

    assert failed.value.got == excerpt(raw, 300)
    assert failed.value.exit_code == 1
