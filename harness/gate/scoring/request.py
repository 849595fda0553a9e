"""What to score and how, and what came of it, as plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from harness.gate.evidence.records import Leakage, Scalar, Side
from harness.gate.heldout.reading import Duplicates
from harness.gate.scoring.measures import Choice
from harness.gate.scoring.posting import Target
from harness.gate.scoring.retrying import Patience

__all__ = ["DECODING", "Compared", "ScoreReport", "ScoreRequest", "Unwatched", "Watch"]

DECODING: Mapping[str, Scalar] = {"temperature": 0.0, "do_sample": False, "max_new_tokens": 512}
"""How answers are made when nobody says so: the likeliest words, and room for most references."""


class Compared(NamedTuple):
    """A deployment, as the evidence names it and as it is reached."""

    side: Side
    target: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRequest:
    """What to ask and to measure.

    choices: the metrics. limit: conversations from the file's beginning, None for all. rate: requests a second that may
    begin, None for no limit. caches: evidence of earlier comparisons whose answers stand. warmup: questions to each
    deployment that count for nothing. workers: processes that measure, 0 for none.
    """

    held_out: Path
    evidence: Path
    choices: tuple[Choice, ...]
    train: Path | None = None
    slices: tuple[str, ...] = ()
    duplicates: Duplicates = "refuse"
    decoding: Mapping[str, Scalar] = field(default_factory=lambda: dict(DECODING))
    repeats: int = 1
    limit: int | None = None
    concurrency: int = 8
    rate: float | None = None
    patience: Patience = field(default_factory=Patience)
    caches: tuple[Path, ...] = ()
    warmup: int = 4
    workers: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreReport:
    """What came of it. asked: answers of this run, by outcome. kept: answers that were there before it.

    leakage: None when no training rows were compared; nothing is asked when there are leaks. repeated: held-out rows
    that were left out. attempts: how often the asking has begun, over the life of the file.
    """

    evidence: Path
    conversations: int
    repeated: int
    leakage: Leakage | None
    asked: Mapping[str, Counter[str]]
    cached: int
    kept: int
    measured: int
    attempts: int

    @property
    def leaked(self) -> bool:
        """Whether the held-out file says nothing, since the model was trained on some of it."""
        return self.leakage is not None and bool(self.leakage.ids)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        leakage = self.leakage and {"exact": self.leakage.exact, "ngram13": self.leakage.ngram13}
        return {
            "evidence": str(self.evidence),
            "conversations": self.conversations,
            "repeated": self.repeated,
            "leakage": leakage,
            "asked": {role: dict(sorted(outcomes.items())) for role, outcomes in self.asked.items()},
            "cached": self.cached,
            "kept": self.kept,
            "measured": self.measured,
            "attempts": self.attempts,
        }


class Watch(Protocol):
    """Is told how the scoring goes on."""

    def began(self, what: str, total: int | None) -> None:
        """Something begins that has so many parts."""

    def moved(self, done: int, failed: int = 0) -> None:
        """So many parts are done by now, and so many of them failed."""


class Unwatched:
    """Tells nobody."""

    def began(self, what: str, total: int | None) -> None:
        """Something begins."""

    def moved(self, done: int, failed: int = 0) -> None:
        """Something has moved."""
