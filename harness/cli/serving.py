"""`harness emulator serve`: serve, tell clients where, and stop when asked to."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import typer

from harness.backends.emulator import Served, ServeRequest, as_exports, served_emulator
from harness.cli.interrupts import INTERRUPTS
from harness.errors import EnvironmentMissing, UsageError

__all__ = ["Wanted", "serve_until_stopped"]

_OURS = 0o600
"""For a file that holds a client secret: nobody else reads it, as nobody else reads the state."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to tell clients of the server: files to write, and what to print."""

    env_file: Path | None = None
    config: Path | None = None
    as_json: bool = False


def serve_until_stopped(request: ServeRequest, wanted: Wanted) -> int:
    """Serve until the first signal, and return 0; HarnessError for what keeps the server from starting."""
    INTERRUPTS.check()
    try:
        with served_emulator(request) as served:
            _tell(served, wanted)
            wait()
    except KeyboardInterrupt:
        INTERRUPTS.hold()
        _say("stopped")
    return 0


def wait() -> None:
    """Wait for a signal, which raises."""
    threading.Event().wait()


def _tell(served: Served, wanted: Wanted) -> None:
    """Write the files first: who reads what is printed finds them."""
    if wanted.config:
        folder = wanted.config.is_dir()
        _write(wanted.config / "config.json" if folder else wanted.config, _json(served.workspace), "--config")
    if wanted.env_file:
        _write(wanted.env_file, as_exports(served.environment), "--env-file", _OURS)
    for line in (*served.told, f"the local Azure ML listens at {served.address}; Ctrl-C stops it"):
        _say(line)
    document = {"address": served.address, "environment": served.environment, "workspace": served.workspace}
    try:
        sys.stdout.write(_json(document) if wanted.as_json else as_exports(served.environment))
        sys.stdout.flush()
    except OSError as error:
        raise EnvironmentMissing(
            "the environment cannot be printed",
            where="stdout",
            got=error.strerror or type(error).__name__,
            expected="a stream that takes it",
            remedy="Send stdout to a place with enough space, or use --env-file.",
        ) from error


def _say(line: str) -> None:
    with contextlib.suppress(OSError):  # nobody reads along; it serves all the same
        typer.echo(line, err=True)


def _json(values: Mapping[str, object]) -> str:
    return json.dumps(values, indent=2) + "\n"


def _write(path: Path, text: str, option: str, mode: int = 0o666) -> None:
    """Write a file that nobody sees half-written. mode: who may read and write it, less what the umask takes away."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.unlink(missing_ok=True)
        draft.touch(mode)
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise UsageError(
            "the file cannot be written",
            where=option,
            got=f"{path}: {error.strerror or type(error).__name__}",
            expected="a file in a folder that exists",
            remedy="Name another file, or make the folder.",
        ) from error
