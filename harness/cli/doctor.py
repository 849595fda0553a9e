"""`harness doctor`: choose the backend, look, tell what was found."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.padding import Padding
from rich.status import Status
from rich.table import Table
from rich.text import Text

from harness.backends import BackendChoice, Machine, choose_backend, open_backend
from harness.backends.live import look_around
from harness.cli.drawing import UNICODE, Symbols, symbols_for
from harness.cli.failures import as_error
from harness.cli.interrupts import INTERRUPTS
from harness.cli.outcome import Presentation
from harness.cli.request import RunRequest, find_samples, spec_for
from harness.cli.screen import Screen, screens
from harness.cli.telling import tell_refusal
from harness.doctor import Diagnosis, Finding, examine
from harness.errors import EnvironmentMissing
from harness.lifecycle.connect import new_run_id
from harness.lifecycle.waiting import RealClock
from harness.spec import LifecycleSpec

__all__ = ["RunRequest", "diagnose_and_show"]

_MARKS = {"warning": ("!", "yellow"), "unknown": ("?", "cyan")}
_LEFT_OUT = ("https://", "/subscriptions/", "azureml://")
"""How values begin that are too long for a reader, and stand in the document."""


def diagnose_and_show(request: RunRequest, presentation: Presentation) -> int:
    """Make the checks, tell what they found, and return the exit code."""
    out, errors = screens()
    try:
        INTERRUPTS.check()
        diagnosis, backend, calls = _diagnose(request, errors if presentation.as_json else out)
        if presentation.as_json:
            out.file.write(_document(diagnosis, backend, calls))
            out.file.flush()
        else:
            _show_verdict(diagnosis, out)
    except (Exception, KeyboardInterrupt) as error:
        return tell_refusal(as_error(error, errors), out, errors, as_json=presentation.as_json)
    return diagnosis.exit_code


def _diagnose(request: RunRequest, progress: Console) -> tuple[Diagnosis, str, int]:
    spec = spec_for(request, find_samples())
    choice, refusal = _choose(request, spec, look_around())
    with open_backend(choice) as surroundings, _listening(progress) as listener:
        diagnosis = examine(
            surroundings.settled(spec),
            environ=surroundings.environ,
            interactive=choice.interactive,
            run_id=new_run_id(RealClock().now(), "doctor"),
            clients=surroundings.clients,
            refusal=refusal,
            listener=listener,
            now=surroundings.clock.now,
        )
        return diagnosis, choice.name, surroundings.calls()


def _choose(
    request: RunRequest, spec: LifecycleSpec, machine: Machine
) -> tuple[BackendChoice, EnvironmentMissing | None]:
    """Return the backend, and why nobody can sign in to it: a run would be refused for it, and here it is a finding.

    That no workspace is named is found by the check of the workspace.
    """
    where = spec.workspace
    named = (where.subscription_id, where.resource_group, where.workspace_name)
    for workspace in (named, ("named",) * 3):
        try:
            return choose_backend(request.backend, machine, catalog=request.catalog, workspace=workspace), None
        except EnvironmentMissing as error:
            refusal = error
    return BackendChoice(request.backend, "to be looked at"), refusal


class _Telling:
    """Prints each finding as it is made. status: what is being checked, on a terminal."""

    def __init__(self, console: Console, status: Status | None) -> None:
        self._console, self._status = console, status

    def began(self, title: str) -> None:
        """Show what is being checked."""
        if self._status is not None:
            self._status.update(Text(title))

    def found(self, finding: Finding) -> None:
        """Print what was found."""
        _show_finding(finding, self._console)


@contextmanager
def _listening(console: Console) -> Iterator[_Telling]:
    if not console.is_terminal or console.is_dumb_terminal:
        yield _Telling(console, None)
        return
    spinner = "dots" if symbols_for(console.encoding) is UNICODE else "line"
    with Status("", console=console, spinner=spinner) as status:
        yield _Telling(console, status)


def _show_finding(finding: Finding, console: Console) -> None:
    """Print a line with the mark and what was found; below it why, and what to do."""
    symbols = symbols_for(console.encoding)
    line = Text.assemble(_mark(finding, symbols), " ", (finding.title, "bold"))
    unknown = finding.status == "unknown"
    what = f"{finding.what}, {finding.why}" if unknown else finding.what
    if what:
        line.append(f": {what}", "red" if finding.status == "problem" else "")
    console.print(line, soft_wrap=not console.is_terminal)
    told = f" {symbols.dot} ".join(f"{name}: {value}" for name, value in _short(finding))
    parts = {"": told, "why": "" if unknown else finding.why, "remedy": finding.remedy}
    given = {name: text for name, text in parts.items() if text}
    if console.is_terminal:
        _print_table(given, console)
        return
    for name, text in given.items():  # unbroken lines: a log is searched
        console.print(Text(f"  {f'{name:<8}' if name else ''}{text}"), soft_wrap=True)


def _print_table(parts: dict[str, str], console: Console) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, text in parts.items():
        if not name:
            console.print(Padding(Text(text, style="dim"), (0, 0, 0, 2), expand=False))
            continue
        table.add_row(f"  {name}", Text(text, style="bold" if name == "remedy" else ""))
    if table.row_count:
        console.print(table)


def _short(finding: Finding) -> Sequence[tuple[str, str]]:
    return [(name, value) for name, value in finding.facts.items() if not value.startswith(_LEFT_OUT)]


def _mark(finding: Finding, symbols: Symbols) -> Text:
    if finding.status in _MARKS:
        return Text(*_MARKS[finding.status])
    ok = finding.status == "ok"
    return Text(symbols.done if ok else symbols.failed, style="green" if ok else "bold red")


def _show_verdict(diagnosis: Diagnosis, console: Screen) -> None:
    problems, doubts = len(diagnosis.of("problem")), len(diagnosis.of("unknown"))
    unsure = f"; {_counted(doubts, 'check')} could not be made" if doubts else ""
    console.print()
    if problems:
        console.print(Text(f"A run would fail: {_counted(problems, 'problem')}{unsure}.", style="bold red"))
    else:
        console.print(Text(f"Nothing stands against a run{unsure}.", style="bold green"))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _document(diagnosis: Diagnosis, backend: str, calls: int) -> str:
    parts = {
        "would_succeed": diagnosis.would_succeed,
        "exit_code": diagnosis.exit_code,
        "backend": backend,
        "http_calls": calls,
        "findings": [finding.to_dict() for finding in diagnosis.findings],
    }
    return json.dumps(parts, ensure_ascii=False, indent=2) + "\n"
