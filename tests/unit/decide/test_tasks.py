"""Tasks as data: the request and the ground truth of a row, for each task of the registry."""

from __future__ import annotations

from typing import Any

import pytest

from harness.decide.tasks import TASKS, columns_of, scoring_request, task_named
from harness.errors import ParameterError, PayloadError

SQUAD = {"question": "q", "context": "c", "answers": {"text": ["a1", "a2"], "answer_start": [0, 1]}}
SQUAD_KEYS = {
    "question_key": "question",
    "context_key": "context",
    "answers_key": "answers",
    "answer_text_key": "text",
    "answer_start_key": "answer_start",
}


@pytest.mark.parametrize(
    ("task", "row", "inputs", "asked", "truth"),
    [
        ("text-classification", {"t": "x", "l": 3}, {"sentence1_key": "t", "label_key": "l"}, ["x"], "3"),
        (
            "text-classification",
            {"a": "x", "b": "y", "l": "yes"},
            {"sentence1_key": "a", "sentence2_key": "b", "label_key": "l"},
            ["x", "y"],
            "yes",
        ),
        (
            "token-classification",
            {"w": ["x"], "g": ["O"]},
            {"token_key": "w", "tag_key": "g"},
            [["x"]],
            '["O"]',
        ),
        ("question-answering", SQUAD, SQUAD_KEYS, ["q", "c"], "a1"),
        ("summarization", {"d": "x", "s": "y"}, {"document_key": "d", "summary_key": "s"}, ["x"], "y"),
        ("translation", {"en": "x", "ro": "y"}, {"source_lang": "en", "target_lang": "ro"}, ["x"], "y"),
    ],
)
def test_row_becomes_a_frame_of_the_asked_columns(
    task: str, row: dict[str, Any], inputs: dict[str, str], asked: list[Any], truth: str
) -> None:
    """What the model is asked goes out, what it should answer stays here."""
    request = scoring_request(TASKS[task], row, inputs, {})

    assert request.body["input_data"]["data"] == [asked]
    assert request.ground_truth == truth


def test_chat_row_becomes_a_conversation() -> None:
    """A chat row is asked without its last answer."""
    turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]

    request = scoring_request(TASKS["chat-completion"], {"messages": turns}, {}, {"top_p": 1})

    assert request.body["input_data"] == {"input_string": [turns[:1]], "parameters": {"top_p": 1}}
    assert request.ground_truth == "a"


def test_text_to_continue_becomes_a_list_of_texts() -> None:
    """Text generation sends texts, and has no ground truth where the data name none."""
    request = scoring_request(TASKS["text-generation"], {"p": "x"}, {"text_key": "p"}, {"top_p": 1})

    assert request.body["input_data"] == {"input_string": ["x"], "parameters": {"top_p": 1}}
    assert request.ground_truth is None


def test_question_without_an_answer_has_no_ground_truth() -> None:
    """SQuAD 2 holds questions that nothing answers."""
    row = {**SQUAD, "answers": {"text": [], "answer_start": []}}

    assert scoring_request(TASKS["question-answering"], row, SQUAD_KEYS, {}).ground_truth is None


def test_missing_column_is_named_with_the_nearest_one() -> None:
    """A key that names no column of the row is refused before the request."""
    with pytest.raises(PayloadError) as refused:
        scoring_request(TASKS["summarization"], {"documents": "x"}, {"document_key": "document"}, {})

    assert refused.value.nearest == ("documents",)


def test_columns_are_those_of_question_and_answer() -> None:
    """Every row must fill the asked columns and that of the ground truth; nested keys are no columns."""
    assert columns_of(TASKS["question-answering"], SQUAD_KEYS) == ("question", "context", "answers")
    assert columns_of(TASKS["chat-completion"], {}) == ("messages",)


def test_unknown_task_is_refused_with_the_nearest() -> None:
    """A misspelled task is named together with the one that was meant."""
    with pytest.raises(ParameterError) as refused:
        task_named("text-clasification")

    assert refused.value.nearest[0] == "text-classification"
