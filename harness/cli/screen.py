"""The two streams to print to, whatever they are: a terminal, a file, a pipe whose reader has gone, a full disk."""

from __future__ import annotations

import sys
from typing import Any

from rich.console import Console

__all__ = ["Screen", "screens"]


class Screen(Console):
    """A console for people and for logs: off the terminal no line ends in blanks.

    What cannot be printed raises OSError; rich itself would end the process when a pipe's reader has gone.
    """

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as rich does."""
        if self.is_terminal:
            super().print(*objects, **options)
            return
        with self.capture() as captured:
            super().print(*objects, **options)
        self.file.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))
        self.file.flush()

    def on_broken_pipe(self) -> None:
        """Say so to whoever prints."""
        raise BrokenPipeError


def screens() -> tuple[Screen, Screen]:
    """Return consoles for stdout and stderr as they are now: to keep the SDK's noise away, they are replaced later."""
    return Screen(file=sys.stdout, highlight=False), Screen(file=sys.stderr, highlight=False)
