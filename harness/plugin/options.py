"""`--backend NAME`: which backends the scenarios run on."""

from __future__ import annotations

import pytest

from harness.backends import BACKENDS

__all__ = ["backends_for"]


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
    """Return the backends that scenarios are made for: those asked for, else all, of which `-m` selects."""
    asked = config.getoption("--backend")
    return tuple(dict.fromkeys(asked)) if asked else BACKENDS
