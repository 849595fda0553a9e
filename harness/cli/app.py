"""`harness`: commands, options and exit codes. Imports nothing that takes long: `--help` answers at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import Enum
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer

from harness.cli.cassettes import cassettes
from harness.cli.gate import gate
from harness.cli.outcome import Presentation
from harness.errors import EnvironmentMissing, UsageError, nearest

__all__ = ["asked"]

app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(cassettes, name="cassettes")
app.add_typer(gate, name="gate")

Command = Callable[[], int]
"""Carries a command out and returns the exit code."""

_Misused: type[Any] = typer.BadParameter.__mro__[1]
"""What typer raises for wrong use: click's UsageError, which some versions of typer bring under another name."""


class Backend(str, Enum):
    """Who answers the SDK."""

    fake = "fake"
    emulator = "emulator"
    live = "live"


class Pace(str, Enum):
    """How long things take on a local Azure ML."""

    recorded = "recorded"
    instant = "instant"


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
Folder = Annotated[Path | None, typer.Option(metavar="DIR", help="Where to write; without it, runs/<run id>.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document; progress goes to stderr.")]
Timeline = Annotated[bool, typer.Option(help="Draw the steps' durations as bars at the end.")]


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
    folder: Folder = None,
    as_json: AsJson = False,
    timeline: Timeline = True,
) -> Command:
    """Run the whole lifecycle once: fine-tune, register, deploy, score, delete."""

    def carry_out() -> int:
        from harness.cli.request import RunRequest
        from harness.cli.run import run_and_show  # with the SDK, a second

        request = RunRequest(
            spec=spec,
            data=data,
            percent=percent,
            settings=tuple(settings or ()),
            strict=strict,
            keep_endpoint=keep_endpoint,
            backend=backend.value,
            catalog=catalog,
            pace=pace.value if pace else None,
            folder=folder,
        )
        return run_and_show(request, Presentation(as_json, timeline))

    return carry_out
