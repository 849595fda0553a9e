"""The tasks that the registry can fine-tune for, as data: pipeline, columns, scoring request.

Keys such as `sentence1_key` are inputs of the task's component; the spec gives them the names of the data's
columns. For translation the two languages are themselves the columns.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from harness.decide.payload import build_columns_payload, build_payload, build_texts_payload, cut_answer
from harness.errors import ParameterError, PayloadError, nearest

__all__ = ["TASKS", "ScoringRequest", "Task", "columns_of", "scoring_request", "task_named"]


@dataclass(frozen=True, slots=True)
class Task:
    """A task: its registry pipeline, the keys of the columns to score, and those of the ground truth."""

    name: str
    component: str
    payload: Literal["messages", "columns", "texts"] = "columns"
    asked: tuple[str, ...] = ()
    truth: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoringRequest:
    """A body for the endpoint and the answer that the data hold for it; None when the row holds none."""

    body: dict[str, Any]
    ground_truth: str | None


TASKS: Mapping[str, Task] = {
    task.name: task
    for task in (
        Task("chat-completion", "chat_completion_pipeline", "messages"),
        Task(
            "text-classification",
            "text_classification_pipeline",
            asked=("sentence1_key", "sentence2_key"),
            truth=("label_key",),
        ),
        Task("token-classification", "token_classification_pipeline", asked=("token_key",), truth=("tag_key",)),
        Task(
            "question-answering",
            "question_answering_pipeline",
            asked=("question_key", "context_key"),
            truth=("answers_key", "answer_text_key"),
        ),
        Task("summarization", "summarization_pipeline", asked=("document_key",), truth=("summary_key",)),
        Task("translation", "translation_pipeline", asked=("source_lang",), truth=("target_lang",)),
        Task("text-generation", "text_generation_pipeline", "texts", ("text_key",), ("ground_truth_key",)),
    )
}


def task_named(name: str) -> Task:
    """Return the task called `name`; ParameterError with the nearest one when there is none."""
    if name in TASKS:
        return TASKS[name]
    raise ParameterError(
        "there is no such task",
        where="finetune.task",
        got=name,
        expected=", ".join(TASKS),
        nearest=nearest(name, TASKS),
        remedy="Set finetune.task to one of them, and finetune.component with it.",
    )


def columns_of(task: Task, inputs: Mapping[str, str]) -> tuple[str, ...]:
    """Return the columns that every row must fill, by the component's column keys in `inputs`."""
    if task.payload == "messages":
        return ("messages",)
    return tuple(inputs[key] for key in (*task.asked, *task.truth[:1]) if key in inputs)


def scoring_request(
    task: Task, row: Mapping[str, Any], inputs: Mapping[str, str], parameters: Mapping[str, Any]
) -> ScoringRequest:
    """Turn one row of held-out data into a request and its ground truth.

    inputs: the component's column keys and the columns they name. PayloadError when the row lacks a column.
    """
    if task.payload == "messages":
        conversation, truth = cut_answer(_cell(row, "messages"))
        return ScoringRequest(build_payload(conversation, parameters), truth)
    columns = [inputs[key] for key in task.asked if key in inputs]
    truth = _ground_truth(row, [inputs[key] for key in task.truth if key in inputs])
    if task.payload == "texts":
        return ScoringRequest(build_texts_payload([_cell(row, name) for name in columns], parameters), truth)
    asked = {name: _cell(row, name) for name in columns}
    return ScoringRequest(build_columns_payload([asked], parameters), truth)


def _cell(row: Mapping[str, Any], column: str) -> Any:
    if column in row:
        return row[column]
    raise PayloadError(
        "the row has no such column",
        where="row to score",
        got=f"columns {', '.join(row) or 'none'}",
        expected=column,
        nearest=nearest(column, row),
        remedy="Name the data's own columns in finetune.inputs.",
    )


def _ground_truth(row: Mapping[str, Any], path: list[str]) -> str | None:
    """Follow `path` into the row. One answer of several (question answering) is the first."""
    value: Any = row if path else None
    for depth, name in enumerate(path):
        value = _cell(value, name)
        if depth and isinstance(value, list):
            value = value[0] if value else None
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
