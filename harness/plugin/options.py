"""`--backend NAME`: which backends the scenarios run on."""

from __future__ import annotations

import re

import pytest

from harness.backends import BACKENDS, choose_backends
from harness.errors import UsageError

__all__ = ["OURS", "backend_of", "backends_for", "named_markers"]

OURS = "harness_backend"
"""A fixture that a test has where its `backend` is the plugin's, since other suites have fixtures of that name."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--backend`."""
    parser.getgroup("harness").addoption(
        "--backend",
        action="append",
        choices=BACKENDS,
        metavar="NAME",
        help=f"run the scenarios on this backend ({', '.join(BACKENDS)}); may be repeated. Default: all offline ones",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse options that exclude each other, before anything is collected."""
    try:
        backends_for(config)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None


def backends_for(config: pytest.Config) -> tuple[str, ...]:
    """Return the backends that scenarios run on: those asked for, else the offline ones, and live for `-m live`."""
    return choose_backends(config.getoption("--backend") or (), str(config.getoption("markexpr")))


def backend_of(item: pytest.Item) -> str | None:
    """Return the backend that a scenario runs on; other tests have none."""
    callspec = getattr(item, "callspec", None)
    if callspec is None or OURS not in getattr(item, "fixturenames", ()):
        return None
    return str(callspec.params["backend"])


def named_markers(config: pytest.Config) -> frozenset[str]:
    """Return every word of the `-m` expression."""
    return frozenset(re.findall(r"\w+", str(config.getoption("markexpr"))))
