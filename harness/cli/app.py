"""`harness`: commands, options and exit codes. Imports nothing that takes long: `--help` answers at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from enum import Enum
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.amounts import amount_given
from harness.cli.cassettes import cassettes
from harness.cli.durations import duration_given
from harness.cli.emulator import emulator
from harness.cli.gate import gate
from harness.cli.outcome import Presentation
from harness.cli.paces import Pace
from harness.errors import EnvironmentMissing, UsageError, nearest

if TYPE_CHECKING:
    from harness.cli.request import RunRequest

__all__ = ["asked"]

app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(cassettes, name="cassettes")
app.add_typer(emulator, name="emulator")
app.add_typer(gate, name="gate")

Command = Callable[[], int]
"""Carries a command out and returns the exit code."""

_Misused: type[Any] = typer.BadParameter.__mro__[1]
"""What typer raises for wrong use: click's UsageError, which some versions of typer bring under another name."""

_NUMBERS = {"integer": "a whole number", "number": "a number", "float": "a number"}


class Backend(str, Enum):
    """Who answers the SDK."""

    fake = "fake"
    emulator = "emulator"
    live = "live"


def asked(arguments: Sequence[str]) -> Command:
    """Return what the arguments ask for, with options read and nothing done; help is printed at once.

    UsageError for what is no command or option, or has a value that cannot be.
    """
    try:
        answer = app(args=list(arguments) or ["--help"], prog_name="harness", standalone_mode=False)
    except _Misused as error:
        raise _misuse(error, arguments) from error
    except OSError as error:
        raise EnvironmentMissing(
            "the help cannot be printed",
            where="stdout",
            got=error.strerror or type(error).__name__,
            expected="a stream that takes it",
            remedy="Send it to a place with enough space.",
        ) from error
    if callable(answer):
        command: Command = answer
        return command
    return lambda: int(answer or 0) if arguments else UsageError.exit_code


def _misuse(error: Any, arguments: Sequence[str]) -> UsageError:
    """Say in our parts what typer says in a sentence; how it words a wrong value differs between its versions."""
    names = getattr(getattr(error, "param", None), "opts", ())
    command = error.ctx.command_path if error.ctx is not None else "harness"
    remedy = f"`{command} --help` lists what can be given."
    message = str(error.message or error.format_message()).rstrip(".")  # what is missing has no message of its own
    words = [word for text in arguments for word in (text.split("=", 1) if text.startswith("--") else [text])]
    given = [value for name, value in pairwise([*words, ""]) if name in names]
    if not names or not given:
        close = getattr(error, "possibilities", None) or ()
        return UsageError(message, where=command, got=" ".join(arguments), nearest=close, remedy=remedy)
    expected = re.sub(r"^(Value error, )?(.* is not |Input should be )", "", message)
    expected = re.sub(r"^a valid (integer|number|float)\b.*", lambda kind: _NUMBERS[kind.group(1)], expected)
    close = nearest(given[-1], re.findall("'([^']+)'", expected))
    what = f"{names[0]} has a wrong value"
    return UsageError(what, where=command, got=given[-1] or "''", expected=expected, nearest=close, remedy=remedy)


@app.callback()
def harness() -> None:
    """Run the Azure ML lifecycle (fine-tune, register, deploy, score, delete) on Azure or on a local Azure ML.

    Exit codes: 0 done; 1 the run failed; 2 wrong use; 3 the environment lacks
    something; 4 interrupted and cleaned up.
    """


Spec = Annotated[
    Path | None, typer.Option(help="What to run, as TOML; what it leaves out, the published notebook says.")
]
By = Annotated[Backend, typer.Option(help="Who answers the SDK.")]
Catalog = Annotated[
    str | None,
    typer.Option(metavar="ERA", help="The local registry as of 2024-04 (default), 2024-12, 2025-03 or 2026-07."),
]
AtPace = Annotated[Pace | None, typer.Option(help="How long the local Azure takes, in virtual time.")]
Data = Annotated[
    str | None,
    typer.Option(metavar="D", help="A folder, a .jsonl file or a hub id; without it, the spec's, else the samples."),
]
Percent = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=100,
        metavar="N",
        help="How much of each split to take; without it, the spec's, else all of local data and 5 % of the hub's.",
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Set a key of the spec, such as compute.size; repeatable."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse what would otherwise be dropped with a warning.")]
KeepEndpoint = Annotated[bool, typer.Option("--keep-endpoint", help="Leave the endpoint, which bills, to look at.")]
MaxHours = Annotated[
    float | None,
    typer.Option(
        parser=amount_given, metavar="H", help="Hours of Azure's time that the run may take; it ends with them."
    ),
]
MaxCost = Annotated[
    float | None,
    typer.Option(parser=amount_given, metavar="X", help="Money that the run may cost, by the prices of the size list."),
]
Folder = Annotated[Path | None, typer.Option(metavar="DIR", help="Where to write; without it, runs/<run id>.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document; progress goes to stderr.")]
Ledgers = Annotated[
    Path | None, typer.Option("--ledger", metavar="DIR", help="Where created things are noted; else runs/ledger.")
]
Timeline = Annotated[bool, typer.Option(help="Draw the steps' durations as bars at the end.")]


def _run_request(options: Mapping[str, Any]) -> RunRequest:
    """Return what is to run, of the options of `run` or of `doctor`, which are called as the request's fields."""
    from harness.cli.request import RunRequest  # with the spec, a tenth of a second

    given = {name: value for name, value in options.items() if name in RunRequest.__dataclass_fields__}
    plain = {name: value.value for name, value in given.items() if isinstance(value, Enum)}
    return RunRequest(**{**given, **plain, "settings": tuple(given["settings"] or ())})


@app.command(short_help="Run the whole lifecycle once.")
def run(
    spec: Spec = None,
    backend: By = Backend.emulator,
    catalog: Catalog = None,
    pace: AtPace = None,
    data: Data = None,
    percent: Percent = None,
    settings: Settings = None,
    strict: Strict = False,
    keep_endpoint: KeepEndpoint = False,
    max_hours: MaxHours = None,
    max_cost: MaxCost = None,
    folder: Folder = None,
    ledger: Ledgers = None,
    as_json: AsJson = False,
    timeline: Timeline = True,
) -> Command:
    """Run the whole lifecycle once: fine-tune, register, deploy, score, delete."""
    options = locals()  # all of them, by name, and nothing else yet

    def carry_out() -> int:
        from harness.cli.run import run_and_show  # with the SDK, a second

        return run_and_show(_run_request(options), Presentation(as_json, timeline))

    return carry_out


Where = Annotated[Path | None, typer.Option("--spec", help="A spec that names the workspace, and limits.delete.")]
SweptBackend = Annotated[Backend, typer.Option("--backend", help="Whose resources to sweep.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would be removed, and change nothing.")]
OlderThan = Annotated[
    timedelta | None,
    typer.Option(parser=duration_given, metavar="TIME", help="Only what began longer ago, such as 6h."),
]
Settle = Annotated[
    timedelta | None,
    typer.Option(parser=duration_given, metavar="TIME", help="How long a lost request may still create things; 30s."),
]


@app.command(short_help="Remove what ended runs left that bills.")
def sweep(
    dry_run: DryRun = False,
    older_than: OlderThan = None,
    ledger: Ledgers = None,
    backend: SweptBackend = Backend.live,
    spec: Where = None,
    settings: Settings = None,
    settle: Settle = None,
    as_json: AsJson = False,
) -> Command:
    """Remove what ended runs left that bills: endpoints, running jobs, clusters that were not to stay.

    Found by the ledger of each run, and by its tags. What no run created, or a run
    that goes on, is left alone. Exit codes: 0 nothing is left; 1 something could not
    be removed (with --dry-run: is to be removed); 2 wrong use; 3 the environment
    lacks something.
    """

    def carry_out() -> int:
        from harness.cli.sweep import SweepRequest, sweep_and_show  # with the SDK, a second
        from harness.lifecycle.sweep import Rules

        rules = Rules(older_than or timedelta(), dry_run)
        rules = rules if settle is None else replace(rules, settle=settle)
        request = SweepRequest(rules, ledger, backend.value, spec, tuple(settings or ()))
        return sweep_and_show(request, as_json=as_json)

    return carry_out


@app.command(short_help="Say whether a run would succeed; creates nothing, costs nothing.")
def doctor(
    spec: Spec = None,
    backend: By = Backend.emulator,
    catalog: Catalog = None,
    data: Data = None,
    percent: Percent = None,
    settings: Settings = None,
    strict: Strict = False,
    keep_endpoint: KeepEndpoint = False,
    max_hours: MaxHours = None,
    max_cost: MaxCost = None,
    as_json: AsJson = False,
) -> Command:
    """Say whether a run with these options would succeed, by its own steps.

    Nothing is created and nothing is spent. Exit codes: 0 nothing stands
    against it; 1 a problem was found; 2 wrong use; 3 the environment lacks
    something.
    """
    options = locals()  # all of them, by name, and nothing else yet

    def carry_out() -> int:
        from harness.cli.doctor import diagnose_and_show  # with the SDK, a second

        return diagnose_and_show(_run_request(options), Presentation(as_json))

    return carry_out
