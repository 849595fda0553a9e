"""Comparisons made up for the tests: records as scoring writes them, evidence as a verdict takes it, policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.gate.evidence.paired import PairedEvidence, pair
from harness.gate.evidence.records import (
    ROLES,
    SAID,
    Answer,
    Attempt,
    Conversation,
    Header,
    HeldOut,
    Leakage,
    Measuring,
    MetricFacts,
    Record,
    Role,
    Scores,
    Side,
)
from harness.gate.policy import GatePolicy
from harness.gate.verdict.decide import decide
from harness.gate.verdict.verdict import RuleResult, Verdict

TODAY = date(2026, 7, 15)
SCORE = MetricFacts(signature="score 1", kind="continuous", direction="higher", worst=0.0, best=1.0)
PASS = MetricFacts(signature="pass 1", kind="binary", direction="higher", worst=0.0, best=1.0)
FAULT = MetricFacts(signature="fault 1", kind="continuous", direction="lower", worst=0.0, best=0.0)
OFF = {"off": ["error_rate", "latency_p95_ratio"]}

Values = Sequence[float] | npt.NDArray[np.float64]


def side(deployment: str, **parts: Any) -> Side:
    """Return a deployment of an endpoint that both sides share."""
    known = {"endpoint": "chat", "model": "azureml:m", "version": "1", "digest": f"digest of {deployment}"}
    return Side(**{"deployment": deployment, "instance_type": "A", "instance_count": 1, **known, **parts})


@dataclass
class Made:
    """A comparison: scores by metric, baseline's then candidate's, and what is unusual about it.

    first: conversations of the first attempt, without it half of them where a second look follows.
    failed: outcomes of the answers that failed, by role and row. again: the baseline's scores of a second repeat.
    """

    scores: Mapping[str, tuple[Values, Values]]
    facts: Mapping[str, MetricFacts] = field(default_factory=lambda: {"score": SCORE})
    failed: Mapping[tuple[Role, int], str] = field(default_factory=dict)
    again: Mapping[str, Values] | None = None
    slices: Sequence[Mapping[str, str]] | None = None
    ids: Sequence[str] | None = None
    latency: Mapping[Role, Values] | None = None
    header: Mapping[str, Any] = field(default_factory=dict)
    attempts: Sequence[str] = ("first",)
    first: int | None = None

    def __len__(self) -> int:
        return len(next(iter(self.scores.values()))[0])

    def records(self) -> Iterator[Record]:
        """Yield the lines of the evidence file."""
        n, repeats = len(self), 2 if self.again else 1
        parts = {"train_sha256": "t", "leakage": Leakage(exact=0, ngram13=0), "decoding": {}, "tools": {}}
        parts |= {"baseline": side("blue"), "candidate": side("green"), "repeats": repeats}
        parts["held_out"] = HeldOut(name="held out", sha256="h", conversations=n)
        yield Header(**{**parts, **self.header})
        for number, why in enumerate(self.attempts, 1):
            half = n // 2 if "second look" in self.attempts[number:] else n
            planned = half if self.first is None or number > 1 else self.first
            yield Attempt(number=number, started="2026-07-15T00:00:00Z", why=why, conversations=planned)  # type: ignore[arg-type]
        for row in range(n):
            slices = self.slices[row] if self.slices else {}
            yield Conversation(id=self.id(row), line=row + 1, slices=slices, messages=(), reference=None)
        yield from self._answers(repeats)
        yield Measuring(number=1, metrics=self.facts)
        yield from self._scores()

    def id(self, row: int) -> str:
        """Return the content id of a conversation."""
        return self.ids[row] if self.ids else f"{row:064x}"

    def _answers(self, repeats: int) -> Iterator[Answer]:
        order = 0
        for row in range(len(self)):
            for role in ROLES:
                for repeat in range(repeats):
                    order += 1
                    yield Answer(
                        id=self.id(row),
                        role=role,
                        repeat=repeat,
                        attempt=1,
                        outcome=self.failed.get((role, row), "answered"),  # type: ignore[arg-type]
                        text=f"{role} {row} {repeat}",
                        latency_s=float(self.latency[role][row]) if self.latency else 1.0,
                        prompt_tokens=10,
                        completion_tokens=20,
                        order=order,
                    )

    def _scores(self) -> Iterator[Scores]:
        for row in range(len(self)):
            for k, role in enumerate(ROLES):
                if self.failed.get((role, row), "answered") not in SAID:
                    continue
                values = {metric: float(both[k][row]) for metric, both in self.scores.items()}
                yield Scores(id=self.id(row), role=role, repeat=0, measuring=1, values=values)
                if self.again:
                    second = {metric: float(each[row]) for metric, each in self.again.items()} if k == 0 else values
                    yield Scores(id=self.id(row), role=role, repeat=1, measuring=1, values=second)

    def evidence(self) -> PairedEvidence:
        """Return what a verdict is made from."""
        return pair(self.records(), "e" * 64)

    def verdict(self, policy: GatePolicy | None = None, **given: Any) -> Verdict:
        """Return the verdict of a day in the tests."""
        return decide(self.evidence(), policy or policy_of(), **{"today": TODAY, "versions": {}, **given})


def policy_of(**tables: Any) -> GatePolicy:
    """Return a policy with one primary, `score`, and no limits of operation, unless `tables` say otherwise."""
    decision = {"resamples": 999, "min_conversations": 20, **tables.pop("decision", {})}
    defaults = {"primary": [{"metric": "score", "margin": 0.02}], "operations": OFF}
    return GatePolicy.model_validate({**defaults, **tables, "decision": decision})


def scores_of(n: int, difference: float = 0.0, sd: float = 0.1, seed: int = 0) -> tuple[Values, Values]:
    """Return scores of both models, of 0 to 1, whose differences have exactly this mean and scatter."""
    rng = np.random.Generator(np.random.PCG64(seed))
    noise = rng.normal(size=n)
    noise = (noise - noise.mean()) / noise.std(ddof=1) * sd + difference
    baseline = np.clip(0.5, np.maximum(0.0, -noise), np.minimum(1.0, 1.0 - noise))
    return baseline, baseline + noise


def passes_of(n: int, wins: int, losses: int) -> tuple[Values, Values]:
    """Return passes of both models: `wins` by the candidate alone, `losses` by the baseline alone."""
    baseline = np.array([0.0] * wins + [1.0] * (n - wins))
    candidate = np.array([1.0] * wins + [0.0] * losses + [1.0] * (n - wins - losses))
    return baseline, candidate


def rule(verdict: Verdict, name: str) -> RuleResult:
    """Return the rule of a name."""
    return next(each for each in verdict.rules if each.name == name)
