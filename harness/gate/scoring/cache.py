"""Answers of earlier comparisons: evidence files are the cache, so there is none that could say anything else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.errors import UsageError
from harness.gate.evidence.journal import read_records
from harness.gate.evidence.records import Answer, from_line

__all__ = ["Cache"]

_KEPT = ("answered", "empty", "truncated", "content_filter")
"""What the model says of a question; that a line broke it says of that moment only."""


class Cache:
    """Finds an answer by its key in evidence files. In memory is where each is, 16 bytes of its key and two numbers.

    Raises UsageError for a file that is the one being written, DataError for one that is no evidence.
    """

    def __init__(self, files: Sequence[Path] = (), *, beside: Path | None = None) -> None:
        self._files = tuple(files)
        self._places: dict[bytes, tuple[int, int]] = {}
        for number, path in enumerate(self._files):
            if beside is not None and path.resolve() == beside.resolve():
                raise _own_file(path)
            self._index(number, path)

    def find(self, key: str) -> Answer | None:
        """Return the recorded answer, None when there is none."""
        place = self._places.get(_short(key))
        if place is None:
            return None
        with self._files[place[0]].open("rb") as file:
            file.seek(place[1])
            found = from_line(file.readline(), str(self._files[place[0]]))
        return found if isinstance(found, Answer) and found.key == key else None

    def _index(self, number: int, path: Path) -> None:
        next(read_records(path))  # the file is there, and is evidence
        offset = 0
        with path.open("rb") as file:
            for line in file:
                if line.startswith(b'{"kind":"answer"') and line.endswith(b"\n"):
                    answer = from_line(line, f"{path}, byte {offset}")
                    fits = isinstance(answer, Answer) and not answer.warmup and answer.outcome in _KEPT
                    if fits and isinstance(answer, Answer) and answer.key:
                        self._places.setdefault(_short(answer.key), (number, offset))
                offset += len(line)


def _short(key: str) -> bytes:
    return bytes.fromhex(key[:32])


def _own_file(path: Path) -> UsageError:
    return UsageError(
        "the evidence cannot be its own cache",
        where="--cache",
        got=str(path),
        expected="evidence of an earlier comparison",
        remedy="Leave the option out: what the file holds already is not asked again anyway.",
    )
