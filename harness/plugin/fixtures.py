"""Fixtures: the backend a scenario runs on, and the lifecycle to run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.backends import LOCAL_BACKENDS, OFFLINE_BACKENDS, Surroundings, choose_backend
from harness.backends.live import look_around
from harness.ledger import ledger_folder
from harness.plugin.budget import purse_of
from harness.plugin.cassettes import opened
from harness.plugin.options import OURS, backends_for

if TYPE_CHECKING:
    from harness.plugin.lifecycle import Lifecycle

__all__ = ["azure", "backend", "harness_backend", "lifecycle", "local_azure", "surroundings"]


@pytest.hookimpl(trylast=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test of each scenario for each backend, its name last in the test's id.

    What looks into the local Azure ML is no scenario for Azure itself or a recording; what needs the registry as it
    stood, or checks the local Azure ML where there is one, is none for Azure.
    """
    if OURS not in metafunc.fixturenames:
        return
    if "azure" in metafunc.fixturenames:
        names: tuple[str, ...] = LOCAL_BACKENDS
    elif "local_azure" in metafunc.fixturenames or any(metafunc.definition.iter_markers("catalog")):
        names = OFFLINE_BACKENDS
    else:
        names = backends_for(metafunc.config)
    live = [pytest.mark.live]
    backends = [pytest.param(name, marks=live if name == "live" else ()) for name in names]
    metafunc.parametrize("backend", backends, indirect=True)


@pytest.fixture
def harness_backend() -> None:
    """Nothing; it comes with the plugin's `backend`, and not with another suite's fixture of that name."""


@pytest.fixture
def backend(request: pytest.FixtureRequest, harness_backend: None) -> str:  # noqa: ARG001 - says whose it is
    """The name of the backend."""
    return str(request.param)


@pytest.fixture
def surroundings(backend: str, request: pytest.FixtureRequest) -> Iterator[Surroundings]:
    """The open backend; `@pytest.mark.catalog(era)` chooses the local registry."""
    catalog = request.node.get_closest_marker("catalog")
    choice = choose_backend(backend, look_around(), catalog=catalog.args[0] if catalog else None)
    with opened(request.node, choice) as around:
        yield around


@pytest.fixture
def azure(surroundings: Surroundings) -> Any:
    """The local Azure ML: `.faults`, `.clock`, `.calls`, `.world`."""
    return surroundings.azure


@pytest.fixture
def local_azure(surroundings: Surroundings) -> Any:
    """The local Azure ML to look into after a scenario; None on a recording, which has its own proof: all was asked."""
    return surroundings.azure


@pytest.fixture
def lifecycle(surroundings: Surroundings, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Lifecycle]:
    """The lifecycle on this backend; each run writes to a folder of its own, and draws on the session's budget.

    An endpoint that a run was told to keep is deleted after the scenario. What it creates on Azure is also noted down,
    in HARNESS_LEDGER or in runs/ledger of the root folder.
    """
    from harness.plugin.lifecycle import Lifecycle  # the SDK behind it costs a second, which other tests need not pay

    on_azure = surroundings.name == "live"
    ledgers = ledger_folder(None, os.environ, request.config.rootpath) if on_azure else None
    runs = Lifecycle(surroundings, tmp_path, ledgers, purse_of(request.config, surroundings.name))
    yield runs
    runs.tidy()
