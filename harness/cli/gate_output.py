"""Where the gate's commands print: documents and text, on a stream that may have gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from harness.cli.screen import Screen, screens
from harness.errors import EnvironmentMissing

__all__ = ["print_document", "print_text"]

_LOG = 200


def print_document(document: Any) -> None:
    """Print a value as one JSON document."""
    print_text(lambda out: _write(out, json.dumps(document, ensure_ascii=False, indent=2) + "\n"))


def print_text(show: Callable[[Screen], None]) -> None:
    """Let `show` print to stdout. A pipe is given width, for it is searched, and no line of it is cut.

    A reader that has gone is told no more. EnvironmentMissing when the stream takes nothing: a full disk.
    """
    out, _ = screens()
    if not out.is_terminal:
        out.width = _LOG
    try:
        show(out)
        out.file.flush()
    except BrokenPipeError:
        return
    except OSError as error:
        raise EnvironmentMissing(
            "what came of it cannot be printed",
            where="stdout",
            got=error.strerror or type(error).__name__,
            expected="a stream that takes it",
            remedy="Send stdout to a place with enough space.",
        ) from error


def _write(out: Screen, text: str) -> None:
    out.file.write(text)
