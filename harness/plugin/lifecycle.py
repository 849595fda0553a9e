"""The lifecycle as scenarios see it: something that runs a spec and hands back its report."""

from __future__ import annotations

from pathlib import Path

from harness.backends import Surroundings
from harness.lifecycle.report import LifecycleReport
from harness.lifecycle.run import run_lifecycle
from harness.lifecycle.watching import Silent, Watcher
from harness.spec import LifecycleSpec

__all__ = ["Lifecycle"]


class Lifecycle:
    """Runs specs on one backend, one after the other, each in a folder of its own below `folder`."""

    def __init__(self, surroundings: Surroundings, folder: Path) -> None:
        self._surroundings = surroundings
        self._folder = folder
        self._runs = 0

    def run(self, spec: LifecycleSpec, watch: Watcher | None = None) -> LifecycleReport:
        """Run every step and return the report; a failure is its `error`."""
        self._runs += 1
        return run_lifecycle(
            spec,
            folder=self._folder / f"run-{self._runs}",
            clock=self._surroundings.clock,
            environ=self._surroundings.environ,
            interactive=False,
            watch=watch or Silent(),
        )
