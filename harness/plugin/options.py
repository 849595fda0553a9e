"""`--backend NAME` and `--served ERA`: which backends the scenarios run on."""

from __future__ import annotations

import re

import pytest

from harness.backends import BACKENDS, choose_backends
from harness.errors import UsageError

__all__ = ["OURS", "backend_of", "backends_for", "named_markers"]

OURS = "harness_backend"
"""A fixture that a test has where its `backend` is the plugin's, since other suites have fixtures of that name."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--backend` and `--served`."""
    group = parser.getgroup("harness")
    group.addoption(
        "--backend",
        action="append",
        choices=BACKENDS,
        metavar="NAME",
        help=f"run the scenarios on this backend ({', '.join(BACKENDS)}); may be repeated. Default: all offline ones",
    )
    group.addoption(
        "--served",
        metavar="ERA",
        help="live is what `harness emulator serve --catalog ERA` serves: run all scenarios of that era that it can "
        "serve, also those that are not for Azure itself",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse options that exclude each other, before anything is collected."""
    served = config.getoption("served")
    try:
        if "live" not in backends_for(config) and served is not None:
            raise UsageError(
                "nothing is asked of what is served",
                where="--served",
                got=served,
                expected="scenarios on the backend live",
                remedy="Add -m live, or leave --served out: a local Azure ML in this process is of every era.",
            )
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
