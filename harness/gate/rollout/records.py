"""The lines of a promotion's journal, each one JSON object with its `kind` first.

An endpoint has one journal. A promotion begins, enters rungs (said before anything is done), sees requests, passes
rungs (said after it was read back), and ends as promoted or undone. Nothing is ever changed or removed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from harness.errors import DataError, excerpt

__all__ = [
    "SCHEMA",
    "Began",
    "Entered",
    "Observed",
    "Passed",
    "Promoted",
    "Record",
    "Retired",
    "Stream",
    "Undoing",
    "Undone",
    "Why",
    "from_line",
    "to_line",
]

SCHEMA: Literal[1] = 1
"""Version of the file format; a file of another one is refused."""

Stream = Literal["endpoint", "candidate", "baseline"]
"""Who was asked: the endpoint, whose traffic decides who answers, or a deployment by its name."""

Why = Literal["harm", "inconclusive", "failed", "interrupted", "asked"]
"""Why the saved traffic is put back: requests showed harm, or too little; a step failed; a signal; somebody asks."""

_STRICT = ConfigDict(extra="forbid", strict=True)
_Shares = Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """A promotion. live, mirror: the traffic before it, which undoing puts back. at: ISO 8601, of the clock passed in.

    baseline, candidate: deployments. digest: of the candidate's model. expires: the last day of the verdict.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    kind: Literal["began"] = "began"
    schema: Literal[1] = SCHEMA
    promotion: str
    at: str
    endpoint: str
    baseline: str
    candidate: str
    model: str
    version: str
    digest: str
    verdict: str
    evidence_sha256: str
    policy_sha256: str
    expires: str
    live: _Shares
    mirror: _Shares
    rungs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """The intent to stand on a rung; a second one of the same rung resumes it."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    kind: Literal["entered"] = "entered"
    at: str
    rung: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What came of one request on a rung. answered_by: the deployment that the reply names, "" where it names none."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    kind: Literal["observed"] = "observed"
    rung: str
    stream: Stream
    failed: bool
    outcome: str
    latency_s: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    answered_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A rung holds; facts: what showed it, for people."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    kind: Literal["passed"] = "passed"
    at: str
    rung: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promoted:
    """The top: all traffic is the candidate's, and nothing is left to do but what a person asks for."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    kind: Literal["promoted"] = "promoted"
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """The intent to put the saved traffic back. rung: where it began, "" after the top."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    kind: Literal["undoing"] = "undoing"
    at: str
    why: Why
    rung: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """The saved traffic was read back."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    kind: Literal["undone"] = "undone"
    at: str
    live: _Shares
    mirror: _Shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Retired:
    """Deployments that were in service before are deleted; there is no way back any more."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    kind: Literal["retired"] = "retired"
    at: str
    deployments: tuple[str, ...]


Record = Began | Entered | Observed | Passed | Promoted | Undoing | Undone | Retired

_RECORD: TypeAdapter[Record] = TypeAdapter(Annotated[Record, Field(discriminator="kind")])


def to_line(record: Record) -> str:
    """Return a record as the one line that stands for it, without its end."""
    return json.dumps(asdict(record), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def from_line(line: bytes, where: str) -> Record:
    """Return the record of a line; DataError, with `where`, when it is none."""
    try:
        return _RECORD.validate_json(line)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        raise DataError(
            f"not a line of a promotion's journal: {detail['msg']}",
            where=where,
            got=excerpt(line.decode("utf-8", "replace")),
            expected="a record as `harness gate promote` writes it",
            remedy="A journal is never edited; without it, `harness gate rollback` goes by the endpoint's own tags.",
        ) from None
