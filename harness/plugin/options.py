"""`--backend NAME`: which backends the scenarios run on."""

from __future__ import annotations

import re

import pytest

from harness.backends import BACKENDS, OFFLINE_BACKENDS

__all__ = ["backends_for", "named_markers"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--backend`."""
    parser.getgroup("harness").addoption(
        "--backend",
        action="append",
        choices=BACKENDS,
        metavar="NAME",
        help=f"run the scenarios on this backend ({', '.join(BACKENDS)}); may be repeated. Default: all offline ones",
    )


def backends_for(config: pytest.Config) -> tuple[str, ...]:
    """Return the backends that scenarios run on: those asked for, else the offline ones, and live for `-m live`."""
    asked = config.getoption("--backend")
    if asked:
        return tuple(dict.fromkeys(asked))
    return BACKENDS if "live" in named_markers(config) else OFFLINE_BACKENDS


def named_markers(config: pytest.Config) -> frozenset[str]:
    """Return every word of the `-m` expression."""
    return frozenset(re.findall(r"\w+", str(config.getoption("markexpr"))))
