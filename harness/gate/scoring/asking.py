"""The asking: a few questions in flight at a time, each answer into the evidence, nothing kept in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, cycle, islice
from typing import Any

from harness.errors import ScoringFailed
from harness.gate.evidence.records import ROLES, Answer, Conversation, Header, Role
from harness.gate.scoring.cache import Cache
from harness.gate.scoring.plan import Question, body_of, cache_key, planned
from harness.gate.scoring.posting import Post, Target
from harness.gate.scoring.retrying import Patience, ask
from harness.gate.scoring.standing import Standing
from harness.gate.scoring.timing import Pace, Timing
from harness.gate.scoring.writing import Writer

__all__ = ["Asker", "ask_all", "ask_missing", "warm_up"]

_LOOK_S = 0.1
"""How often the main thread looks for a signal, in seconds."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Makes an answer of a question."""

    header: Header
    targets: Mapping[Role, Target]
    post: Post
    patience: Patience
    pace: Pace
    timing: Timing
    cache: Cache
    attempt: int

    def __call__(self, question: Question, *, warmup: bool = False) -> Answer:
        """Return the answer, of the cache if it has one; failures are answers too, with their outcome."""
        body = body_of(question.conversation, self.header.decoding)
        key = cache_key(self.header.side(question.role), body, question.repeat)
        place: dict[str, Any] = {
            "id": question.conversation.id,
            "role": question.role,
            "repeat": question.repeat,
            "attempt": self.attempt,
            "order": question.order,
            "key": key,
        }
        known = None if warmup else self.cache.find(key)
        if known is not None:
            return replace(known, **place, cached=True, latency_s=None)
        asked = ask(self.post, self.targets[question.role], body, self.patience, self.pace, self.timing)
        return Answer(
            **place,
            outcome=asked.found.outcome,
            status=asked.status,
            text=asked.found.text,
            finish_reason=asked.found.finish_reason,
            latency_s=asked.latency_s,
            prompt_tokens=asked.found.prompt_tokens,
            completion_tokens=asked.found.completion_tokens,
            warmup=warmup,
            tries=asked.tries,
            detail=asked.found.detail,
        )


def ask_missing(
    rows: Iterator[Conversation],
    standing: Standing,
    asker: Asker,
    writer: Writer,
    *,
    in_flight: int,
    warmup: int,
    start: int = 0,
) -> None:
    """Warm both deployments up with the first conversations, then ask what is missing, in the order of the plan.

    start: the place of the first conversation in the held-out file.
    """
    repeats = asker.header.repeats
    first = list(islice(rows, max(1, warmup)))
    with writer:
        if warmup:
            warm_up(islice(planned(cycle(first), 1), len(ROLES) * warmup), asker, writer, in_flight)
        questions = planned(chain(first, rows), repeats, start)
        ask_all(_missing(questions, standing, repeats, writer), asker, writer, in_flight)


def _missing(questions: Iterator[Question], standing: Standing, repeats: int, writer: Writer) -> Iterator[Question]:
    """Yield the questions without an answer; a conversation that is new to the file is written before its first."""
    for question in questions:
        if question.conversation.id not in standing.asked:
            standing.asked[question.conversation.id] = 0
            writer.put(question.conversation)
        if not standing.holds(question, repeats):
            yield question


def ask_all(questions: Iterator[Question], asker: Callable[[Question], Answer], writer: Writer, in_flight: int) -> None:
    """Ask everything with `in_flight` threads, which take the questions in their order.

    A conversation is written before its first answer. The first exception of any thread ends all of them, and so does a
    signal in the main thread; questions in flight are then lost, and asked again the next time.
    """
    lock, stop = threading.Lock(), threading.Event()
    failures: list[BaseException] = []

    def take() -> Question | None:
        with lock:
            return None if stop.is_set() else next(questions, None)

    def work() -> None:
        try:
            while (question := take()) is not None:
                answer = asker(question)
                if not stop.is_set():
                    writer.put(answer)
        except BaseException as error:
            failures.append(error)
            stop.set()

    threads = [threading.Thread(target=work, name=f"asking-{number}", daemon=True) for number in range(in_flight)]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            while thread.is_alive() and not failures:
                thread.join(_LOOK_S)
    finally:
        stop.set()
    if failures:
        raise failures[0]


def warm_up(questions: Iterator[Question], asker: Asker, writer: Writer, in_flight: int) -> None:
    """Ask questions whose answers count for nothing; ScoringFailed when a deployment answers none of them.

    Connections are opened and models loaded by then; a wrong key or name shows before a night has gone.
    """
    answers: list[Answer] = []

    def ask_one(question: Question) -> Answer:
        answer = asker(question, warmup=True)
        answers.append(answer)
        return answer

    ask_all(questions, ask_one, writer, in_flight)
    for role, target in asker.targets.items():
        mine = [answer for answer in answers if answer.role == role]
        if mine and all(answer.outcome in ("http_error", "connection_error", "unreadable") for answer in mine):
            raise ScoringFailed(
                f"the {role} answers nothing",
                where=f"deployment {target.deployment} at {target.address}",
                got=mine[0].detail,
                expected="an answer to a conversation of the held-out file",
                remedy="Look into the deployment's log, and at the scoring request of the first conversation.",
            )
