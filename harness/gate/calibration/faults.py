"""Faults to put into recorded answers: what a bad fine-tune does to some of them. Deterministic; no model is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

__all__ = ["FAULTS", "Fault"]

Fault = Callable[[Sequence[str], int], str]
"""Takes all answers and the number of one, and returns what takes its place."""

_REFUSAL = "I'm sorry, but I can't help with that request."
_LOOPS = 12
_TO_CYRILLIC = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "абцдефгхийклмнопярстуввьызАБЦДЕФГХИЙКЛМНОПЯРСТУВВЬЫЗ"
)


def _refused(answers: Sequence[str], number: int) -> str:  # noqa: ARG001 - all faults are called alike
    return _REFUSAL


def _truncated(answers: Sequence[str], number: int) -> str:
    """Keep the first third, as if the answer had been cut off."""
    answer = answers[number]
    return answer[: len(answer) // 3]


def _looping(answers: Sequence[str], number: int) -> str:
    """Repeat the first dozen words again and again."""
    return " ".join([" ".join(answers[number].split()[:12])] * _LOOPS)


def _swapped(answers: Sequence[str], number: int) -> str:
    """Answer another question: the one half of the set away, which is no neighbour of the same kind."""
    return answers[(number + max(1, len(answers) // 2)) % len(answers)]


def _broken_json(answers: Sequence[str], number: int) -> str:
    """Leave out what closes a JSON document; of another text, its last character."""
    answer = answers[number].rstrip()
    return (answer.rstrip("}]\"'` \n") or answer)[:-1]


def _other_script(answers: Sequence[str], number: int) -> str:
    """Write Latin letters as Cyrillic ones, as an answer in another language would be."""
    return answers[number].translate(_TO_CYRILLIC)


FAULTS: Mapping[str, Fault] = {
    "refusal": _refused,
    "truncation": _truncated,
    "loop": _looping,
    "swapped answer": _swapped,
    "broken JSON": _broken_json,
    "other script": _other_script,
}
