"""Markers: what a scenario costs, and which tests therefore run only when they are asked for."""

from __future__ import annotations

import pytest

from harness.backends import BACKENDS, choose_backend
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
    """Declare the markers; stop with a usage error when Azure is asked for and cannot be reached from here."""
    for name, meaning in _ON_REQUEST.items():
        config.addinivalue_line("markers", f"{name}: {meaning}; only when -m names it")
    config.addinivalue_line("markers", _CATALOG)
    if "live" in (*(config.getoption("--backend") or ()), str(config.getoption("markexpr")).strip()):
        _require_azure()  # now: later, a worker of pytest-xdist could only crash


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what nobody asked for; stop with a usage error when what was asked for cannot run here."""
    asked = config.getoption("--backend")
    on_request = set(_ON_REQUEST) - named_markers(config) - set(asked or ())
    unasked = {
        item for item in items if _backend(item) not in (None, *(asked or BACKENDS)) or _marked(item, on_request)
    }
    if unasked:
        config.hook.pytest_deselected(items=[item for item in items if item in unasked])
        items[:] = [item for item in items if item not in unasked]
    if any(_marked(item, {"live"}) for item in items):
        _require_azure()


def _backend(item: pytest.Item) -> str | None:
    """Return the backend that a scenario runs on; other tests have none."""
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("backend") if callspec is not None else None


def _marked(item: pytest.Item, names: set[str]) -> bool:
    return any(item.get_closest_marker(name) for name in names)


def _require_azure() -> None:
    """A live run that skips for want of credentials would be a gate that is always open."""
    try:
        choose_backend("live", look_around())
    except EnvironmentMissing as error:
        raise pytest.UsageError(str(error)) from None
