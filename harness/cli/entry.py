"""Where the command begins and ends: signals and streams first, then everything that takes time to import."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from harness.cli.interrupts import INTERRUPTS

__all__ = ["main"]

_RUN = "run"
_RARELY = (100_000, 50, 100)
"""When Python collects garbage: a full collection walks the SDK's hundreds of thousands of objects and frees next to
nothing, and with Python's own thresholds that is an eighth of a run."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line; always ends with SystemExit, which carries the exit code.

    Without `arguments` the process's own are meant, and the process is ours to its end.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if arguments is None:
        gc.set_threshold(*_RARELY)
    with INTERRUPTS.caught(own_process=arguments is None):
        _open_streams()
        code = _carry_out(given)
        INTERRUPTS.hold()
        if arguments is None:
            INTERRUPTS.end_with(code)
    raise SystemExit(code)


def _carry_out(arguments: list[str]) -> int:
    """Do what is asked for; whatever is refused or interrupted is told, as a document if that is asked for."""
    try:
        from harness.cli.app import asked

        command = asked(arguments)
        INTERRUPTS.check()
        return command()
    except (Exception, KeyboardInterrupt) as error:
        INTERRUPTS.hold()
        from harness.cli.failures import as_error
        from harness.cli.outcome import Presentation, refused
        from harness.cli.screen import screens
        from harness.cli.telling import tell, tell_refusal

        # what an import makes of an interruption is anything
        cause = KeyboardInterrupt() if INTERRUPTS.asked else error
        out, errors = screens()
        why, as_json = as_error(cause, errors), "--json" in arguments
        if arguments[:1] == [_RUN]:  # a run that never began has the report of one
            return tell(refused(why), Presentation(as_json), out, errors)
        return tell_refusal(why, out, errors, as_json=as_json)


def _open_streams() -> None:
    """Open those that the shell has closed, and let them show what they can: an answer may hold any character."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - for good
        with contextlib.suppress(AttributeError):
            getattr(sys, name).reconfigure(errors="replace")
