"""Faults to put into recorded answers: what a bad fine-tune does to some of them. Deterministic; no model is asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from harness.gate.metrics.script import language_of

__all__ = ["FAULTS", "Fault", "faults_for"]

Fault = Callable[[Sequence[str], int], str]
"""Takes all answers and the number of one, and returns what takes its place."""

_REFUSAL = "I'm sorry, but I can't help with that request."
_SPANISH = "Esta es la respuesta que se da en otro idioma, y no en el de la pregunta que le ha hecho el usuario."
_GERMAN = "Das ist die Antwort in einer anderen Sprache und nicht in der, in der die Frage gestellt worden ist."
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


def _other_language(answers: Sequence[str], number: int) -> str:
    """Answer in Spanish, and in German where that is the language already."""
    return _GERMAN if language_of(answers[number]) == "es" else _SPANISH


FAULTS: Mapping[str, Fault] = {
    "refusal": _refused,
    "truncation": _truncated,
    "loop": _looping,
    "swapped answer": _swapped,
    "broken JSON": _broken_json,
    "other script": _other_script,
    "other language": _other_language,
}


def faults_for(answers: Sequence[str]) -> Mapping[str, Fault]:
    """Return the faults that these answers can have: JSON can only be broken where most of them are JSON."""
    documents = sum(map(_is_document, answers))
    return {name: fault for name, fault in FAULTS.items() if fault is not _broken_json or 2 * documents > len(answers)}


def _is_document(answer: str) -> bool:
    try:
        return isinstance(json.loads(answer), dict | list)
    except (ValueError, RecursionError):
        return False
