"""Extractive question answering: what stands around a learned answer is looked for in the context."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, ClassVar

from fakes.engines.example import Example, Neighbour, Query
from fakes.engines.scores import Pair, squad_scores, token_f1, words
from fakes.engines.scoring_input import refuse, table, texts
from fakes.engines.tasks.task import Row, Task, whole_number

_TOKEN = re.compile(r"\w+|[^\w\s]")
_REACH = 2
"""Tokens on each side of an answer that describe its place."""
_NEARBY = 8
"""Tokens on each side in which words of the question speak for a place."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What is learned of an answer: its text and the tokens around it."""

    text: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @classmethod
    def read(cls, written: str) -> _Place:
        text, before, after = json.loads(written)
        return cls(text, tuple(before), tuple(after))

    def write(self) -> str:
        return json.dumps([self.text, self.before, self.after])


@dataclass(frozen=True, slots=True)
class QuestionAnswering(Task):
    """Questions about a context, answered by a span of it, in SQuAD's layout."""

    name: ClassVar[str] = "question-answering"
    # Searching a context costs a hundred times a look-up, so losses are measured on fewer examples.
    probes: ClassVar[int] = 128
    signature: ClassVar[str | None] = '[{"name": "question", "type": "string"}, {"name": "context", "type": "string"}]'

    question: str = "question"
    context: str = "context"
    answers: str = "answers"
    start: str = "answer_start"
    span: str = "text"
    max_answer_tokens: int = 30

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, str]) -> QuestionAnswering:
        """Read the five keys and `max_answer_length_in_tokens`."""
        return cls(
            question=parameters.get("question_key") or "question",
            context=parameters.get("context_key") or "context",
            answers=parameters.get("answers_key") or "answers",
            start=parameters.get("answer_start_key") or "answer_start",
            span=parameters.get("answer_text_key") or "text",
            max_answer_tokens=whole_number(parameters, "max_answer_length_in_tokens", 30),
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """The outer columns; the answers' own are checked row by row."""
        return (self.question, self.context, self.answers)

    def examples(self, row: Row) -> tuple[Example, ...]:
        """Context and question lead to the first answer; a question without one leads to an empty answer."""
        answers = row[self.answers]
        if not isinstance(answers, Mapping) or not {self.start, self.span} <= set(answers):
            raise ValueError(f"{self.answers}: expected an object with {self.start} and {self.span}, got {answers!r}")
        starts, spans = _sequence(answers[self.start]), _sequence(answers[self.span])
        context = str(row[self.context])
        place = _place(context, int(starts[0]), str(spans[0])) if starts and spans else _Place("", (), ())
        return (Example((context, str(row[self.question])), place.write()),)

    def items(self, data: Any) -> list[Any]:
        """One question a row."""
        return list(table(data))

    def queries(self, item: Any) -> tuple[Query, ...]:
        """The context, then the question; unnamed columns are taken in that order, as Azure does (source)."""
        named = (self.context, self.question) if self.question in item else ("context", "question")
        found = texts(item, named)
        if len(found) < 2:
            refuse(f"input_data: expected columns {list(named)}, or two without names, got {list(item)}")
        return (found,)

    def untrained(self, query: Query) -> str:
        """The context's first word."""
        return next(iter(query[0].split()), "")

    def reply(self, query: Query, neighbours: Sequence[Neighbour]) -> str:
        """The span of the context that stands where the nearest learned answer stood in its own context."""
        context, question = query
        learned = _Place.read(neighbours[0].answer)
        if not learned.text:
            return ""
        tokens = list(_TOKEN.finditer(context))
        length = min(max(1, len(_TOKEN.findall(learned.text))), self.max_answer_tokens, max(1, len(tokens)))
        asked = set(words(question))
        lowered = [token.group().lower() for token in tokens]
        best, score = (0, 0), float("-inf")
        for size in sorted({length, max(1, length - 1), min(length + 1, self.max_answer_tokens)}):
            for first in range(len(tokens) - size + 1):
                merit = _merit(lowered, first, size, learned, asked) - abs(size - length)
                if merit > score:
                    best, score = (tokens[first].start(), tokens[first + size - 1].end()), merit
        return context[slice(*best)]

    def loss(self, predicted: str, truth: str) -> float:
        """1 - F1 of the words of the span against those of the true answer."""
        return 1.0 - token_f1(predicted, _Place.read(truth).text)

    def metrics(self, rows: Sequence[Sequence[Pair]]) -> Mapping[str, float]:
        """SQuAD's exact match and F1, mean over the rows."""
        scores = [squad_scores(guess, _Place.read(truth).text) for row in rows for guess, truth in row]
        return {key: fmean(score[key] for score in scores) for key in scores[0]}


def _sequence(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def _place(context: str, start: int, text: str) -> _Place:
    before = [token.lower() for token in _TOKEN.findall(context[:start])]
    after = [token.lower() for token in _TOKEN.findall(context[start + len(text) :])]
    return _Place(text, tuple(before[-_REACH:]), tuple(after[:_REACH]))


def _merit(tokens: Sequence[str], first: int, size: int, learned: _Place, asked: set[str]) -> float:
    """How well a span fits: tokens around it as learned, words of the question near but not inside."""
    end = first + size
    around = len(set(tokens[max(0, first - _REACH) : first]) & set(learned.before))
    around += len(set(tokens[end : end + _REACH]) & set(learned.after))
    near = len(asked.intersection(tokens[max(0, first - _NEARBY) : end + _NEARBY]))
    inside = sum(token in asked or not token.isalnum() for token in tokens[first:end])
    return 2.0 * around + near - 3.0 * inside
