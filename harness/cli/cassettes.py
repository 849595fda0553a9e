"""`harness cassettes`: whether recordings still hold, what they hold, what changed between two, how old they are."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.cassettes.tape import Cassette, Digest

__all__ = ["cassettes"]

Command = Callable[[], int]
"""Carries a command out and returns the exit code."""

cassettes = typer.Typer(rich_markup_mode=None, help="Look after recorded traffic: lint, show, diff, age.")

Places = Annotated[list[Path] | None, typer.Argument(metavar="[PATH]...", help="Cassettes, or folders that hold some.")]
File = Annotated[Path, typer.Argument(metavar="CASSETTE")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Oldest = Annotated[int, typer.Option(min=0, metavar="DAYS", help="How long ago a cassette may have been validated.")]
UsageFile = Annotated[Path, typer.Option(metavar="FILE", help="What the last runs of pytest left in its cache.")]
Exact = Annotated[bool, typer.Option("--exact", help="Tell also what differs each time: instants, ids, names made up.")]

_GIVE = "Give the path of a cassette, such as cassettes/test_x/test_y.yaml."
_USAGE = Path(".pytest_cache/v/harness/cassettes")


@cassettes.command()
def lint(
    places: Places = None, older_than: Oldest = 180, usage: UsageFile = _USAGE, as_json: AsJson = False
) -> Command:
    """Exit with 1 when a cassette is unused, orphaned, stale, unfinished, edited, or holds something private."""

    def find() -> int:
        from harness.cassettes.lint import Circumstances, lint, read_usage
        from harness.cassettes.recording import installed

        files = _found(places)
        used, scenarios = read_usage(usage)
        root = Path.cwd()
        about = Circumstances(date.today(), older_than, installed(), used, scenarios, root)
        findings = lint([file.absolute() for file in files], about)
        if as_json:
            _print_json([asdict(finding) for finding in findings])
        else:
            for finding in findings:
                typer.echo(str(finding))
            typer.echo(f"{len(files)} cassettes, {len(findings)} findings", err=True)
        return 1 if findings else 0

    return find


@cassettes.command()
def show(file: File, as_json: AsJson = False) -> Command:
    """List what a cassette holds: when, what was asked, what came back."""

    def tell() -> int:
        cassette = _read(file)
        rows = [_row(number, cassette) for number in range(len(cassette.interactions))]
        if as_json:
            about = asdict(cassette.metadata) | {"began": cassette.metadata.began.isoformat()}
            _print_json({"metadata": about, "interactions": [dict(zip(_COLUMNS, row, strict=True)) for row in rows]})
            return 0
        known = cassette.metadata
        typer.echo(f"recorded from {known.recorded_from} on {known.recorded}, last validated {known.last_validated}")
        typer.echo(", ".join(f"{package} {version}" for package, version in known.sdk.items()))
        _print_table(_COLUMNS, rows, wide={"request"})
        return 0

    return tell


@cassettes.command()
def diff(before: File, after: File, exact: Exact = False, as_json: AsJson = False) -> Command:
    """Tell what changed between two recordings of one scenario, field by field; exit with 1 when something did."""

    def tell() -> int:
        from harness.cassettes.diff import compare

        changes = compare(_read(before), _read(after), exact=exact)
        if as_json:
            _print_json([asdict(change) for change in changes])
            return 1 if changes else 0
        where = ""
        for change in changes:
            if change.where != where:
                where = change.where
                typer.echo(where)
            typer.echo(f"  {change.field}: {change.before or '(absent)'} -> {change.after or '(absent)'}")
        return 1 if changes else 0

    return tell


@cassettes.command()
def age(places: Places = None, as_json: AsJson = False) -> Command:
    """List cassettes by age, the oldest first."""

    def tell() -> int:
        today = date.today()
        rows = []
        for file in _found(places):
            known = _read(file).metadata
            days = (today - date.fromisoformat(known.last_validated)).days
            sdk = known.sdk.get("azure-ai-ml", "")
            rows.append((str(days), known.last_validated, known.recorded, known.recorded_from, sdk, _here(file)))
        rows.sort(key=lambda row: (-int(row[0]), row[-1]))
        columns = ("days", "validated", "recorded", "from", "azure-ai-ml", "cassette")
        if as_json:
            _print_json([dict(zip(columns, row, strict=True)) for row in rows])
        else:
            _print_table(columns, rows, wide={"cassette"})
        return 0

    return tell


_COLUMNS = ("no", "after", "times", "request", "asked", "status", "answered")


def _row(number: int, cassette: Cassette) -> tuple[str, ...]:
    made = cassette.interactions[number]
    began = cassette.metadata.began
    return (
        str(number),
        f"{(made.at - began).total_seconds():.0f} s",
        str(len(made.instants)),
        f"{made.request.method} {_short(made.request.url)}",
        _size(made.request.body),
        str(made.response.status),
        _size(made.response.body),
    )


def _short(url: str) -> str:
    """Return an address without its query; of a resource, what its workspace is told by is left out."""
    parts = urlsplit(url)
    head, provider, rest = parts.path.partition("/providers/Microsoft.MachineLearningServices/")
    return f"{parts.netloc}/.../{rest}" if provider and head else f"{parts.netloc}{parts.path}"


def _size(body: bytes | Digest) -> str:
    return f"{len(body)} B" if isinstance(body, bytes) else f"{body.bytes} B, digest"


def _found(places: Sequence[Path] | None) -> list[Path]:
    from harness.cassettes.lint import find_cassettes

    missing = [place for place in places or () if not place.exists()]
    if missing:
        raise UsageError("there is no such file or folder", where="command line", got=str(missing[0]), remedy=_GIVE)
    return find_cassettes(places or [Path.cwd()])


def _here(file: Path) -> str:
    here = Path.cwd()
    return (file.relative_to(here) if file.is_relative_to(here) else file).as_posix()


def _read(file: Path) -> Cassette:
    from harness.cassettes.format import read

    if not file.is_file():
        raise UsageError("there is no such file", where="command line", got=str(file), remedy=_GIVE)
    return read(file, trust=True)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], wide: set[str]) -> None:
    """Print a table; into a pipe it is not cut to any width, since it is searched there."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in columns:
        table.add_column(name, overflow="fold" if name in wide else "ellipsis", no_wrap=name not in wide)
    for row in rows:
        table.add_row(*map(Text, row))
    Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else 400).print(table)
