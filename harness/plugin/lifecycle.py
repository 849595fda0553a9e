"""The lifecycle as scenarios see it: something that runs a spec and hands back its report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from harness.backends import Surroundings
from harness.decide.names import make_endpoint_name
from harness.lifecycle.connect import connect, new_run_id
from harness.lifecycle.dataset import prepare_dataset
from harness.lifecycle.delete import CleanUp
from harness.lifecycle.deploy import create_deployment, create_endpoint, give_all_traffic
from harness.lifecycle.report import CreatedResource, LifecycleReport
from harness.lifecycle.run import run_lifecycle
from harness.lifecycle.score import ScoredRow, score
from harness.lifecycle.watching import Silent, Watcher, sdk_muted
from harness.spec import LifecycleSpec

__all__ = ["Lifecycle", "WhichModel"]

WhichModel = Literal["foundation", "fine-tuned"]
_FOUND_IN: Mapping[WhichModel, str] = {"foundation": "model", "fine-tuned": "register"}
"""The step whose findings hold the model's id."""


class Lifecycle:
    """Runs specs on one backend, one after the other, each in a folder of its own below `folder`."""

    def __init__(self, surroundings: Surroundings, folder: Path) -> None:
        self._surroundings = surroundings
        self._folder = folder
        self._runs = 0

    def run(self, spec: LifecycleSpec, watch: Watcher | None = None) -> LifecycleReport:
        """Run every step and return the report; a failure is its `error`."""
        return run_lifecycle(
            self._surroundings.settled(spec),
            folder=self._next_folder(),
            clock=self._surroundings.clock,
            environ=self._surroundings.environ,
            interactive=False,
            clients=self._surroundings.clients,
            watch=watch,
        )

    def answers(self, report: LifecycleReport, model: WhichModel, rows: int) -> Sequence[ScoredRow]:
        """Ask one of the two models of a run `rows` held-out rows, through an endpoint that is deleted afterwards.

        The rows are drawn with the seeds 0, 1, 2 ...: the same ones for both models.
        """
        spec = LifecycleSpec.model_validate(report.spec)
        model_id = next(step.facts["id"] for step in report.steps if step.name == _FOUND_IN[model])
        folder = self._next_folder()
        around = self._surroundings
        azure = connect(spec, environ=around.environ, interactive=False, clients=around.clients).workspace
        name = make_endpoint_name("compare", new_run_id(self._surroundings.clock.now(), str(folder)))
        created: list[CreatedResource] = []
        with sdk_muted():
            try:
                self._deploy(azure, spec, model_id, name, created)
                return self._ask(azure, spec, name, folder, rows)
            finally:
                cleaner = CleanUp(azure, clock=self._surroundings.clock, deadline_s=spec.limits.delete, watch=Silent())
                cleaner.run(created, keep_endpoint=False, keep_compute=True)

    def _deploy(
        self, azure: Any, spec: LifecycleSpec, model_id: str, name: str, created: list[CreatedResource]
    ) -> None:
        clock, limits = self._surroundings.clock, spec.limits
        create_endpoint(azure, name, created=created, clock=clock, deadline_s=limits.endpoint, watch=Silent())
        create_deployment(
            azure,
            name,
            model_id,
            spec.deploy,
            created=created,
            clock=clock,
            deadline_s=limits.deployment,
            watch=Silent(),
        )
        give_all_traffic(azure, name, spec.deploy, clock=clock, deadline_s=limits.endpoint, watch=Silent())

    def _ask(self, azure: Any, spec: LifecycleSpec, name: str, folder: Path, rows: int) -> list[ScoredRow]:
        dataset = prepare_dataset(spec, folder / "data", Silent())
        return [
            score(
                azure,
                name,
                spec.deploy.deployment,
                task=spec.task,
                rows=dataset.file(spec.data.splits.score),
                inputs=spec.finetune.inputs,
                section=spec.score.model_copy(update={"seed": seed}),
                folder=folder,
            )
            for seed in range(rows)
        ]

    def _next_folder(self) -> Path:
        self._runs += 1
        folder = self._folder / f"run-{self._runs}"
        folder.mkdir()
        return folder
