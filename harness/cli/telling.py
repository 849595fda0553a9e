"""Telling what came of a command: in report.json, on stdout and stderr, and by the exit code."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable

from rich.text import Text

from harness.backends.select import OFFLINE_BACKENDS
from harness.cli.failures import show_error
from harness.cli.outcome import Outcome, Presentation, document
from harness.cli.screen import Screen
from harness.cli.summary import closing_line, show_summary
from harness.errors import EnvironmentMissing, HarnessError

__all__ = ["REPORT_FILE", "tell", "tell_refusal"]

REPORT_FILE = "report.json"


def tell(outcome: Outcome, presentation: Presentation, out: Screen, errors: Screen) -> int:
    """Tell everything in every place that takes it, and return the exit code; nothing is raised.

    What cannot be told in one place is no reason not to tell it in the others. It makes a run that went well end as
    one that lacks something; a reader that has gone lacks nothing.
    """
    problems: list[HarnessError] = []
    _attempt(lambda: _keep(outcome), _unkept, problems)
    _attempt(lambda: _print(outcome, presentation, out, problems), _unprinted(outcome), problems)
    with contextlib.suppress(OSError):
        if len(problems) > 1:  # neither place took it
            errors.file.write(document(outcome, problems))
        for error in (outcome.report.error, *problems):
            if error is not None:
                show_error(error, errors)
        errors.file.flush()
    return outcome.exit_code or max((problem.exit_code for problem in problems), default=0)


def tell_refusal(error: HarnessError, out: Screen, errors: Screen, *, as_json: bool) -> int:
    """Tell why a command other than a run did nothing, and return the exit code; nothing is raised.

    The document says no more than that: what else a command's has depends on the command.
    """
    refusal = {"succeeded": False, "exit_code": error.exit_code, "error": error.to_dict()}
    problems: list[HarnessError] = []
    if as_json:
        _attempt(lambda: _write(out, f"{json.dumps(refusal, ensure_ascii=False, indent=2)}\n"), _not_printed, problems)
    with contextlib.suppress(OSError):
        for each in (error, *problems):
            show_error(each, errors)
        errors.file.flush()
    return error.exit_code


def _attempt(
    action: Callable[[], None], explain: Callable[[OSError], HarnessError], problems: list[HarnessError]
) -> None:
    try:
        action()
    except BrokenPipeError:
        return
    except OSError as error:
        problems.append(explain(error))


def _keep(outcome: Outcome) -> None:
    if outcome.folder is not None:
        (outcome.folder / REPORT_FILE).write_text(document(outcome), encoding="utf-8")


def _print(outcome: Outcome, presentation: Presentation, out: Screen, problems: list[HarnessError]) -> None:
    if presentation.as_json:
        _write(out, document(outcome, problems))
    elif outcome.folder is not None:
        virtual = outcome.backend in OFFLINE_BACKENDS
        show_summary(outcome.report, out, timeline=presentation.timeline, virtual=virtual)
        out.print(Text(closing_line(outcome.report, outcome.folder, outcome.calls)))


def _write(out: Screen, text: str) -> None:
    out.file.write(text)
    out.file.flush()


def _unkept(error: OSError) -> EnvironmentMissing:
    return EnvironmentMissing(
        "the report cannot be written to its file",
        where=str(error.filename or REPORT_FILE),
        got=error.strerror or type(error).__name__,
        expected="a file that can be written, with enough space",
        remedy="What it holds is printed; make room, or name another folder with --folder, before the next run.",
    )


def _unprinted(outcome: Outcome) -> Callable[[OSError], EnvironmentMissing]:
    kept = f"The whole report is in {outcome.folder / REPORT_FILE}. " if outcome.folder else ""
    return lambda error: _not_printed(error, kept)


def _not_printed(error: OSError, kept: str = "") -> EnvironmentMissing:
    return EnvironmentMissing(
        "what came of it cannot be printed",
        where="stdout",
        got=error.strerror or type(error).__name__,
        expected="a stream that takes it",
        remedy=f"{kept}Send stdout to a place with enough space.",
    )
