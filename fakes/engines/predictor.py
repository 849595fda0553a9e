"""A model that answers scoring requests: fine-tuned with its index, or a foundation model without one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from fakes.engines.example import Neighbour, Query
from fakes.engines.scoring_input import ScoringRequest, refuse
from fakes.engines.tasks.task import Task

_WORD = re.compile(r"\S+")


class Searchable(Protocol):
    """What a predictor needs of an index."""

    def search(self, query: Query, count: int) -> tuple[Neighbour, ...]:
        """The nearest examples, nearest first."""


@dataclass(frozen=True, slots=True)
class RetrievalPredictor:
    """A fine-tuned model; `fallback` is the reply where nothing learned shares a word with the query."""

    task: Task
    index: Searchable
    fallback: str | None

    def predict(self, input_data: Any, params: Mapping[str, Any]) -> list[dict[str, str]]:
        """One `{"0": text}` an item: a data frame without column names, as records (source)."""
        return [{"0": text} for text in answers(self.task, input_data, params, self._reply)]

    def _reply(self, query: Query) -> str:
        neighbours = self.index.search(query, self.task.neighbours)
        if neighbours:
            return self.task.reply(query, neighbours)
        return self.task.untrained(query) if self.fallback is None else self.fallback


@dataclass(frozen=True, slots=True)
class FoundationPredictor:
    """A registry model before fine-tuning. Its replies are stand-ins: fixed, generic and bad (inferred)."""

    task: Task

    def predict(self, input_data: Any, params: Mapping[str, Any]) -> Any:
        """Chat: `{"output": text}` for one conversation, as the vLLM container (source); others as above."""
        texts = answers(self.task, input_data, params, self.task.untrained)
        if self.task.name != "chat-completion":
            return [{"0": text} for text in texts]
        if len(texts) != 1:
            refuse(f"input_string: this model takes one conversation in a request, got {len(texts)}")
        return {"output": texts[0]}


class _Reply(Protocol):
    def __call__(self, query: Query, /) -> str: ...


def answers(task: Task, input_data: Any, params: Mapping[str, Any], reply: _Reply) -> list[str]:
    """The text that answers each item, cut to `max_new_tokens` words where the task generates."""
    request = ScoringRequest.read(input_data, params)
    limit = request.max_new_tokens() if task.generates else None
    return [
        task.text(item, [_cut(reply(query), limit) for query in queries])
        for item, queries in [(item, task.queries(item)) for item in task.items(request.data)]
    ]


def _cut(text: str, limit: int | None) -> str:
    if limit is None:
        return text
    ends = [word.end() for word in islice(_WORD.finditer(text), limit)]
    return text[: ends[-1]] if ends else text
