"""Runs a script in percent format cell by cell in one namespace, as a notebook's kernel does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).parent / "scripts"
_CELL = "# %% "


class Notebook:
    """A user's code that knows nothing of the emulator.

    script: its name in scripts/ without ".py"; changes: what a user edits before running it, text by text.
    `cell` is the title of the cell that ran last, `names` what the cells have defined.
    """

    def __init__(self, script: str, changes: Mapping[str, str] | None = None) -> None:
        self.path = SCRIPTS / f"{script}.py"
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.cell = ""
        self._source = self.path.read_text(encoding="utf-8")
        for old, new in (changes or {}).items():
            if old not in self._source:
                raise ValueError(f"{self.path.name} does not contain {old!r}, which is to become {new!r}")
            self._source = self._source.replace(old, new)

    def run(self) -> dict[str, Any]:
        """Run the cells from the one after the last that ran to the end; return what they defined."""
        for title, source in self._cells():
            self.cell = title
            exec(compile(source, str(self.path), "exec"), self.names)
        return self.names

    def _cells(self) -> Iterator[tuple[str, str]]:
        """Each cell with its title, padded so that a traceback names the line of the script."""
        parts = self._source.split(_CELL)
        line = parts[0].count("\n")
        for part in parts[1:]:
            title, _, source = part.partition("\n")
            line += 1
            yield title, "\n" * line + source
            line += source.count("\n")
