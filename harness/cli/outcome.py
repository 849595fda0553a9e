"""What came of a command, and the document that says so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import HarnessError
from harness.lifecycle.report import LifecycleReport

__all__ = ["Outcome", "Presentation", "document", "refused"]


@dataclass(frozen=True, slots=True)
class Presentation:
    """How to show a run: as a JSON document or for a reader, with the steps' durations as bars or without."""

    as_json: bool = False
    timeline: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What there is to show. A run that was refused before its first step has an error and no folder."""

    report: LifecycleReport
    folder: Path | None = None
    backend: str = ""
    calls: int = 0

    @property
    def exit_code(self) -> int:
        """0, or what the error ends with."""
        return self.report.error.exit_code if self.report.error else 0


def refused(error: HarnessError) -> Outcome:
    """Return the outcome of what never began."""
    return Outcome(LifecycleReport(run_id="", spec={}, error=error))


def document(outcome: Outcome, problems: Sequence[HarnessError] = ()) -> str:
    """Return the report, and what only the command knows, as JSON; problems: what went wrong in telling it."""
    report = outcome.report.to_dict()
    parts = {
        **report,
        "warnings": [*report["warnings"], *map(str, problems)],
        "exit_code": outcome.exit_code or max((problem.exit_code for problem in problems), default=0),
        "backend": outcome.backend,
        "http_calls": outcome.calls,
        "folder": str(outcome.folder) if outcome.folder else None,
    }
    return json.dumps(parts, ensure_ascii=False, indent=2) + "\n"
