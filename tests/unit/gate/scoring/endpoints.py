"""Endpoints that answer as a test says: in memory, without a clock of their own."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from harness.gate.evidence.journal import read_records
from harness.gate.evidence.records import Answer, Record, Scores, Side
from harness.gate.scoring.measures import Choice
from harness.gate.scoring.posting import DEPLOYMENT_HEADER, Authorisation, Reply, Target
from harness.gate.scoring.request import Compared, ScoreRequest
from harness.gate.scoring.timing import Timing

ADDRESS = "https://chat.eastus.inference.ml.azure.com/score"
START = datetime(2026, 3, 1, tzinfo=timezone.utc)
METRICS = (Choice("rouge_l", "rouge_l"), Choice("exact_match", "exact_match"))


class Clock:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the start and all that was slept since."""
        return START + timedelta(seconds=sum(self.slept))

    def sleep(self, seconds: float) -> None:
        """Move on."""
        with self._lock:
            self.slept.append(seconds)

    @property
    def timing(self) -> Timing:
        """The clock as scoring takes it; every look at its seconds takes half a second."""
        ticks = iter(range(10**9))
        return Timing(self.now, self.sleep, lambda: next(ticks) / 2)


class Endpoint:
    """Remembers who was asked what, and lets `replies` answer: question and deployment in, Reply or exception out."""

    def __init__(self, replies: Callable[[str, str], Reply]) -> None:
        self._replies = replies
        self.asked: list[tuple[str, str]] = []

    def __call__(self, _address: str, headers: Mapping[str, str], body: bytes, _timeout_s: float) -> Reply:
        """Answer a request."""
        question = json.loads(body)["input_data"]["input_string"][0][-1]["content"]
        self.asked.append((headers[DEPLOYMENT_HEADER], question))
        return self._replies(question, headers[DEPLOYMENT_HEADER])


def said(text: str, **headers: str) -> Reply:
    """Return the reply of a container that answers."""
    return Reply(200, headers, json.dumps([{"0": text}]).encode())


def right(question: str, _deployment: str) -> Reply:
    """Answer a sum as the reference does."""
    number = int(question.split()[2])
    return said(f"{number} plus 1 makes {number + 1}.")


def compared(deployment: str, **given: Any) -> Compared:
    """Return a deployment of the endpoint."""
    side: dict[str, Any] = {"endpoint": "chat", "model": f"azureml:m:{deployment}", "version": "1", "digest": "0" * 64}
    target = Target(ADDRESS, deployment, Authorisation(lambda: SimpleNamespace(primary_key="k"), Clock().now))
    return Compared(Side(deployment=deployment, **{**side, **given}), target)


def request(held_out: Path, **given: Any) -> ScoreRequest:
    """Return what to score, one question at a time and without warm-up unless the test says so."""
    plain = {"evidence": held_out.parent / "e.jsonl", "choices": METRICS, "concurrency": 1, "warmup": 0, "workers": 0}
    return ScoreRequest(held_out=held_out, **{**plain, **given})


def recorded(path: Path, kind: type[Record]) -> Sequence[Any]:
    """Return the records of one kind."""
    return [record for record in read_records(path) if isinstance(record, kind)]


def content_of(path: Path) -> set[tuple[Any, ...]]:
    """Return what an evidence file says apart from timings, attempts and warm-ups."""
    answers = {
        (a.id, a.role, a.repeat, a.outcome, a.text, a.order, a.key) for a in recorded(path, Answer) if not a.warmup
    }
    scores = {(s.id, s.role, s.repeat, *sorted(s.values.items())) for s in recorded(path, Scores)}
    return answers | scores
