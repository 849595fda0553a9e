"""Keeping what the SDK says to itself off the screen, and in a file."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

__all__ = ["sdk_noise_to"]

_LOGGERS = ("", "azure.ai.ml")
"""The root, and the SDK's logger, which writes to its own handler on stderr and tells the root nothing (SDK source)."""


@contextmanager
def sdk_noise_to(log: Path) -> Iterator[None]:
    """Write to `log` what the SDK and its libraries print, warn and log inside the block.

    That is notes on experimental classes, upload bars, `Found the config file in` (SDK source). Who wants to
    be seen holds a stream from before the block. A log that stays empty is removed.
    """
    with ExitStack() as stack:
        file = stack.enter_context(log.open("a", encoding="utf-8", errors="replace", buffering=1))
        handler = logging.StreamHandler(file)
        handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        for name in _LOGGERS:
            stack.enter_context(_handled_by(handler, logging.getLogger(name)))
        logging.captureWarnings(True)
        stack.callback(logging.captureWarnings, False)
        stack.enter_context(redirect_stdout(file))
        stack.enter_context(redirect_stderr(file))
        yield
    if not log.stat().st_size:
        log.unlink()


@contextmanager
def _handled_by(handler: logging.Handler, logger: logging.Logger) -> Iterator[None]:
    """Put `handler` in the place of the logger's own."""
    own, logger.handlers = logger.handlers, [handler]
    try:
        yield
    finally:
        logger.handlers = own
