"""The lifecycle, from a connection to an endpoint that is gone again: this file is the list of its steps."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from harness.decide.names import experiment_name, make_endpoint_name
from harness.errors import HarnessError, StepFailed
from harness.ledger import Ledger
from harness.lifecycle.budget import Budget, find_refusal
from harness.lifecycle.clients import Clients
from harness.lifecycle.compute import Cluster, prepare_cluster
from harness.lifecycle.connect import Connection, connect, new_run_id, workspace_ids
from harness.lifecycle.dataset import Dataset, prepare_dataset
from harness.lifecycle.deploy import LiveDeployment, create_deployment, create_endpoint, give_all_traffic
from harness.lifecycle.ending import end_run, stopped
from harness.lifecycle.estimate import CLUSTER, ENDPOINT, PlannedCost
from harness.lifecycle.folder import made
from harness.lifecycle.journal import Journal, Told
from harness.lifecycle.ledgers import make_ledger
from harness.lifecycle.metrics import JobMetrics, read_metrics
from harness.lifecycle.model import FoundationModel, find_model
from harness.lifecycle.parameters import JobParameters
from harness.lifecycle.pipeline import FinetuneJob, build_pipeline, run_pipeline
from harness.lifecycle.planning import PlannedSizes, plan_cost, plan_parameters, plan_sizes
from harness.lifecycle.register import Registration, plan_registration, refuse_taken, register_model
from harness.lifecycle.report import LifecycleReport
from harness.lifecycle.score import SAMPLE_FILE, ScoredRow, score
from harness.lifecycle.sizes import ClusterPlan
from harness.lifecycle.waiting import Clock, Uncapped, Waiting
from harness.lifecycle.watching import Silent, Watcher, sdk_muted
from harness.spec import LifecycleSpec

__all__ = ["run_lifecycle"]

_Result = TypeVar("_Result", bound=Told)


@dataclass(slots=True)
class _Run:
    """What the steps of one run share. azure: None until it is connected, cost: until it is estimated.

    studio: there is one, to look into jobs.
    """

    spec: LifecycleSpec
    folder: Path
    clock: Clock
    journal: Journal
    ledger: Ledger
    registration: Registration
    endpoint: str
    studio: bool
    budget: Budget
    azure: Connection | None = None
    cost: PlannedCost | None = None
    succeeded: bool = False

    @property
    def report(self) -> LifecycleReport:
        return self.journal.report

    def step(self, name: str, action: Callable[[], _Result]) -> _Result:
        """Carry out a step, unless the budget is used up; while it goes on, what it needs bills."""

        def within_budget() -> _Result:
            self.budget.check(name)
            return action()

        return self.journal.step(name, within_budget)

    def within(self, seconds: float) -> Waiting:
        """Return how to wait: on this run's clock, for so long or until the budget is used up, told to the journal."""
        return {**self.uncapped(seconds), "cap": self.budget.cap}

    def uncapped(self, seconds: float) -> Uncapped:
        """As `within`, whatever is left of the budget: cleaning up is never cut short."""
        return {"clock": self.clock, "deadline_s": seconds, "watch": self.journal}

    def bills(self, what: str) -> None:
        """Note what bills from now on: "cluster", "endpoint", or "" for nothing."""
        loads = self.cost.estimate.loads if self.cost is not None else ()
        self.budget.bills(next((load.per_hour for load in loads if load.what == what), 0.0))


def run_lifecycle(
    spec: LifecycleSpec,
    *,
    folder: Path,
    clock: Clock,
    environ: Mapping[str, str],
    interactive: bool,
    watch: Watcher | None = None,
    clients: Clients | None = None,
    run_id: str | None = None,
    ledger: Ledger | None = None,
    studio: bool = True,
) -> LifecycleReport:
    """Run the lifecycle that `spec` describes; files go to `folder`, a report comes back in any case.

    clients: None for the SDK's own. ledger: None for one in memory, which a crash takes with it. studio: False where
    links to Azure ML studio lead nowhere. Whatever stops the run, what bills is removed, and `report.error` says what
    it was, Interrupted for Ctrl-C. Only wrong use is raised, before anything is done: a refused name, a bad folder.
    """
    run_id = run_id or new_run_id(clock.now(), f"{platform.node()}:{folder.resolve()}")
    ledger = ledger or make_ledger(spec, run_id, clock)
    report = LifecycleReport(run_id, spec.model_dump(mode="json"), created=ledger.created)
    registration, endpoint = plan_registration(spec, run_id), make_endpoint_name(spec.deploy.endpoint_prefix, run_id)
    journal = Journal(report, clock, watch or Silent())
    here, budget = made(folder, [SAMPLE_FILE]), Budget(spec.budget, clock)
    ledger.prove()
    run = _Run(spec, here, clock, journal, ledger, registration, endpoint, studio, budget)
    interrupted = False
    with sdk_muted():
        try:
            _carry_out(run, environ, interactive, clients)
        except HarnessError as error:
            report.error = error
        except KeyboardInterrupt:
            interrupted = True
        finally:
            interrupted |= _end(run)
    if interrupted:
        report.error = stopped(report, run.azure)
    return report


def _carry_out(run: _Run, environ: Mapping[str, str], interactive: bool, clients: Clients | None) -> None:
    """Everything but the last step. What can be refused is refused before the cluster: nothing is created before it."""
    spec, step, ledger, watch = run.spec, run.step, run.ledger, run.journal
    azure = run.azure = step(
        "connect",
        lambda: connect(spec, environ=environ, interactive=interactive, clients=clients, now=run.clock.now),
    )
    client = azure.workspace
    ledger.at(workspace_ids(client))
    model = step("model", lambda: _find_model(run, azure))
    sizes = step("sizes", lambda: plan_sizes(client, spec, model, watch))
    dataset = step("data", lambda: prepare_dataset(spec, run.folder / "data", watch))
    parameters = step("parameters", lambda: plan_parameters(azure.registry, spec, model, sizes.cluster, watch))
    run.cost = step("estimate", lambda: _estimate(run, sizes, parameters))
    cluster = step("compute", lambda: _prepare_compute(run, client, sizes.cluster))
    job = step("pipeline", lambda: _fine_tune(run, client, build_pipeline(parameters, model, cluster, dataset)))
    _read_metrics(run, azure, job)
    registered = step("register", lambda: register_model(client, job.name, run.registration, ledger=ledger))
    live = step("deploy", lambda: _deploy(run, client, registered.id))
    step("score", lambda: _score(run, client, live, dataset))
    run.succeeded = True


def _end(run: _Run) -> bool:
    """Carry out the last step, and tell whether the user interrupted it; then end the ledger, and count what was used.

    Where its file does not say all of what has gone, a sweep looks for it.
    """
    spec, ledger, within = run.spec, run.ledger, run.uncapped(run.spec.limits.delete)
    interrupted = end_run(run.journal, run.azure, spec, ledger, succeeded=run.succeeded, **within)
    ledger.close()
    if ledger.unwritten is not None:
        trouble = ledger.unwritten
        run.journal.warned(f"{trouble.where} could not be written to its end ({trouble.got}); `harness sweep` looks")
    run.report.used = run.budget.used
    return interrupted


def _find_model(run: _Run, azure: Connection) -> FoundationModel:
    """Find the model, and refuse now a registration that would be refused after hours of training."""
    model = find_model(azure.registry, run.spec.model)
    refuse_taken(azure.workspace, run.registration)
    return model


def _estimate(run: _Run, sizes: PlannedSizes, parameters: JobParameters) -> PlannedCost:
    """Estimate the run, and refuse one that its budget does not allow."""
    cost = plan_cost(run.spec, sizes, parameters)
    refusal = find_refusal(run.spec.budget, cost.estimate)
    if refusal is not None:
        raise refusal
    return cost


def _prepare_compute(run: _Run, client: Any, plan: ClusterPlan) -> Cluster:
    within = run.within(run.spec.limits.compute)
    return prepare_cluster(client, run.spec.compute, plan, ledger=run.ledger, **within)


def _fine_tune(run: _Run, client: Any, pipeline: Any) -> FinetuneJob:
    run.bills(CLUSTER)
    job = run_pipeline(
        client,
        pipeline,
        name=f"finetune-{run.report.run_id}",
        experiment=experiment_name(run.spec.finetune.task, run.spec.model.name),
        ledger=run.ledger,
        see=""
        if run.studio
        else f"There is no studio here: the rows that the job was given are in {run.folder / 'data'}.",
        **run.within(run.spec.limits.job),
    )
    run.bills("")
    return job


def _read_metrics(run: _Run, azure: Connection, job: FinetuneJob) -> None:
    """Read the metrics; that they cannot be read is no reason to throw away a trained model."""

    def action() -> JobMetrics:
        return read_metrics(azure.workspace, job.name, azure.mlflow())

    try:
        run.report.metrics = run.step("metrics", action).points
    except StepFailed as error:
        run.journal.warned(str(error))


def _deploy(run: _Run, client: Any, model_id: str) -> LiveDeployment:
    section, limits, ledger = run.spec.deploy, run.spec.limits, run.ledger
    create_endpoint(client, run.endpoint, ledger=ledger, **run.within(limits.endpoint))
    run.bills(ENDPOINT)
    within = run.within(limits.deployment)
    create_deployment(client, run.endpoint, model_id, section, ledger=ledger, **within)
    return give_all_traffic(client, run.endpoint, section, **run.within(limits.endpoint))


def _score(run: _Run, client: Any, live: LiveDeployment, dataset: Dataset) -> ScoredRow:
    spec, report = run.spec, run.report
    scored = score(
        client,
        live.endpoint,
        live.deployment,
        task=spec.task,
        rows=dataset.file(spec.data.splits.score),
        inputs=spec.finetune.inputs,
        section=spec.score,
        folder=run.folder,
    )
    report.conversation, report.answer = scored.conversation, scored.answer
    report.ground_truth = scored.ground_truth
    return scored
