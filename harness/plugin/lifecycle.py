"""The lifecycle as scenarios see it: something that runs a spec and hands back its report."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from harness.backends import Surroundings
from harness.decide.names import make_endpoint_name
from harness.ledger import Ledger
from harness.lifecycle.budget import Budget
from harness.lifecycle.connect import connect, connect_workspace, new_run_id, workspace_ids
from harness.lifecycle.dataset import prepare_dataset
from harness.lifecycle.delete import CleanUp
from harness.lifecycle.estimate import price_of
from harness.lifecycle.ledgers import expiry, make_ledger
from harness.lifecycle.model import find_model
from harness.lifecycle.report import LifecycleReport
from harness.lifecycle.run import run_lifecycle
from harness.lifecycle.score import ScoredRow, score
from harness.lifecycle.sizes import offered_sizes
from harness.lifecycle.watching import Silent, Watcher, sdk_muted
from harness.plugin.budget import Purse
from harness.plugin.endpoint import LiveEndpoint, WhichModel
from harness.spec import LifecycleSpec

__all__ = ["Lifecycle"]


class Lifecycle:
    """Runs specs on one backend, each in a folder of its own below `folder`, with what `purse` holds.

    ledgers: the folder in which it is written down what they create; None to leave that in memory.
    """

    def __init__(
        self, surroundings: Surroundings, folder: Path, ledgers: Path | None = None, purse: Purse | None = None
    ) -> None:
        self._surroundings = surroundings
        self._folder = folder
        self._ledgers = ledgers
        self._purse = purse or Purse()
        self._runs = 0
        self._kept: list[tuple[LifecycleSpec, Ledger]] = []
        self._locally = surroundings.azure is not None

    def run(self, spec: LifecycleSpec, watch: Watcher | None = None) -> LifecycleReport:
        """Run every step and return the report; a failure is its `error`."""
        return self._run(spec, self._next_folder(), watch)

    def run_at_once(self, *specs: LifecycleSpec) -> Sequence[LifecycleReport]:
        """Run several specs side by side, a thread for each, and return their reports in order."""
        folders = [self._next_folder() for _ in specs]
        limited = [self._purse.limited(spec, len(specs)) for spec in specs]
        with ThreadPoolExecutor(len(specs)) as threads:
            return list(threads.map(self._run, limited, folders))

    @contextmanager
    def endpoint(
        self, spec: LifecycleSpec, trained: LifecycleReport | None = None, name: str = ""
    ) -> Iterator[LiveEndpoint]:
        """Create an endpoint without deployments, and delete it with all of them at the end of the block.

        trained: the run whose fine-tuned model may be deployed too. name: one of the scenario's own, else a free one.
        """
        around, folder = self._surroundings, self._next_folder()
        settled = around.settled(spec)
        azure = connect(settled, environ=around.environ, interactive=False, clients=around.clients)
        run_id = self._run_id(folder)
        name, ledger = name or make_endpoint_name("scenario", run_id), self._ledger(settled, folder, run_id)
        ledger.at(workspace_ids(azure.workspace))
        models: dict[WhichModel, str] = {"foundation": find_model(azure.registry, settled.model).id}
        if trained is not None:
            models["fine-tuned"] = _facts(trained, "register")["id"]
        budget = self._budget(settled, azure.workspace)
        endpoint = LiveEndpoint(azure.workspace, name, settled, models, around.clock, folder, ledger, budget)
        with sdk_muted():
            try:
                endpoint.create()
                yield endpoint
            finally:
                try:
                    endpoint.delete()
                finally:
                    ledger.close()
                    self._purse.take(budget.used)

    def answers(self, report: LifecycleReport, model: WhichModel, rows: int) -> Sequence[ScoredRow]:
        """Ask one of the two models of a run `rows` held-out rows, through an endpoint that is deleted afterwards.

        The rows are drawn with the seeds 0, 1, 2 ...: the same ones for both models.
        """
        spec = LifecycleSpec.model_validate(report.spec)
        folder = self._next_folder()
        dataset = prepare_dataset(spec, folder / "data", Silent())
        with self.endpoint(spec, report) as endpoint:
            endpoint.deploy(spec.deploy.deployment, model)
            return [
                score(
                    endpoint.client,
                    endpoint.name,
                    spec.deploy.deployment,
                    task=spec.task,
                    rows=dataset.file(spec.data.splits.score),
                    inputs=spec.finetune.inputs,
                    section=spec.score.model_copy(update={"seed": seed}),
                    folder=folder,
                )
                for seed in range(rows)
            ]

    def tidy(self) -> None:
        """Delete the endpoints that runs have kept: what a scenario asks for does not outlive it."""
        around = self._surroundings
        while self._kept:
            spec, ledger = self._kept.pop()
            with sdk_muted():
                client = connect_workspace(spec, environ=around.environ, interactive=False, clients=around.clients)
                cleaner = CleanUp(client, clock=around.clock, deadline_s=spec.limits.delete, watch=Silent())
                cleaner.run(ledger, keep_endpoint=False, keep_compute=True)

    def _run(self, spec: LifecycleSpec, folder: Path, watch: Watcher | None = None) -> LifecycleReport:
        around, run_id = self._surroundings, self._run_id(folder)
        settled = around.settled(self._purse.limited(spec))
        ledger = self._ledger(settled, folder, run_id)
        report = run_lifecycle(
            settled,
            folder=folder,
            clock=around.clock,
            environ=around.environ,
            interactive=False,
            clients=around.clients,
            watch=watch,
            run_id=run_id,
            ledger=ledger,
            studio=around.azure is None,
        )
        if any(report.left()):
            self._kept.append((settled, ledger))
        self._purse.take(report.used)
        return report

    def _budget(self, spec: LifecycleSpec, client: Any) -> Budget:
        """Return what an endpoint of its own may use; prices are asked for only where money is limited."""
        limited, deploy = self._purse.limited(spec), spec.deploy
        budget = Budget(limited.budget, self._surroundings.clock)
        if limited.budget.max_cost is not None:
            price = price_of(limited, deploy.instance_type, ("Dedicated",), offered_sizes(client))
            budget.bills(price.amount and price.amount * deploy.instance_count)
        budget.check("endpoint")
        return budget

    def _run_id(self, folder: Path) -> str:
        """Return an id for the run in a folder: the same one each time on a local Azure ML, whose names are its own."""
        salt = folder.name if self._locally else f"{platform.node()}:{folder}"
        around = self._surroundings
        return around.pinned(f"run id of {folder.name}", lambda: new_run_id(around.clock.now(), salt))

    def _ledger(self, spec: LifecycleSpec, folder: Path, run_id: str) -> Ledger:
        """Return the ledger of the run in a folder; what it tells Azure is the same when it is replayed."""
        around = self._surroundings
        until = around.pinned(f"expiry of {folder.name}", lambda: expiry(spec, around.clock).isoformat())
        expires = datetime.fromisoformat(until)
        return make_ledger(spec, run_id, around.clock, folder=self._ledgers, backend=around.name, expires=expires)

    def _next_folder(self) -> Path:
        self._runs += 1
        folder = self._folder / f"run-{self._runs}"
        folder.mkdir()
        return folder


def _facts(report: LifecycleReport, step: str) -> Mapping[str, str]:
    return next(record.facts for record in report.steps if record.name == step)
