"""What became of a request: an answer, or which kind of failure. Pure: a recorded reply is read alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from harness.decide.answer import read_answer
from harness.errors import ScoringFailed, excerpt
from harness.gate.evidence.records import AnswerOutcome
from harness.gate.scoring.posting import Reply

__all__ = ["Found", "read_reply"]

_FILTERED = ("content_filter", "contentfilter", "responsibleaipolicyviolation", "content_safety")
_DETAIL = 200


@dataclass(frozen=True, slots=True)
class Found:
    """What a reply holds. detail: of a failure, in a few words; never what the model said."""

    outcome: AnswerOutcome
    text: str = ""
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    detail: str = ""


def read_reply(reply: Reply) -> Found:
    """Return what a reply is.

    Containers report some errors with status 200 (registry sources): what holds no answer is "unreadable". Why the
    model stopped, and how many tokens it took, only some servers say; without that nothing counts as truncated.
    """
    document = _parsed(reply.body)
    if reply.status != 200:
        filtered = any(word in _code(document) for word in _FILTERED)
        return Found("content_filter" if filtered else "http_error", detail=_refusal(reply))
    said: Mapping[str, Any] = document if isinstance(document, Mapping) else {}
    choice = _choice(said)
    found = _counted(said, choice)
    if found.finish_reason == "content_filter":
        return replace(found, outcome="content_filter", detail="the answer was filtered")
    try:
        text = _message(choice) if choice else read_answer(reply.body)
    except ScoringFailed as error:
        return replace(found, detail=excerpt(error.what, _DETAIL))
    if text is None:
        return replace(found, detail="a choice without a message")
    cut = found.finish_reason == "length"
    return replace(found, outcome="empty" if not text.strip() else "truncated" if cut else "answered", text=text)


def _counted(said: Mapping[str, Any], choice: Mapping[str, Any]) -> Found:
    """Return what is said about an answer, and no answer yet."""
    reason = choice.get("finish_reason") or said.get("finish_reason")
    usage = said.get("usage")
    counts: Mapping[str, Any] = usage if isinstance(usage, Mapping) else {}
    return Found(
        "unreadable",
        finish_reason=reason if isinstance(reason, str) else None,
        prompt_tokens=_count(counts, "prompt_tokens"),
        completion_tokens=_count(counts, "completion_tokens"),
    )


def _parsed(body: bytes) -> Any:
    """Return the JSON of a body, also where it is a JSON string that holds JSON; None for what is none."""
    try:
        value = json.loads(body)
        inner = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return None
    return inner


def _choice(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the one choice of an answer in the form of chat completions; nothing where it has another form."""
    choices = said.get("choices")
    if isinstance(choices, list) and len(choices) == 1 and isinstance(choices[0], Mapping):
        return choices[0]
    return {}


def _message(choice: Mapping[str, Any]) -> str | None:
    message = choice.get("message")
    text = message.get("content") if isinstance(message, Mapping) else None
    return text if isinstance(text, str) else None


def _count(usage: Mapping[str, Any], name: str) -> int | None:
    value = usage.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _code(document: Any) -> str:
    """Return the codes of an error body, in one word: it may nest them."""
    codes = []
    error = document.get("error") if isinstance(document, Mapping) else None
    while isinstance(error, Mapping):
        codes.append(str(error.get("code", "")))
        error = error.get("innererror")
    return " ".join(codes).casefold()


def _refusal(reply: Reply) -> str:
    """Return the status, and behind the gateway's 424 that of the container."""
    inner = reply.headers.get("ms-azureml-model-error-statuscode", "")
    return f"HTTP {reply.status}{f', the model said {inner}' if inner else ''}"
