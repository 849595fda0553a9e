"""Run history, where the causes of failed runs are kept."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from fakes.world.error_bodies import run_error
from fakes.world.jobs import visible_run

if TYPE_CHECKING:
    from fakes.ml_client.scope import Scope


class RunHistory:
    """What the SDK keeps behind `jobs._runs_operations`: `jobs.get` and `jobs.stream` tell less of a failed child."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def get_run_details(self, run_id: str) -> Any:
        """Return the status of a run, and of a failed one code and message as `.error.error`."""
        scope, now = self._scope, self._scope.world.clock.now

        def details() -> Any:
            job, run = visible_run(scope.workspace(), run_id, now())
            failed = run_error(scope.world, job.workspace.region, run, now())
            error = SimpleNamespace(error=SimpleNamespace(**failed["error"])) if failed else None
            return SimpleNamespace(run_id=run.id, status=run.status(now()), error=error, warnings=[])

        return scope.ask("Runs_GetDetails", "GET", details)
