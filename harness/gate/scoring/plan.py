"""In which order questions are asked: the two models in turn, so that what drifts meets both alike."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from harness.decide.payload import build_payload
from harness.gate.evidence.records import ROLES, Conversation, Role, Scalar, Side

__all__ = ["Question", "body_of", "cache_key", "planned"]


class Question(NamedTuple):
    """One request to make. order: its place among all, from 0. repeat: from 0."""

    order: int
    conversation: Conversation
    role: Role
    repeat: int


def planned(conversations: Iterable[Conversation], repeats: int, start: int = 0) -> Iterator[Question]:
    """Yield all questions: baseline, candidate, candidate, baseline (ABBA), and so on, repeats of one side by side.

    The place of a question depends on its conversation's place in the file and on nothing that happens. start: the
    place of the first conversation.
    """
    for place, conversation in enumerate(conversations, start):
        for repeat in range(repeats):
            pair = place * repeats + repeat
            for first, role in enumerate(ROLES if pair % 2 == 0 else ROLES[::-1]):
                yield Question(2 * pair + first, conversation, role, repeat)


def body_of(conversation: Conversation, decoding: Mapping[str, Scalar]) -> bytes:
    """Return the request for a conversation; PayloadError when the endpoint would refuse it."""
    turns = [{"role": message.role, "content": message.content} for message in conversation.messages]
    return json.dumps(build_payload(turns, decoding)).encode("ascii")


def cache_key(side: Side, body: bytes, repeat: int) -> str:
    """Return what two answers must share to stand for each other: all that could make them differ."""
    parts: list[Any] = [side.model, side.version, side.digest, side.endpoint, side.deployment, side.environment, repeat]
    return hashlib.sha256(json.dumps(parts).encode() + b"\n" + body).hexdigest()
