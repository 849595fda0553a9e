"""Markdown of GitHub's kind: text that stays text, tables, and a limit in bytes that whole lines are kept to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

__all__ = ["code", "escaped", "fitted", "size", "table"]

_LONGEST = 400
_PUNCTUATION = re.compile(r"[\\`*_{}\[\]()<>#+!|~$&]|(?<=\w)://")
_MENTION = re.compile(r"@(?=\w)")
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_CUT = "\n\n*Cut here: {} more lines. The whole of it is in report.html and verdict.json.*\n"


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is: on one line, no tag, no link and no mention, cut where it is long."""
    shown = _PUNCTUATION.sub(lambda found: "".join(f"\\{sign}" for sign in found.group()), _one_line(text))
    return _MENTION.sub("@\N{WORD JOINER}", shown)


def code(text: str) -> str:
    """Return text as code, also in a table."""
    shown = _one_line(text).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    edge = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{edge}{shown}{edge}{fence}" if shown else ""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table, of cells that are Markdown already."""
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def size(text: str) -> int:
    """Return the bytes that a text takes in a file."""
    return len(text.encode("utf-8", "replace"))


def fitted(lines: Iterable[str], limit: int) -> str:
    """Return as many whole lines as so many bytes take; where some are left out it says how many.

    "" where not even that has room.
    """
    every = list(lines)
    whole = "".join(f"{line}\n" for line in every)
    if size(whole) <= limit:
        return whole
    left = limit - size(_CUT.format(len(every)))
    kept = 0
    while kept < len(every) and left >= size(every[kept]) + 1:
        left -= size(every[kept]) + 1
        kept += 1
    cut = "".join(f"{line}\n" for line in every[:kept]) + _CUT.format(len(every) - kept)
    return cut if size(cut) <= limit else ""


def _one_line(text: str) -> str:
    line = _INVISIBLE.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}\N{HORIZONTAL ELLIPSIS}"
