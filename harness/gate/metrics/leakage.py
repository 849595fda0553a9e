"""Template leakage: what a chat template puts around turns, or a system prompt, that shows in an answer."""

from __future__ import annotations

import re

from harness.gate.metrics.metric import Metric, Sample, digest_of, signed
from harness.gate.metrics.tokens import TOKENS_VERSION, tokens

__all__ = ["leaks", "template"]

_MARKERS = (
    r"<\|[a-z0-9_]{1,40}\|>",  # Phi, ChatML, Llama 3, Qwen
    r"<\uff5c[^<>\uff5c]{1,40}\uff5c>",  # DeepSeek
    r"\[/?INST\]",  # Llama 2, Mistral
    r"<</?SYS>>",
    r"\[/?(?:AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|SYSTEM_PROMPT)\]",
    r"</?(?:start|end)_of_turn>",  # Gemma
    r"<(?:bos|eos|pad|unk)>",
    r"\A\s*<s>|</s>\s*\Z",  # inside a text they are HTML
    r"^###\s*(?:Human|User|Assistant|System|Instruction|Response)\s*:",  # Alpaca, Vicuna
)
_TAG = re.compile(r"^\s*(user|human|assistant)\s*:", re.IGNORECASE | re.MULTILINE)
_MARKER = re.compile("|".join(_MARKERS), re.IGNORECASE | re.MULTILINE)
_ECHO = 20
"""Tokens of a system prompt, said again one after the other, that are its echo; all of it, when it is shorter."""


def template() -> Metric:
    """Return how many pieces of a template an answer shows that neither the prompt nor the reference holds."""
    signature = signed("template", 1, markers=digest_of(_MARKERS), echo=_ECHO, tokens=TOKENS_VERSION)
    return Metric("template", _count, "lower", 0.0, float("inf"), 0.0, "count", signature)


def leaks(sample: Sample) -> list[str]:
    """Return what leaked, for messages: the markers, "role tags", "system prompt"."""
    given = sample.given
    known = {found.group().strip().casefold() for found in _MARKER.finditer(given)}
    found = [match.group().strip() for match in _MARKER.finditer(sample.answer)]
    new = [marker for marker in found if marker.casefold() not in known and marker.casefold() not in given.casefold()]
    if _plays_both_parts(sample.answer) and not _TAG.search(given):
        new.append("role tags")
    if _echoes(sample):
        new.append("system prompt")
    return new


def _count(sample: Sample) -> float:
    return float(len(leaks(sample)))


def _plays_both_parts(answer: str) -> bool:
    """Tell whether a model goes on with the user's next turn and its own; one tag alone may be a heading."""
    tags = {found.group(1).lower().replace("human", "user") for found in _TAG.finditer(answer)}
    return tags == {"user", "assistant"}


def _echoes(sample: Sample) -> bool:
    system = [turn["content"] for turn in sample.prompt if turn["role"] == "system"]
    rule = tokens(system[0]) if system else []
    length = min(_ECHO, len(rule))
    if length < 5:
        return False
    said = _windows(tokens(sample.answer), length) & _windows(rule, length)
    elsewhere = [turn["content"] for turn in sample.prompt if turn["role"] != "system"]
    for text in (*elsewhere, sample.reference) if said else ():
        said -= _windows(tokens(text), length)
    return bool(said)


def _windows(said: list[str], length: int) -> set[tuple[str, ...]]:
    return {tuple(said[start : start + length]) for start in range(len(said) - length + 1)}
