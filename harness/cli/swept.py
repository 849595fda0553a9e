"""What a sweep came to: a table for people, a document for programs, an exit code for both."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.table import Table
from rich.text import Text

from harness.cli.drawing import Symbols, duration, symbols_for
from harness.cli.failures import show_error
from harness.cli.screen import Screen
from harness.errors import HarnessError, StepFailed
from harness.lifecycle.sweep import Outcome, Swept

__all__ = ["SweepResult", "show_sweep"]

_LINE = 1_000
_STYLES: dict[Outcome, str] = {"removed": "green", "refused": "bold red", "failed": "bold red", "to remove": "yellow"}
_SAID: dict[Outcome, str] = {
    "removed": "removed",
    "gone": "gone already",
    "kept": "kept",
    "waits": "not yet to be removed",
    "refused": "refused",
    "failed": "failed",
    "to remove": "to remove",
}


@dataclass(slots=True)
class SweepResult:
    """What has been swept so far. error: what stopped the sweep; None while nothing did."""

    ledger: Path
    dry_run: bool
    swept: list[Swept] = field(default_factory=list)
    error: HarnessError | None = None

    @property
    def left(self) -> list[Swept]:
        """What should have gone and has not, or may not have."""
        return [each for each in self.swept if each.is_left]

    @property
    def exit_code(self) -> int:
        """0 when nothing is left, 1 when something is, or what stopped the sweep says."""
        return self.error.exit_code if self.error is not None else int(bool(self.left))


def show_sweep(result: SweepResult, out: Screen, errors: Screen, *, as_json: bool) -> int:
    """Print the result and return its exit code; a reader that has gone changes nothing."""
    if result.error is None and result.left and not result.dry_run:
        result.error = _failure(result.left)
    with contextlib.suppress(OSError):
        if as_json:
            out.file.write(_document(result))
            out.file.flush()
        else:
            _print(result, out)
        if result.error is not None:
            show_error(result.error, errors)
    return result.exit_code


def _failure(left: list[Swept]) -> StepFailed:
    return StepFailed(
        f"not removed: {', '.join(f'{each.kind} {each.name}' for each in left)}",
        where="sweep",
        got="; ".join(dict.fromkeys(each.reason for each in left)),
        remedy="What bills goes on billing. See to the reasons and sweep again, or remove it by hand.",
    )


def _document(result: SweepResult) -> str:
    parts = {
        "succeeded": result.error is None and not result.left,
        "exit_code": result.exit_code,
        "dry_run": result.dry_run,
        "ledger": str(result.ledger),
        "swept": [asdict(each) for each in result.swept],
        "error": result.error.to_dict() if result.error is not None else None,
    }
    return json.dumps(parts, ensure_ascii=False, indent=2) + "\n"


def _print(result: SweepResult, out: Screen) -> None:
    if not out.is_terminal:  # a log is searched: no line is broken
        out = Screen(file=out.file, highlight=False, width=_LINE)
    if result.swept:
        out.print(_table(result.swept, symbols_for(out.encoding)))
    counted = Counter(each.outcome for each in result.swept)
    summary = ", ".join(f"{times} {_SAID[outcome]}" for outcome, times in counted.items())
    if not result.left and result.error is None:
        summary += f"{'. ' if summary else ''}Nothing is left that is to be removed"
    if summary:
        out.print(Text(f"{summary}."))
    if not result.ledger.is_dir() and (result.swept or result.error is None):
        out.print(Text(f"There is no ledger in {result.ledger}: what runs left was looked for by its tags."))


def _table(swept: list[Swept], symbols: Symbols) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("", "what", "run", "age", "bills", "outcome", "why"):
        table.add_column(name, no_wrap=name not in ("what", "why"), overflow="fold")
    marks = {"removed": symbols.done, "refused": symbols.failed, "failed": symbols.failed}
    for each in swept:
        style = _STYLES.get(each.outcome, "dim")
        table.add_row(
            Text(marks.get(each.outcome, symbols.skipped), style=style),
            f"{each.kind} {each.name}",
            each.run,
            duration(each.age_s) if each.age_s is not None and each.age_s >= 0 else "",
            "yes" if each.bills else "no",
            Text(each.outcome, style=style),
            Text(each.reason),
        )
    return table
