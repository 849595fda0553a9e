"""Chat completion: every assistant turn is learned as the answer to the turns before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

from fakes.engines.example import Example, Query
from fakes.engines.scores import token_f1
from fakes.engines.scoring_input import refuse
from fakes.engines.tasks.task import Row, Task, whole_number

GENERIC_REPLY = "I am a language model and I can help with many things. Could you tell me more about what you need?"


@dataclass(frozen=True, slots=True)
class ChatCompletion(Task):
    """Conversations in a `messages` column; `max_seq_length` words of each are read (-1: all)."""

    name: ClassVar[str] = "chat-completion"
    minimum_rows: ClassVar[int] = 10
    generates: ClassVar[bool] = True
    signature: ClassVar[str | None] = None

    max_seq_length: int = -1

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, str]) -> ChatCompletion:
        """Read the pipeline inputs that concern the data."""
        return cls(whole_number(parameters, "max_seq_length", -1))

    @property
    def columns(self) -> tuple[str, ...]:
        """Only the conversations."""
        return ("messages",)

    def keep(self, row: Row) -> bool:
        """Azure drops conversations of a single message."""
        return not isinstance(row["messages"], list) or len(row["messages"]) > 1

    def examples(self, row: Row) -> tuple[Example, ...]:
        """One example an assistant turn; its query is the system and user turns before it, oldest first."""
        asked: list[str] = []
        found: list[Example] = []
        for role, content in self._turns(row):
            if role == "assistant":
                if asked and content:
                    found.append(Example(tuple(asked), content))
            else:
                asked.append(content)
        return tuple(found)

    def items(self, data: Any) -> list[Any]:
        """Conversations: nested lists, one flat list, or the first column of a data frame in split form."""
        if isinstance(data, Mapping) and "data" in data:
            data = [row[0] if isinstance(row, list) and row else row for row in _rows(data["data"])]
        if not isinstance(data, list) or not data:
            refuse(f"input_data: expected a non-empty list of conversations, got {_kind(data)}")
        return [data] if isinstance(data[0], Mapping) else list(data)

    def queries(self, item: Any) -> tuple[Query, ...]:
        """The system and user turns; the rules are those of ChatCompletionPredictor (source), the words our own."""
        if not isinstance(item, list):
            refuse(f"conversation: expected a list of messages, got {_kind(item)}")
        if not item:
            refuse("conversation: expected at least one message, got none")
        turns = [_turn(message, place, refuse) for place, message in enumerate(item)]
        _check_order([role for role, _ in turns])
        return (tuple(content for role, content in turns if role != "assistant"),)

    def untrained(self, query: Query) -> str:  # noqa: ARG002
        """One polite sentence, whatever was asked."""
        return GENERIC_REPLY

    def loss(self, predicted: str, truth: str) -> float:
        """1 - F1 of the words of the reply against those of the true answer."""
        return 1.0 - token_f1(predicted, truth)

    def token_counts(self, row: Row) -> tuple[int, int]:
        """Words of the conversation and of its assistant turns; words stand for tokens."""
        counts = [(role, len(content.split())) for role, content in self._turns(row)]
        return sum(count for _, count in counts), sum(count for role, count in counts if role == "assistant")

    def _turns(self, row: Row) -> list[tuple[str, str]]:
        messages = row["messages"]
        if not isinstance(messages, list):
            raise ValueError(f"messages: expected a list of objects, got {_kind(messages)}")
        turns = [_turn(message, place, _malformed) for place, message in enumerate(messages)]
        return turns if self.max_seq_length < 0 else _truncated(turns, self.max_seq_length)


def _turn(message: Any, place: int, complain: Callable[[str], NoReturn]) -> tuple[str, str]:
    if not isinstance(message, Mapping):
        complain(f"messages[{place}]: expected an object with role and content, got {_kind(message)}")
    for key in ("role", "content"):
        if not isinstance(message.get(key), str):
            complain(f"messages[{place}].{key}: expected a string, got {_kind(message.get(key))}")
    return message["role"], message["content"].strip()


def _check_order(roles: Sequence[str]) -> None:
    """Refuse roles other than: perhaps system, then user and assistant in turn, user at the end."""
    if roles[-1] != "user":
        last = f"messages[{len(roles) - 1}].role"
        refuse(f"{last}: expected 'user' in the last message, got {roles[-1]!r}. End with the user's question.")
    expected = "system" if roles[0] == "system" else "user"
    for place, role in enumerate(roles):
        if role == "system" and expected != "system":
            refuse(f"messages[{place}].role: got 'system', expected it in messages[0] only. Move the message there.")
        if role != expected:
            refuse(f"messages[{place}].role: expected {expected!r}, got {role!r}. User and assistant take turns.")
        expected = "assistant" if role == "user" else "user"


def _malformed(message: str) -> NoReturn:
    raise ValueError(message)


def _truncated(turns: Sequence[tuple[str, str]], budget: int) -> list[tuple[str, str]]:
    kept = []
    for role, content in turns:
        tokens = content.split()
        kept.append((role, content if len(tokens) <= budget else " ".join(tokens[:budget])))
        budget = max(0, budget - len(tokens))
    return kept


def _rows(data: Any) -> list[Any]:
    return data if isinstance(data, list) else []


def _kind(value: Any) -> str:
    return "nothing" if value is None else type(value).__name__
