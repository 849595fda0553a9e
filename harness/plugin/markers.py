"""Markers: what a scenario costs, and which scenarios therefore run only when they are asked for."""

from __future__ import annotations

import pytest

from harness.backends import BACKENDS
from harness.plugin.options import backend_of, named_markers

__all__: list[str] = []

_ON_REQUEST = {
    "live": "runs on Azure: hours, and money",
    "slow": "takes more than a few seconds",
    "browser": "opens a browser",
}
_CATALOG = "catalog(era): the registry as it stood then; of a local Azure ML only"
_ARRANGED = "arranged: changes the local Azure ML that is in its process; set by the fixture arrange"


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers."""
    for name, meaning in _ON_REQUEST.items():
        config.addinivalue_line("markers", f"{name}: {meaning}; a scenario so marked runs only when -m names it")
    config.addinivalue_line("markers", _CATALOG)
    config.addinivalue_line("markers", _ARRANGED)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the scenarios that nobody asked for. Tests without a backend are their own suite's business."""
    asked = config.getoption("--backend") or ()
    on_request = set(_ON_REQUEST) - named_markers(config) - set(asked)
    unasked = {item for item in items if _unasked(item, asked or BACKENDS, on_request)}
    if unasked:
        config.hook.pytest_deselected(items=[item for item in items if item in unasked])
        items[:] = [item for item in items if item not in unasked]


def _unasked(item: pytest.Item, backends: tuple[str, ...], on_request: set[str]) -> bool:
    backend = backend_of(item)
    if backend is None:
        return False
    return backend not in backends or any(item.get_closest_marker(name) for name in on_request)
