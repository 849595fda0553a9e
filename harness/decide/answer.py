"""Scoring responses: finding the answer in what an online endpoint sent back."""

from __future__ import annotations

import json
from typing import Any

from harness.errors import ScoringFailed, excerpt

__all__ = ["read_answer"]

_SHAPES = '[{"0": "<text>"}], ["<text>"] or {"output": "<text>"}'


def read_answer(raw: str | bytes) -> str:
    """Return the answer to one scored row.

    The no-code MLflow container answers with a list of one row, the vLLM container with an object that has an
    `output`; either can arrive as a JSON string that holds the JSON (registry sources). An answer that is no
    text, such as the tags of a sentence, is returned as JSON. Both containers also report errors with HTTP
    200: those, and anything else that holds no answer, raise ScoringFailed with what came.
    """
    answer = _unwrapped(raw)
    if isinstance(answer, dict):
        return _from_object(answer, raw)
    if isinstance(answer, list):
        return _from_rows(answer, raw)
    if isinstance(answer, str):
        return answer
    raise _no_answer("the endpoint sent no answer", raw)


def _unwrapped(raw: str | bytes) -> Any:
    """Decode the response, and once more when it is a JSON string that itself holds an object or a list."""
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise _no_answer("the endpoint sent something that is no JSON", raw) from None
    if not isinstance(value, str):
        return value
    try:
        inner = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return inner if isinstance(inner, dict | list) else value


def _from_object(answer: dict[str, Any], raw: str | bytes) -> str:
    if answer.get("error"):
        raise _no_answer(f"the model reports {_error_text(answer)}", raw)
    output = answer.get("output")
    if isinstance(output, list) and len(output) == 1:
        output = output[0]
    if output is None:
        detail = answer.get("message") or answer.get("exception") or "an object without an output"
        raise _no_answer(f"the endpoint sent no answer: {detail}", raw)
    return _as_text(output)


def _from_rows(rows: list[Any], raw: str | bytes) -> str:
    if len(rows) != 1:
        raise _no_answer(f"the endpoint sent {len(rows)} answers to one row", raw)
    row = rows[0]
    if not isinstance(row, dict):
        return _as_text(row)
    if row.get("error"):
        raise _no_answer(f"the model reports {_error_text(row)}", raw)
    column = "0" if "0" in row else next(iter(row)) if len(row) == 1 else None
    if column is None or row[column] is None:
        raise _no_answer("the endpoint sent a row that holds no answer", raw)
    return _as_text(row[column])


def _error_text(answer: dict[str, Any]) -> str:
    error, exception = answer["error"], answer.get("exception")
    return f"{_as_text(error)} ({exception})" if exception else _as_text(error)


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _no_answer(what: str, raw: str | bytes) -> ScoringFailed:
    return ScoringFailed(
        what,
        where="scoring response",
        got=excerpt(raw, 300),
        expected=_SHAPES,
        remedy="Look into the deployment's log.",
    )
