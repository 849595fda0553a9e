"""Seeded evidence to report on: conversations of two scripts, and a candidate that is as good or bad as asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from harness.gate.evidence.loading import load_evidence
from harness.gate.evidence.records import (
    ROLES,
    Answer,
    Attempt,
    Conversation,
    Header,
    HeldOut,
    Leakage,
    Measuring,
    Message,
    MetricFacts,
    Record,
    Role,
    Scores,
    Side,
    to_line,
)
from harness.gate.policy import GatePolicy
from harness.gate.report.facts import ErrorRate, ReportFacts, gather
from harness.gate.verdict.decide import decide

POLICY: Mapping[str, Any] = {
    "decision": {"resamples": 999, "min_conversations": 20},
    "primary": [{"metric": "chrf", "margin": 0.02}, {"metric": "rouge_l", "margin": 0.02}],
    "guardrail": [{"metric": "length_ratio"}, {"metric": "over_refusal", "kind": "binary"}, {"metric": "repetition"}],
    "hard": [{"metric": "template_leakage"}, {"metric": "new_secrets"}],
    "slice": [{"by": "language", "min_conversations": 60}],
    "operations": {"latency_p95_s": 4.0},
}

WAIVED: Mapping[str, Any] = {
    "primary": [{"metric": "chrf", "margin": 0.2}],
    "hard": [{"metric": "template_leakage"}],
    "waiver": [
        {
            "id": "W-1",
            "metric": "template_leakage",
            "model_digest": hashlib.sha256(b"12").hexdigest(),
            "largest_delta": 1.0,
            "owner": "a",
            "author": "a",
            "approver": "b",
            "reason": "known",
            "granted": date(2026, 3, 2),
            "expires": date(2026, 3, 2),
        }
    ],
}
"""One that waives the fault of a candidate."""

_FACTS = {
    "chrf": ("continuous", "higher", 0.0, 1.0),
    "rouge_l": ("continuous", "higher", 0.0, 1.0),
    "length_ratio": ("continuous", "lower", 1.0, 0.0),
    "over_refusal": ("binary", "lower", 1.0, 0.0),
    "repetition": ("continuous", "lower", 1.0, 0.0),
    "template_leakage": ("continuous", "lower", 0.0, 0.0),
    "new_secrets": ("continuous", "lower", 0.0, 0.0),
}
_LANGUAGES = (("en", 0.55), ("de", 0.25), ("ar", 0.14), ("he", 0.06))
_ASKED = {
    "en": (
        "How do I keep basil alive on a windowsill through the winter?",
        "Light and warmth: six hours of sun, no draught, and water only when the soil is dry.",
    ),
    "de": (
        "Wie lagere ich Kartoffeln richtig, damit sie nicht keimen?",
        "Dunkel, trocken und bei vier bis acht Grad, nicht neben Zwiebeln.",
    ),
    "ar": ("كيف أحافظ على النباتات في الشتاء؟", "ضع النبات قرب نافذة مشمسة، واسقه عندما تجف التربة فقط."),
    "he": ("איך שומרים על עציץ בחורף?", "מקום שטוף שמש, בלי רוח פרצים, והשקיה רק כשהאדמה יבשה."),
}
POISON = "</script></style><script>alert(1)</script><img src=x onerror=alert(2)>\" onload='x' & \x07\u202e ]]> | `md`"
"""Text that means something else in every format that it may end up in."""


@dataclass(frozen=True, slots=True)
class Case:
    """What evidence shows. shift: of the candidate's text metrics. fail: share of its answers that time out.

    failed_baseline: so do all of the baseline's. fault: one answer of the candidate shows its template. poison: every
    text and name means something else in other formats. long: characters that each answer has besides.
    """

    n: int = 300
    shift: float = 0.0
    seed: int = 7
    fail: float = 0.0
    failed_baseline: bool = False
    fault: bool = False
    poison: bool = False
    long: int = 0

    @property
    def extra(self) -> str:
        """What stands in every text."""
        return POISON if self.poison else ""


def report_facts(
    n: int = 300, shift: float = 0.0, *, policy: Mapping[str, Any] = POLICY, **options: Any
) -> ReportFacts:
    """Return what there is to report; options: of a Case, and note, rates and held_out of the report."""
    told = {name: options.pop(name) for name in ("note", "rates", "held_out") if name in options}
    checked = GatePolicy.model_validate(policy)
    with TemporaryDirectory() as folder:
        path = write_evidence(Path(folder) / "evidence.jsonl", Case(n, shift, **options))
        evidence = load_evidence(path)
        verdict = decide(evidence, checked, today=date(2026, 3, 2))
        return gather(verdict, checked, evidence, path, **told)


def write_evidence(path: Path, case: Case) -> Path:
    """Write an evidence file and return its path."""
    path.write_text("".join(f"{to_line(record)}\n" for record in records(case)), encoding="utf-8")
    return path


def records(case: Case) -> Iterator[Record]:
    """Yield the records of an evidence file."""
    chance = np.random.default_rng(case.seed)
    yield _header(case)
    yield Attempt(number=1, started="2026-03-01T08:00:00+00:00", why="first", conversations=case.n)
    yield Measuring(number=1, metrics={name: _facts(name) for name in _FACTS})
    names, shares = zip(*_LANGUAGES, strict=True)
    for number in range(case.n):
        language = str(chance.choice(names, p=shares))
        each = hashlib.sha256(f"{case.seed} {number}".encode()).hexdigest()
        yield _conversation(each, number, language, case.extra)
        same = chance.random() < 0.45
        level = float(chance.beta(6, 3))
        for place, role in enumerate(ROLES):
            if role == "candidate" and not same:
                level = float(np.clip(level + chance.normal(case.shift / 0.55, 0.12), 0, 1))
            failed = case.failed_baseline if role == "baseline" else chance.random() < case.fail
            text = f"{_ASKED[language][1]} {'' if same else f'({role[0]}{number})'} {'x' * case.long}{case.extra}"
            yield _answer(each, role, 2 * number + place, "" if failed else text.strip(), chance)
            yield _scores(each, role, _values(level, chance))
        if case.fault and number == 0:
            yield _scores(each, "candidate", {"template_leakage": 1.0})


def _answer(each: str, role: Role, order: int, text: str, chance: np.random.Generator) -> Answer:
    return Answer(
        id=each,
        role=role,
        repeat=0,
        attempt=1,
        outcome="answered" if text else "timeout",
        text=text,
        latency_s=round(float(chance.lognormal(0.1 + 0.05 * ROLES.index(role), 0.45)), 4),
        prompt_tokens=40,
        completion_tokens=int(60 + 20 * chance.random()),
        order=order,
    )


def _values(level: float, chance: np.random.Generator) -> dict[str, float]:
    return {
        "chrf": level,
        "rouge_l": float(np.clip(level + chance.normal(0, 0.03), 0, 1)),
        "length_ratio": float(min(1, abs(chance.normal(0, 0.1)))),
        "over_refusal": float(chance.random() < 0.02),
        "repetition": float(chance.beta(1, 12)),
        "template_leakage": 0.0,
        "new_secrets": 0.0,
    }


def _scores(each: str, role: Role, values: Mapping[str, float]) -> Scores:
    return Scores(id=each, role=role, repeat=0, measuring=1, values=values)


def _conversation(each: str, number: int, language: str, extra: str) -> Conversation:
    question, reference = _ASKED[language]
    turns = (
        Message(role=f"system{extra}", content="You answer briefly."),
        Message(role="user", content=f"{question} {extra}"),
    )
    slices = {"language": language, "topic": f"{'kitchen' if number % 3 else 'garden'}{extra}"}
    return Conversation(
        id=each, line=number + 1, slices=slices, messages=turns, reference=f"{reference} {extra}".strip()
    )


def _facts(name: str) -> MetricFacts:
    kind, direction, worst, best = _FACTS[name]
    return MetricFacts(signature=f"{name}|v1", kind=kind, direction=direction, worst=worst, best=best)  # type: ignore[arg-type]


def _header(case: Case) -> Header:
    return Header(
        held_out=HeldOut(name=f"held-out{case.extra}.jsonl", sha256="a" * 64, conversations=case.n),
        train_sha256="b" * 64,
        leakage=Leakage(exact=0, ngram13=0),
        baseline=_side("blue", "11", case.extra),
        candidate=_side("green", "12", case.extra),
        decoding={"temperature": 0.0, "max_new_tokens": 200},
        concurrency=8,
        retries=2,
        tools={"azure-ai-ml": "1.31.0", "sacrebleu": "2.6.0"},
    )


def _side(deployment: str, version: str, extra: str) -> Side:
    return Side(
        endpoint=f"chat{extra}",
        deployment=deployment,
        model=f"phi-3-mini-support{extra}",
        version=version,
        digest=hashlib.sha256(version.encode()).hexdigest(),
        instance_type="Standard_NC24ads_A100_v4",
        instance_count=1,
    )


RATES = (
    ErrorRate("alike", 0.88, 0.044, 0.076, 431, 20_000, GatePolicy.model_validate(POLICY).digest),
    ErrorRate("worse by the margin", 0.043, 0.81, 0.147, 465, 20_000, GatePolicy.model_validate(POLICY).digest),
)
"""Rates to look at; nobody measured them."""
