"""Seeded evidence to report on: conversations of two scripts, and a candidate that is as good or bad as asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
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


def report_facts(
    n: int = 300, shift: float = 0.0, *, policy: Mapping[str, Any] = POLICY, **options: Any
) -> ReportFacts:
    """Return what there is to report on `n` conversations; shift: of the candidate's text metrics.

    options: of `records`, and note and rates of the report.
    """
    told = {name: options.pop(name) for name in ("note", "rates", "held_out") if name in options}
    checked = GatePolicy.model_validate(policy)
    with TemporaryDirectory() as folder:
        path = write_evidence(Path(folder) / "evidence.jsonl", n, shift, **options)
        evidence = load_evidence(path)
        verdict = decide(evidence, checked, today=date(2026, 3, 2))
        return gather(verdict, checked, evidence, path, **told)


def write_evidence(path: Path, n: int, shift: float, **options: Any) -> Path:
    """Write an evidence file and return its path; options: of `records`."""
    path.write_text("".join(f"{to_line(record)}\n" for record in records(n, shift, **options)), encoding="utf-8")
    return path


def records(
    n: int, shift: float, *, seed: int = 7, fail: float = 0.0, fault: bool = False, poison: bool = False, long: int = 0
) -> Iterator[Record]:
    """Yield the records of an evidence file.

    fail: share of the candidate's answers that time out. fault: one answer of the candidate shows its template.
    poison: every text and name means something else in other formats. long: characters of each answer besides.
    """
    chance = np.random.default_rng(seed)
    yield _header(n, POISON if poison else "")
    yield Attempt(number=1, started="2026-03-01T08:00:00+00:00", why="first", conversations=n)
    yield Measuring(number=1, metrics={name: _facts(name) for name in _FACTS})
    for number in range(n):
        language = str(chance.choice([name for name, _ in _LANGUAGES], p=[share for _, share in _LANGUAGES]))
        each = hashlib.sha256(f"{seed} {number}".encode()).hexdigest()
        extra = POISON if poison else ""
        yield _conversation(each, number, language, extra)
        yield from _answers(each, number, language, chance, shift, fail, "x" * long + extra)
        if fault and number == 0:
            yield _scores(each, "candidate", {"template_leakage": 1.0})


def _answers(
    each: str, number: int, language: str, chance: np.random.Generator, shift: float, fail: float, extra: str
) -> Iterator[Record]:
    same = chance.random() < 0.45
    level, noise = chance.beta(6, 3), 0.0 if same else chance.normal(shift / 0.55, 0.12)
    for place, role in enumerate(ROLES):
        level = float(np.clip(level + (noise if role == "candidate" else 0.0), 0, 1))
        slow = float(chance.lognormal(0.1 + 0.05 * place, 0.45))
        failed = role == "candidate" and chance.random() < fail
        text = f"{_ASKED[language][1]} {'' if same else f'({role[0]}{number})'} {extra}".strip()
        yield Answer(
            id=each,
            role=role,
            repeat=0,
            attempt=1,
            outcome="timeout" if failed else "answered",
            text="" if failed else text,
            latency_s=round(slow, 4),
            prompt_tokens=40,
            completion_tokens=int(60 + 20 * chance.random()),
            order=2 * number + place,
        )
        values = {"chrf": level, "rouge_l": float(np.clip(level + chance.normal(0, 0.03), 0, 1))}
        values |= {
            "length_ratio": float(min(1, abs(chance.normal(0, 0.1)))),
            "over_refusal": float(chance.random() < 0.02),
        }
        values |= {"repetition": float(chance.beta(1, 12)), "template_leakage": 0.0, "new_secrets": 0.0}
        yield _scores(each, role, values)


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


def _header(n: int, extra: str) -> Header:
    return Header(
        held_out=HeldOut(name=f"held-out{extra}.jsonl", sha256="a" * 64, conversations=n),
        train_sha256="b" * 64,
        leakage=Leakage(exact=0, ngram13=0),
        baseline=_side("blue", "11", extra),
        candidate=_side("green", "12", extra),
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
    ErrorRate("alike", 0.88, 0.044, 0.076, 431, 20_000),
    ErrorRate("worse by the margin", 0.043, 0.81, 0.147, 465, 20_000),
)
"""Rates to look at; nobody measured them."""
