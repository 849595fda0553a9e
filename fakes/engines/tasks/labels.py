"""Classification of texts and of tokens: the nearest examples vote, weighted by their similarity."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from fakes.engines.example import Example, Neighbour, Query
from fakes.engines.scores import Pair, classification_scores, entity_scores
from fakes.engines.scoring_input import chosen_columns, refuse, table, texts
from fakes.engines.tasks.task import Row, Task

UNTRAINED_LABEL = "LABEL_0"
"""The name that transformers gives the first class of a head that was never trained."""


class _Labels(Task):
    """What both label tasks share."""

    neighbours: ClassVar[int] = 5

    def fallback(self, answers: Sequence[str]) -> str:
        """The most frequent label, the first one learned on a tie."""
        return Counter(answers).most_common(1)[0][0]

    def reply(self, query: Query, neighbours: Sequence[Neighbour]) -> str:  # noqa: ARG002
        """The label with the largest sum of similarities, the nearest one on a tie."""
        votes: dict[str, float] = {}
        for neighbour in neighbours:
            votes[neighbour.answer] = votes.get(neighbour.answer, 0.0) + neighbour.similarity
        return max(votes, key=votes.__getitem__)

    def untrained(self, query: Query) -> str:  # noqa: ARG002
        """The first class of an untrained head."""
        return UNTRAINED_LABEL

    def loss(self, predicted: str, truth: str) -> float:
        """0-1 loss: the mean over examples is the error rate."""
        return float(predicted != truth)


@dataclass(frozen=True, slots=True)
class TextClassification(_Labels):
    """One label for one text or a pair of texts."""

    name: ClassVar[str] = "text-classification"

    sentences: tuple[str, ...] = ("input_string",)
    label: str = "label"

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, str]) -> TextClassification:
        """Read `sentence1_key`, `sentence2_key` (optional) and `label_key`."""
        keys = (parameters.get("sentence1_key"), parameters.get("sentence2_key"))
        return cls(tuple(filter(None, keys)) or ("input_string",), parameters.get("label_key") or "label")

    @property
    def columns(self) -> tuple[str, ...]:
        """The texts and the label."""
        return (*self.sentences, self.label)

    def examples(self, row: Row) -> tuple[Example, ...]:
        """The texts, joined, lead to the label."""
        return (Example((" ".join(str(row[name]) for name in self.sentences),), str(row[self.label])),)

    def items(self, data: Any) -> list[Any]:
        """One item a row."""
        return list(table(data))

    def queries(self, item: Any) -> tuple[Query, ...]:
        """The row's texts, joined."""
        return ((" ".join(texts(item, self.sentences)),),)

    def metrics(self, rows: Sequence[Sequence[Pair]]) -> Mapping[str, float]:
        """Accuracy, macro F1, precision and recall, and Matthews correlation."""
        return classification_scores([pair for row in rows for pair in row])


@dataclass(frozen=True, slots=True)
class TokenClassification(_Labels):
    """One tag a token; a token is known by its form and its neighbours."""

    name: ClassVar[str] = "token-classification"
    token_pattern: ClassVar[str] = r"\S+"

    tokens: str = "input_string"
    tags: str = "tags"

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, str]) -> TokenClassification:
        """Read `token_key` and `tag_key`."""
        return cls(parameters.get("token_key") or "input_string", parameters.get("tag_key") or "tags")

    @property
    def columns(self) -> tuple[str, ...]:
        """Lists of tokens and of tags."""
        return (self.tokens, self.tags)

    def keep(self, row: Row) -> bool:
        """Azure drops rows whose lists differ in length."""
        return len(_listed(row[self.tokens], self.tokens)) == len(_listed(row[self.tags], self.tags))

    def examples(self, row: Row) -> tuple[Example, ...]:
        """One example a token."""
        tags = map(str, _listed(row[self.tags], self.tags))
        described = _described([str(token) for token in _listed(row[self.tokens], self.tokens)])
        return tuple(Example(query, tag) for query, tag in zip(described, tags, strict=True))

    def items(self, data: Any) -> list[Any]:
        """One item a row."""
        return list(table(data))

    def queries(self, item: Any) -> tuple[Query, ...]:
        """The tokens of a text, cut at blanks as on Azure, or of a list."""
        value = item[chosen_columns(item, (self.tokens,))[0]]
        if isinstance(value, list) and all(isinstance(token, str) for token in value):
            return _described(value)
        if not isinstance(value, str):
            refuse(f"{self.tokens}: expected a text or a list of tokens, got {value!r}")
        return _described(value.split())

    def text(self, item: Any, replies: Sequence[str]) -> str:  # noqa: ARG002
        """A Python list of tags as text, as Azure's NER pipeline returns it (source)."""
        return str(list(replies))

    def metrics(self, rows: Sequence[Sequence[Pair]]) -> Mapping[str, float]:
        """Entity-level precision, recall and F1, and the accuracy of the tags."""
        return entity_scores([([guess for guess, _ in row], [truth for _, truth in row]) for row in rows])


def _listed(value: Any, column: str) -> Sequence[Any]:
    if isinstance(value, str):
        try:
            value = ast.literal_eval(value)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            raise ValueError(f"{column}: expected a list, got the text {value[:40]!r}") from None
    if not isinstance(value, list):
        raise ValueError(f"{column}: expected a list, got {type(value).__name__}")
    return value


def _described(tokens: Sequence[str]) -> tuple[Query, ...]:
    """One query a token: word, shape, ending and neighbours, each marked by what it is."""
    marked = ["<s>", *(token.lower() for token in tokens), "</s>"]
    features = (
        (f"w={marked[place]}", f"e={marked[place][-3:]}", f"s={_shape(token)}", f"p={before}", f"n={after}")
        for place, (token, before, after) in enumerate(zip(tokens, marked, marked[2:], strict=False), 1)
    )
    return tuple((" ".join(each),) for each in features)


def _shape(token: str) -> str:
    if token.isupper():
        return "upper"
    if token[:1].isupper():
        return "title"
    return "digit" if any(map(str.isdigit, token)) else "lower"
