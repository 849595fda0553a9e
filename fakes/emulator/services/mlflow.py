"""MLflow's REST interface to the runs of a workspace."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fakes.emulator.exchange import Reply
from fakes.emulator.routing import Evidence, Route
from fakes.emulator.services.arm import WORKSPACE
from fakes.emulator.services.mlflow_filters import ordered, parse
from fakes.emulator.wire import json_reply
from fakes.world.client_runs import find_tracked
from fakes.world.errors import Invalid, NotFound, ServiceError
from fakes.world.instants import milliseconds
from fakes.world.runs import LoggedMetric, Run
from fakes.world.tracking import mlflow_status, mlflow_tags

if TYPE_CHECKING:
    from fakes.emulator.call import Call

BASE = "/mlflow/v1.0" + WORKSPACE + "/api/2.0/mlflow"
BASE_2_1 = "/mlflow/v2.0" + WORKSPACE + "/api/2.0/mlflow"


def render(call: Call, run: Run) -> dict[str, Any]:
    """Return a run in MLflow's form."""
    workspace, now = call.workspace, call.world.clock.now()
    ended = run.ended(now)
    latest: dict[str, LoggedMetric] = {}
    for metric in run.logged(now):
        latest[metric.key] = metric
    return {
        "info": {
            "run_id": run.id,
            "run_uuid": run.id,
            "run_name": run.display_name,
            "experiment_id": workspace.experiments[run.experiment],
            "user_id": call.world.identity.application.object_id,
            "status": mlflow_status(run, now),
            "start_time": milliseconds(run.started(now) or run.created),
            **({"end_time": milliseconds(ended)} if ended else {}),
            "artifact_uri": (
                f"azureml://{workspace.region}.api.azureml.ms/mlflow/v2.0{workspace.arm_id}"
                f"/experiments/{run.experiment}/runs/{run.id}/artifacts"
            ),
            "lifecycle_stage": "active",
        },
        "data": {
            "metrics": [_metric(metric) for metric in latest.values()],
            "params": [{"key": key, "value": value} for key, value in run.parameters.items()],
            "tags": [{"key": key, "value": value} for key, value in mlflow_tags(run).items()],
        },
        "inputs": {},
    }


def _metric(metric: LoggedMetric) -> dict[str, Any]:
    return {
        "key": metric.key,
        "value": metric.value,
        "timestamp": milliseconds(metric.at),
        "step": metric.step,
    }


def answers(handler: Callable[[Call], dict[str, Any]]) -> Callable[[Call], Reply]:
    """Turn refusals into MLflow's own error form."""

    def answer(call: Call) -> Reply:
        try:
            return json_reply(200, handler(call))
        except NotFound as error:
            return json_reply(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": error.message})
        except ServiceError as error:
            return json_reply(error.status, {"error_code": "INVALID_PARAMETER_VALUE", "message": error.message})

    answer.__doc__ = handler.__doc__
    return answer


@answers
def get_run(call: Call) -> dict[str, Any]:
    """Return a run with the last value of each metric."""
    run_id = call.query("run_id") or call.query("run_uuid")
    return {"run": render(call, find_tracked(call.workspace, run_id))}


@answers
def search_runs(call: Call) -> dict[str, Any]:
    """Return the runs of experiments that a filter lets through, newest first unless another order is asked for."""
    body, now = call.json, call.world.clock.now()
    asked, clauses = set(body.get("experiment_ids") or []), parse(str(body.get("filter") or ""))
    if body.get("run_view_type") == "DELETED_ONLY":
        return {"runs": []}
    found = [
        render(call, run)
        for run in call.workspace.runs()
        if call.workspace.experiments[run.experiment] in asked and run.visible(now)
    ]
    found = [run for run in found if all(clause.matches(run) for clause in clauses)]
    found = ordered(found, list(body.get("order_by") or []))
    start, size = int(body.get("page_token") or 0), int(body.get("max_results") or 1000)
    more = {"next_page_token": str(start + size)} if start + size < len(found) else {}
    return {"runs": found[start : start + size], **more}


@answers
def get_metric_history(call: Call) -> dict[str, Any]:
    """Return every value of a metric, oldest first."""
    run_id, key = call.query("run_id") or call.query("run_uuid"), call.query("metric_key")
    run = find_tracked(call.workspace, run_id)
    now = call.world.clock.now()
    return {"metrics": [_metric(metric) for metric in run.logged(now) if metric.key == key]}


def _experiment(call: Call, name: str) -> dict[str, Any]:
    return {
        "experiment_id": call.workspace.experiments[name],
        "name": name,
        "artifact_location": "",
        "lifecycle_stage": "active",
        "tags": [],
    }


@answers
def get_experiment_by_name(call: Call) -> dict[str, Any]:
    """Return the experiment of a name."""
    name = call.query("experiment_name")
    if name not in call.workspace.experiments:
        raise NotFound(f"Could not find experiment with name '{name}'")
    return {"experiment": _experiment(call, name)}


@answers
def get_experiment(call: Call) -> dict[str, Any]:
    """Return the experiment of an id."""
    return {"experiment": _experiment(call, experiment_named(call, call.query("experiment_id")))}


def experiment_named(call: Call, wanted: str) -> str:
    """Return the name of the experiment of an id; NotFound when there is none."""
    for name, identifier in call.workspace.experiments.items():
        if identifier == wanted:
            return name
    raise NotFound(f"Could not find experiment with ID '{wanted}'")


@answers
def search_experiments(call: Call) -> dict[str, Any]:
    """Return every experiment."""
    return {"experiments": [_experiment(call, name) for name in call.workspace.experiments]}


@answers
def create_experiment(call: Call) -> dict[str, Any]:
    """Create an experiment."""
    name = str(call.json.get("name") or "")
    if not name:
        raise Invalid("The experiment has no name.")
    return {"experiment_id": call.workspace.experiments.setdefault(name, call.world.ids.guid())}


def _routes(base: str) -> tuple[Route, ...]:
    documented = Evidence.DOCUMENTED
    return (
        Route("MLflow_GetRun", "GET", base + "/runs/get", get_run, documented),
        Route("MLflow_SearchRuns", "POST", base + "/runs/search", search_runs, documented),
        Route("MLflow_GetMetricHistory", "GET", base + "/metrics/get-history", get_metric_history, documented),
        Route("MLflow_GetExperiment", "GET", base + "/experiments/get", get_experiment, documented),
        Route(
            "MLflow_GetExperimentByName", "GET", base + "/experiments/get-by-name", get_experiment_by_name, documented
        ),
        Route("MLflow_SearchExperiments", "POST", base + "/experiments/search", search_experiments, documented),
        Route("MLflow_CreateExperiment", "POST", base + "/experiments/create", create_experiment, documented),
    )


ROUTES = (*_routes(BASE), *_routes(BASE_2_1))
