"""Runs a script in percent format cell by cell in one namespace, as a notebook's kernel does."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy

from fakes.emulator import Emulator

SCRIPTS = Path(__file__).parent / "scripts"
_CELL = "# %% "


class Notebook:
    """A user's code, which knows nothing of the emulator.

    The placeholders for a workspace are filled in, as Azure's own tests of its notebooks do. `changes` is what a
    user edits besides, text by text. `cell` is the title of the cell that ran last, `names` what the cells have
    defined, `printed` what each of them printed.
    """

    def __init__(self, script: str, azure: Emulator, changes: Mapping[str, str] = {}, *, seed: int = 1) -> None:
        self.path = SCRIPTS / f"{script}.py"
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.printed: dict[str, str] = {}
        self.cell = ""
        source = self.path.read_text(encoding="utf-8")
        for old, new in changes.items():
            if old not in source:
                raise ValueError(f"{self.path.name} does not contain {old!r}, which is to become {new!r}")
            source = source.replace(old, new)
        for placeholder, value in _workspace(azure).items():
            source = source.replace(placeholder, value)
        self._cells = list(_cells(source))
        self._seed = seed

    def run(self, until: str = "") -> dict[str, Any]:
        """Run what has not run yet, up to the cell titled `until`; return what all cells have defined."""
        numpy.random.seed(self._seed)  # notebooks draw their sample rows without a seed
        while self._cells and (not until or self.cell != until):
            self.cell, source = self._cells.pop(0)
            output = io.StringIO()
            with redirect_stdout(output), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what a later pandas will refuse is between it and the user
                try:
                    exec(compile(source, str(self.path), "exec"), self.names)
                finally:
                    self.printed[self.cell] = output.getvalue()
        return self.names


def _workspace(azure: Emulator) -> dict[str, str]:
    return {
        "<SUBSCRIPTION_ID>": azure.subscription_id,
        "<RESOURCE_GROUP>": azure.resource_group,
        "<WORKSPACE_NAME>": azure.workspace_name,
        "<AML_WORKSPACE_NAME>": azure.workspace_name,
    }


def _cells(source: str) -> Iterator[tuple[str, str]]:
    """Each cell with its title, padded so that a traceback names the line of the script."""
    parts = source.split(_CELL)
    line = parts[0].count("\n")
    for part in parts[1:]:
        title, _, code = part.partition("\n")
        line += 1
        yield title, "\n" * line + code
        line += code.count("\n")
