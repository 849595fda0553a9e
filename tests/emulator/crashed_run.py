"""A run that dies where it is: nobody cleans up, and its ledger is all that is left of it."""

from __future__ import annotations

import os
import platform
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from deployable import client_of
from lifecycle_spec import small_spec

from fakes.emulator import Emulator
from harness.ledger import CreatedResource
from harness.ledger.reading import read_ledgers
from harness.lifecycle.ledgers import make_ledger
from harness.lifecycle.run import run_lifecycle
from harness.lifecycle.sweep import Rules, Sweep, Swept
from harness.lifecycle.watching import Silent, Watcher

RUN = "1715342400-ab12"
ENDPOINT = "ultrachat-comple-1715342400-ab12"
JOB = "finetune-1715342400-ab12"
AT_ONCE = Rules(settle=timedelta())


class Dies(Silent):
    """Ends the run when a step begins."""

    def __init__(self, moment: str) -> None:
        self.moment = moment

    def started(self, step: str, title: str) -> None:
        """Die when it is time."""
        super().started(step, title)
        if self.moment == f"started {step}":
            raise KeyboardInterrupt


def crash(azure: Emulator, folder: Path, moment: str, run_id: str = RUN, **keys: str) -> None:
    """Run the small lifecycle until a `moment`, and leave everything as it is then.

    Moments are "started score", or "created job": just before the ledger would say that the job was created.
    """
    spec = small_spec(folder / "rows", **keys)
    ledger = make_ledger(spec, run_id, azure.clock, folder=folder / "ledger", backend="emulator")
    around = {"clock": azure.clock, "environ": os.environ, "interactive": False, "studio": False}

    def line_or_death(state: str, resource: CreatedResource) -> dict[str, object]:
        if moment == f"{state} {resource.kind}":
            raise KeyboardInterrupt
        return line(state, resource)

    line = ledger._line
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ledger, "_line", line_or_death)
        patched.setattr("harness.lifecycle.run.end_run", lambda *_, **__: True)
        run_lifecycle(spec, folder=folder / "run", watch=Dies(moment), run_id=run_id, ledger=ledger, **around)


def sweep(
    azure: Emulator, folder: Path | None, rules: Rules = AT_ONCE, watch: Watcher | None = None, **given: Any
) -> list[Swept]:
    """Sweep the first workspace by the ledgers below a folder, and by tags; given: what else of the ledgers is so."""
    records, _ = read_ledgers(folder / "ledger", platform.node()) if folder is not None else ([], [])
    records = [replace(record, **given) for record in records]
    return list(Sweep(client_of(azure), records, rules, clock=azure.clock, watch=watch or Silent()).run())


def told(swept: list[Swept]) -> list[tuple[str, str]]:
    """What was swept, and what became of it."""
    return [(each.kind, each.outcome) for each in swept]
