"""Scoring requests: what an online endpoint with a fine-tuned model takes, checked before it is sent.

Chat bodies nest the conversation, `"input_string": [[...]]`, as the published notebook does; serving
containers also take it flat. The other tasks send a data frame in its "split" form or a list of texts
(published notebooks).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from harness.errors import PayloadError, excerpt, nearest

__all__ = [
    "MAX_PAYLOAD_BYTES",
    "Message",
    "build_columns_payload",
    "build_payload",
    "build_texts_payload",
    "check_conversation",
    "cut_answer",
    "normalise_request",
]

Message = Mapping[str, str]

MAX_PAYLOAD_BYTES = 1_500_000
"""Largest request to a managed online endpoint: 1.5 MB (documented), read in the strictest sense."""

ROLES = ("system", "user", "assistant")


def cut_answer(messages: Sequence[Message]) -> tuple[list[Message], str | None]:
    """Split a row into what to ask and the answer to compare with; None when the user speaks last."""
    if messages and messages[-1].get("role") == "assistant":
        return list(messages[:-1]), messages[-1].get("content")
    return list(messages), None


def check_conversation(messages: Any) -> list[Message]:
    """Return `messages` when the model can answer them, else raise PayloadError naming the turn.

    The rules of the serving code (registry sources): an optional system turn first, then user and assistant
    in turn, the last one the user's; a turn without text cannot be answered.
    """
    if not isinstance(messages, Sequence) or isinstance(messages, str) or not messages:
        raise _refused("the conversation is no list of turns", messages, 'a list of {"role": ..., "content": ...}')
    for number, message in enumerate(messages, start=1):
        if not isinstance(message, Mapping) or not isinstance(message.get("content"), str):
            raise _refused(f"turn {number} is no message", message, '{"role": ..., "content": "<text>"}')
        if not message["content"].strip():
            raise _refused(f"turn {number} has no text", message, "some text")
        if message.get("role") not in ROLES:
            role = message.get("role")
            raise _refused(f"turn {number} has no such role", role, ", ".join(ROLES), nearest(str(role), ROLES))
    opening = 1 if messages[0]["role"] == "system" else 0
    for number, message in enumerate(messages[opening:]):
        expected = ("user", "assistant")[number % 2]
        if message["role"] != expected:
            what = f"turn {opening + number + 1} is out of order"
            raise _refused(what, message["role"], f"the {expected}'s turn")
    if messages[-1]["role"] != "user":
        raise _refused("nobody is asked anything", f"a last turn of the {messages[-1]['role']}", "one of the user")
    return list(messages)


def build_payload(messages: Sequence[Message], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body for a chat model: one conversation that ends with the user, and how to answer."""
    conversation = [dict(message) for message in check_conversation(messages)]
    return _within_limit({"input_data": {"input_string": [conversation], "parameters": dict(parameters)}, "params": {}})


def build_texts_payload(texts: Sequence[str], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body for a text-generation model: the texts to continue, and how."""
    return _within_limit({"input_data": {"input_string": list(texts), "parameters": dict(parameters)}, "params": {}})


def build_columns_payload(rows: Sequence[Mapping[str, Any]], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body for models that score a data frame: `rows` of the same columns, in "split" form."""
    columns = list(rows[0]) if rows else []
    data = [[row[column] for column in columns] for row in rows]
    frame = {"columns": columns, "index": list(range(len(rows))), "data": data}
    return _within_limit({"input_data": frame, "params": dict(parameters)})


def normalise_request(body: Any) -> list[Message]:
    """Return the one conversation in a chat body, nested or flat; PayloadError when there is none."""
    data = body.get("input_data") if isinstance(body, Mapping) else None
    if not isinstance(data, Mapping):
        got = ", ".join(map(str, body)) if isinstance(body, Mapping) else excerpt(body)
        raise _refused("the request has no input_data", got or "{}", '{"input_data": {"input_string": ...}}')
    turns = data.get("input_string")
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, list) for turn in turns):
        return check_conversation(turns)
    if len(turns) > 1:
        raise _refused("the request holds several conversations", f"{len(turns)}", "one")
    return check_conversation(turns[0])


def _within_limit(body: dict[str, Any]) -> dict[str, Any]:
    size = len(json.dumps(body))  # ASCII, so characters are bytes; the SDK sends exactly this encoding
    if size > MAX_PAYLOAD_BYTES:
        raise PayloadError(
            "the scoring request is larger than a managed online endpoint takes",
            where="scoring request",
            got=f"{size:,} bytes",
            expected=f"at most {MAX_PAYLOAD_BYTES:,} bytes (1.5 MB)",
            remedy="Send a shorter conversation, or fewer rows at once.",
        )
    return body


def _refused(what: str, got: object, expected: str, close: tuple[str, ...] = ()) -> PayloadError:
    shown = got if isinstance(got, str) else excerpt(got)
    return PayloadError(
        what,
        where="scoring request",
        got=shown,
        expected=expected,
        nearest=close,
        remedy="User and assistant must alternate, and the user speak last; score.seed takes another row.",
    )
