"""`harness`: commands, options and exit codes. Imports nothing that takes long: `--help` answers at once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.cassettes import cassettes

__all__ = ["main"]

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(cassettes, name="cassettes")


class Backend(str, Enum):
    """Who answers the SDK."""

    fake = "fake"
    emulator = "emulator"
    live = "live"


class Pace(str, Enum):
    """How long things take on a local Azure ML."""

    recorded = "recorded"
    instant = "instant"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; always ends with SystemExit, which carries the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # an answer may hold what the terminal cannot show
    app(args=list(arguments) if arguments is not None else None, prog_name="harness")


@app.callback()
def harness() -> None:
    """Run the Azure ML lifecycle (fine-tune, register, deploy, score, delete) on Azure or on a local Azure ML.

    Exit codes: 0 done; 1 the run failed; 2 wrong use; 3 the environment lacks something; 4 interrupted, and
    cleaned up.
    """


Spec = Annotated[Path | None, typer.Option(help="What to run, as TOML; without it, the published notebook.")]
By = Annotated[Backend, typer.Option(help="Who answers the SDK.")]
Catalog = Annotated[
    str | None,
    typer.Option(metavar="ERA", help="The local registry as of 2024-04 (default), 2024-12, 2025-03 or 2026-07."),
]
AtPace = Annotated[Pace | None, typer.Option(help="How long the local Azure takes, in virtual time.")]
Data = Annotated[
    str | None,
    typer.Option(metavar="D", help="A folder, a .jsonl file or a hub id; without it, the samples."),
]
Percent = Annotated[int | None, typer.Option(min=1, max=100, metavar="N", help="How much of each split to take.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Set a key of the spec, such as compute.size; repeatable."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse what would otherwise be dropped with a warning.")]
KeepEndpoint = Annotated[bool, typer.Option("--keep-endpoint", help="Leave the endpoint, which bills, to look at.")]
Folder = Annotated[Path | None, typer.Option(metavar="DIR", help="Where to write; without it, runs/<run id>.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document; progress goes to stderr.")]
Timeline = Annotated[bool, typer.Option(help="Draw the steps' durations as bars at the end.")]


@app.command()
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
) -> None:
    """Run the whole lifecycle once: fine-tune, register, deploy, score, delete."""
    from harness.cli.request import RunRequest

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
    try:
        from harness.cli.run import Presentation, run_and_show  # with the SDK, a second

        code = run_and_show(request, Presentation(as_json, timeline))
    except KeyboardInterrupt:  # before the run, or after all was cleaned up
        typer.echo("interrupted", err=True)
        code = 4
    raise typer.Exit(code)
