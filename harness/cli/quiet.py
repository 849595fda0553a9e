"""Keeping what the SDK says to itself off the screen, and in a file."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

__all__ = ["sdk_noise_to"]


@contextmanager
def sdk_noise_to(log: Path) -> Iterator[None]:
    """Write to `log` what the SDK and its libraries print, warn and log inside the block.

    That is notes on experimental classes, upload bars, `Found the config file in` (SDK source). Who wants to
    be seen holds a stream from before the block. A log that stays empty is removed.
    """
    root = logging.getLogger()
    with log.open("a", encoding="utf-8", errors="replace", buffering=1) as file, warnings.catch_warnings():
        handler = logging.StreamHandler(file)
        handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        root.addHandler(handler)
        try:
            with redirect_stdout(file), redirect_stderr(file):
                yield
        finally:
            root.removeHandler(handler)
    if not log.stat().st_size:
        log.unlink()
