"""A live run is seen to reach Azure before its first test; one that skipped instead would be a gate that is open."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any, NoReturn

import pytest

from harness.backends import choose_backend
from harness.backends.live import look_around
from harness.errors import HarnessError
from harness.plugin.options import backend_of

__all__ = ["refuse"]

_REFUSAL = "harness_refusal"


def pytest_collection_finish(session: pytest.Session) -> None:
    """Stop with a usage error when a test is to run on Azure, and Azure cannot be reached from here."""
    config = session.config
    if not any(backend_of(item) == "live" for item in session.items):
        return
    try:
        _look_at_options()
        if not config.getoption("collectonly"):
            _look_at_azure()
    except HarnessError as error:
        refuse(config, error)


def refuse(config: pytest.Config, error: HarnessError) -> NoReturn:
    """Stop the run with a usage error once everything is collected."""
    if hasattr(config, "workeroutput"):  # a process of pytest-xdist, which can only pass it on
        config.workeroutput[_REFUSAL] = str(error)
        pytest.exit(str(error), returncode=int(pytest.ExitCode.USAGE_ERROR))
    raise pytest.UsageError(str(error)) from None


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Stop with the usage error that a process of pytest-xdist met."""
    refusal = getattr(node, "workeroutput", {}).get(_REFUSAL)
    if refusal:
        raise pytest.UsageError(refusal)


def _look_at_options() -> None:
    """Decide from what is configured; nothing is sent. A test opens no browser, whoever sits at the terminal."""
    choose_backend("live", replace(look_around(), terminal=False))


def _look_at_azure() -> None:
    """Sign in and look for the workspace, as the first step of the lifecycle does."""
    from harness.lifecycle.connect import connect
    from harness.lifecycle.watching import sdk_muted
    from harness.spec import LifecycleSpec

    with sdk_muted():
        connect(LifecycleSpec(), environ=os.environ, interactive=False)
