"""The task families, by the names that models and jobs use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from fakes.engines.tasks.answering import QuestionAnswering
from fakes.engines.tasks.chat import ChatCompletion
from fakes.engines.tasks.labels import TextClassification, TokenClassification
from fakes.engines.tasks.task import Task
from fakes.engines.tasks.texts import Summarization, TextGeneration, Translation

__all__ = ["TASKS", "Task", "task_by_name"]

TASKS: Mapping[str, Callable[[Mapping[str, str]], Task]] = MappingProxyType(
    {
        family.name: family.from_parameters
        for family in (
            ChatCompletion,
            QuestionAnswering,
            Summarization,
            TextClassification,
            TextGeneration,
            TokenClassification,
            Translation,
        )
    }
)


def task_by_name(name: str, parameters: Mapping[str, str]) -> Task:
    """The task family of that name, bound to a job's columns; ValueError names the known ones."""
    if name not in TASKS:
        raise ValueError(f"Unknown task {name!r}. Expected one of: {', '.join(TASKS)}.")
    return TASKS[name](parameters)
