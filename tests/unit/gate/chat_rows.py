"""Files of conversations, as held-out and training data are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

WORDS = [
    "the",
    "quick",
    "brown",
    "fox",
    "jumps",
    "over",
    "a",
    "lazy",
    "dog",
    "while",
    "seven",
    "grey",
    "cats",
    "sleep",
    "under",
    "old",
    "oak",
    "trees",
]


def turns(*contents: str) -> list[dict[str, str]]:
    """Return turns of the user and the assistant, one after the other."""
    return [{"role": ("user", "assistant")[number % 2], "content": text} for number, text in enumerate(contents)]


def row(*contents: str, **columns: Any) -> dict[str, Any]:
    """Return a row with a conversation, and other columns."""
    return {"messages": turns(*contents), **columns}


def sums(count: int) -> list[dict[str, Any]]:
    """Return rows that ask for sums; every third one is in German."""
    return [
        row(f"What is {n} plus 1?", f"{n} plus 1 makes {n + 1}.", language="en" if n % 3 else "de")
        for n in range(count)
    ]


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Write rows as JSON lines."""
    path.write_text("".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in rows), encoding="utf-8")
    return path
