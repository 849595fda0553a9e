"""What a task family decides: columns, what is learned from a row, how a reply is made and judged."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from fakes.engines.example import Example, Neighbour, Query
from fakes.engines.scores import Pair

Row = Mapping[str, Any]
"""One line of a JSON-lines file."""

WORDS = r"(?u)\b\w+\b"


def whole_number(parameters: Mapping[str, str], name: str, default: int) -> int:
    """A pipeline input as a whole number; ValueError names it."""
    written = parameters.get(name)
    try:
        return int(written) if written else default
    except ValueError:
        raise ValueError(f"{name}: expected a whole number, got {written!r}") from None


class Task(ABC):
    """One task family, bound to the columns that a job names."""

    name: ClassVar[str]
    minimum_rows: ClassVar[int] = 50
    """Fewest training rows (azureml-acft-contrib-hf-nlp 0.0.91, source: 10 for generative tasks, else 50)."""
    neighbours: ClassVar[int] = 1
    probes: ClassVar[int] = 512
    """Most examples that losses and metrics are measured on."""
    token_pattern: ClassVar[str] = WORDS
    generates: ClassVar[bool] = False
    """Whether `max_new_tokens` cuts the reply."""
    signature: ClassVar[str | None] = '[{"name": "input_string", "type": "string"}]'
    """Inputs of the MLflow signature (same source); None where Azure writes no signature."""

    @property
    @abstractmethod
    def columns(self) -> tuple[str, ...]:
        """Columns that every row of the data needs."""

    @abstractmethod
    def examples(self, row: Row) -> tuple[Example, ...]:
        """What is learned from one row; ValueError says what is wrong (failing the job: inferred but for chat)."""

    @abstractmethod
    def queries(self, item: Any) -> tuple[Query, ...]:
        """The questions in one item of a scoring request; ScoringError says what is wrong with it."""

    @abstractmethod
    def items(self, data: Any) -> list[Any]:
        """The items of a scoring request's `input_data`; ScoringError where it has another shape."""

    @abstractmethod
    def untrained(self, query: Query) -> str:
        """The reply of a model that learned nothing: fixed, generic and bad (a stand-in, inferred)."""

    def keep(self, row: Row) -> bool:  # noqa: ARG002
        """Whether a row without nulls is used; the others are dropped silently, as on Azure."""
        return True

    def fallback(self, answers: Sequence[str]) -> str | None:  # noqa: ARG002
        """The reply where no learned example shares a word with the query; None: as if untrained."""
        return None

    def reply(self, query: Query, neighbours: Sequence[Neighbour]) -> str:  # noqa: ARG002
        """The reply that the nearest examples (at least one, nearest first) lead to."""
        return neighbours[0].answer

    def text(self, item: Any, replies: Sequence[str]) -> str:  # noqa: ARG002
        """The text that answers one item, from the replies to its queries."""
        return replies[0]

    @abstractmethod
    def loss(self, predicted: str, truth: str) -> float:
        """How wrong one reply is: 0 right, 1 as wrong as can be."""

    def metrics(self, rows: Sequence[Sequence[Pair]]) -> Mapping[str, float]:  # noqa: ARG002
        """What the trainer logs at an evaluation besides the loss, from (predicted, truth) of every row."""
        return {}

    def token_counts(self, row: Row) -> tuple[int, int] | None:  # noqa: ARG002
        """All tokens and assistant tokens of one row, where Azure counts them."""
        return None
