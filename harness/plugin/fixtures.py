"""Fixtures: the backend a scenario runs on, and the lifecycle to run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.backends import Surroundings, choose_backend
from harness.backends.live import look_around
from harness.ledger import ledger_folder
from harness.plugin.budget import purse_of
from harness.plugin.cassettes import opened
from harness.plugin.options import OURS, backends_for
from harness.plugin.reach import reachable

if TYPE_CHECKING:
    from harness.plugin.lifecycle import Lifecycle

__all__ = ["Change", "arrange", "azure", "backend", "harness_backend", "lifecycle", "local_azure", "surroundings"]

Change = Callable[[Callable[[Any], None]], None]
"""Is handed what shall be done to the local Azure ML."""


@pytest.hookimpl(trylast=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test of each scenario for each backend, its name last in the test's id."""
    fixtures, config = metafunc.fixturenames, metafunc.config
    if OURS not in fixtures:
        return
    names = reachable(fixtures, _era(metafunc.definition), backends_for(config), config.getoption("served"))
    arranged = [pytest.mark.arranged] if "arrange" in fixtures else []
    backends = [pytest.param(name, marks=[*arranged, *([pytest.mark.live] * (name == "live"))]) for name in names]
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
    era = None if backend == "live" else _era(request.node)
    choice = choose_backend(backend, look_around(), catalog=era)
    with opened(request.node, choice) as around:
        yield around


@pytest.fixture
def azure(surroundings: Surroundings) -> Any:
    """The local Azure ML: `.faults`, `.clock`, `.calls`, `.world`."""
    return surroundings.azure


@pytest.fixture
def local_azure(surroundings: Surroundings) -> Any:
    """The local Azure ML to look into after a scenario; None where it is in another process, and on a recording.

    A recording has its own proof: all was asked.
    """
    return surroundings.azure


@pytest.fixture
def arrange(local_azure: Any) -> Change:
    """Change the local Azure ML: `arrange(lambda azure: azure.faults.fail_job("..."))`.

    Nothing is done in a replay: what came of it is in the recording.
    """

    def change(how: Callable[[Any], None]) -> None:
        if local_azure is not None:
            how(local_azure)

    return change


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


def _era(node: pytest.Item | pytest.Function) -> str | None:
    mark = node.get_closest_marker("catalog")
    return str(mark.args[0]) if mark else None
