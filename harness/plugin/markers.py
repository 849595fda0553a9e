"""Markers: what a scenario costs, and which tests therefore run only when they are asked for."""

from __future__ import annotations

import pytest

from harness.backends import choose_backend
from harness.backends.live import look_around
from harness.errors import EnvironmentMissing
from harness.plugin.options import named_markers

__all__: list[str] = []

_ON_REQUEST = {
    "live": "runs on Azure: hours, and money",
    "slow": "takes more than a few seconds",
    "browser": "opens a browser",
}
_CATALOG = "catalog(era): the registry as it stood then; of the emulator only"


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers."""
    for name, meaning in _ON_REQUEST.items():
        config.addinivalue_line("markers", f"{name}: {meaning}; only when -m names it")
    config.addinivalue_line("markers", _CATALOG)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what nobody asked for; stop with a usage error when what was asked for cannot run here."""
    named = named_markers(config) | set(config.getoption("--backend") or ())
    waiting = [item for item in items if any(item.get_closest_marker(name) for name in set(_ON_REQUEST) - named)]
    if waiting:
        config.hook.pytest_deselected(items=waiting)
        items[:] = [item for item in items if item not in set(waiting)]
    if any(item.get_closest_marker("live") for item in items):
        _require_azure()


def _require_azure() -> None:
    """A live run that skips for want of credentials would be a gate that is always open."""
    try:
        choose_backend("live", look_around())
    except EnvironmentMissing as error:
        raise pytest.UsageError(str(error)) from None
