"""The lines of an evidence file, each one JSON object with its `kind` first.

A file begins with one header. Attempts, conversations, answers, measurings and scores follow in the order in which they
came about; nothing is ever changed or removed. The evidence knows no policy: it outlives it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from harness.errors import DataError, excerpt

__all__ = [
    "ROLES",
    "SAID",
    "SCHEMA",
    "Answer",
    "AnswerOutcome",
    "Attempt",
    "Conversation",
    "Header",
    "HeldOut",
    "Leakage",
    "Measuring",
    "Message",
    "MetricFacts",
    "Record",
    "Role",
    "Scalar",
    "Scores",
    "Side",
    "from_line",
    "to_line",
]

SCHEMA: Literal[1] = 1
"""Version of the file format; a file of another one is refused."""

Role = Literal["baseline", "candidate"]
ROLES: tuple[Role, Role] = ("baseline", "candidate")

AnswerOutcome = Literal[
    "answered", "timeout", "connection_error", "http_error", "content_filter", "empty", "truncated", "unreadable"
]
"""How a request ended after its retries. Only "answered", and "truncated" where a policy says so, is an answer."""

SAID: tuple[AnswerOutcome, ...] = ("answered", "truncated", "empty")
"""Outcomes with which the model said something, though it be nothing: these answers are measured."""

Scalar = str | int | float | bool | None
_Value = Annotated[float, Field(ge=-1e9, le=1e9)]
"""A score. No metric needs more, and squares of these can be added up."""

_Count = Annotated[int, Field(ge=0)]
_Ordinal = Annotated[int, Field(ge=1)]
_STRICT = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A deployment that was asked. model: its asset id. digest: sha256 of the model's files; a verdict binds to it."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    endpoint: str
    deployment: str
    model: str
    version: str
    digest: str
    environment: str = ""
    instance_type: str = ""
    instance_count: _Count = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """The held-out file: its name, its sha256, and how many conversations it holds."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    name: str
    sha256: str
    conversations: _Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Leakage:
    """Held-out conversations that the training data hold: exact in full, ngram13 half of their runs of 13 tokens."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    exact: _Count
    ngram13: _Count
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the whole file is about. train_sha256 and leakage are None when no training data were compared.

    decoding: the parameters of every request. repeats: answers to each conversation. retries: requests after the first
    that one answer may take. concurrency: requests in flight. tools: versions of what asked.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    kind: Literal["header"] = "header"
    schema: Literal[1] = SCHEMA
    held_out: HeldOut
    train_sha256: str | None
    leakage: Leakage | None
    baseline: Side
    candidate: Side
    decoding: Mapping[str, Scalar]
    repeats: _Ordinal = 1
    retries: _Count = 0
    concurrency: _Ordinal = 1
    tools: Mapping[str, str]

    def side(self, role: Role) -> Side:
        """Return the deployment of a role."""
        return self.baseline if role == "baseline" else self.candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A start of the asking, counted so that nobody reruns until it fits. started: ISO 8601, from the clock passed in.

    conversations: how many the file shall hold when the attempt is through. A "second look" has more than the first.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    kind: Literal["attempt"] = "attempt"
    number: _Ordinal
    started: str
    why: Literal["first", "resumed", "second look"]
    conversations: _Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    role: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What was asked. id: sha256 of the canonical turns. line: in the held-out file, from 1. reference: or None."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    kind: Literal["conversation"] = "conversation"
    id: str
    line: _Ordinal
    slices: Mapping[str, str]
    messages: tuple[Message, ...]
    reference: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one request, its retries included. latency_s: seconds of the last try; tries: how many there were.

    order: the request's place in the order of asking, over both roles. key: of the cache. A cached answer and a warm-up
    never feed latency, and a warm-up feeds nothing.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    kind: Literal["answer"] = "answer"
    id: str
    role: Role
    repeat: _Count
    attempt: _Ordinal
    outcome: AnswerOutcome
    status: int | None = None
    text: str = ""
    finish_reason: str | None = None
    latency_s: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    prompt_tokens: _Count | None = None
    completion_tokens: _Count | None = None
    cached: bool = False
    warmup: bool = False
    order: _Count
    key: str = ""
    tries: _Ordinal = 1
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricFacts:
    """What a verdict must know of a metric. signature: how it was computed; equal signatures, comparable scores.

    worst and best: the ends of its range, which a failed answer and a worst case are given. direction: which is better.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    signature: str
    kind: Literal["binary", "continuous"]
    direction: Literal["higher", "lower"]
    worst: _Value
    best: _Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring:
    """A pass over the answers that measures them; the scores that refer to its number follow it."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    kind: Literal["measuring"] = "measuring"
    number: _Ordinal
    metrics: Mapping[str, MetricFacts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The values of one answer, by metric. A later measuring of the same metric takes the place of an earlier one."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    kind: Literal["scores"] = "scores"
    id: str
    role: Role
    repeat: _Count
    measuring: _Ordinal
    values: Mapping[str, _Value]


Record = Header | Attempt | Conversation | Answer | Measuring | Scores

_RECORD: TypeAdapter[Record] = TypeAdapter(Annotated[Record, Field(discriminator="kind")])
_REMEDY = "An evidence file is written by `harness gate score` and never edited; score again into a new file."


def to_line(record: Record) -> str:
    """Return a record as the one line that stands for it, without its end; the same record, the same line.

    Half a surrogate pair, which a model can answer and UTF-8 cannot hold, becomes a question mark.
    """
    line = json.dumps(asdict(record), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return line.encode("utf-8", "replace").decode("utf-8")


def from_line(line: str | bytes, where: str) -> Record:
    """Return the record of a line; DataError, with `where`, when it is none."""
    try:
        return _RECORD.validate_json(line)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in detail["loc"][1:])
        text = line.decode("utf-8", "replace") if isinstance(line, bytes) else line
        raise DataError(
            f"not a line of evidence: {key + ': ' if key else ''}{_said(detail['msg'], detail['input'])}",
            where=where,
            got=excerpt(detail["input"] if key else text),
            expected="a record as the evidence format has it",
            remedy=_REMEDY,
        ) from None


def _said(message: str, value: object) -> str:
    """Return what is wrong with a value; of one that is no number it would be that it is too large."""
    finite = not isinstance(value, float) or math.isfinite(value)
    return message if finite else "Input should be a finite number"
