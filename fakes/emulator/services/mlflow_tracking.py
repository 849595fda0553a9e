"""MLflow's REST interface for what a client logs: runs of its own, metrics, parameters and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakes.emulator.routing import Evidence, Handler, Route
from fakes.emulator.services.mlflow import BASE, BASE_2_1, answers, experiment_named, render
from fakes.world.client_runs import find_tracked, log_metrics, log_parameters, set_tags, start_run, update_run

if TYPE_CHECKING:
    from fakes.emulator.call import Call
    from fakes.world.runs import Run

_NAME, _PARENT = "mlflow.runName", "mlflow.parentRunId"


def _run(call: Call) -> Run:
    return find_tracked(call.workspace, str(call.json.get("run_id") or call.json.get("run_uuid") or ""))


def _tags(call: Call) -> dict[str, str]:
    return {str(tag["key"]): str(tag["value"]) for tag in call.json.get("tags") or []}


@answers
def create_run(call: Call) -> dict[str, Any]:
    """Start a run of the client's own."""
    tags = _tags(call)
    name = str(call.json.get("run_name") or tags.get(_NAME) or "")
    experiment = experiment_named(call, str(call.json.get("experiment_id") or ""))
    kept = {key: value for key, value in tags.items() if key not in (_NAME, _PARENT, "mlflow.user")}
    run = start_run(call.world, call.workspace, experiment, name, kept, tags.get(_PARENT, ""))
    return {"run": render(call, run)}


@answers
def change_run(call: Call) -> dict[str, Any]:
    """Rename a run or end it."""
    run = _run(call)
    update_run(call.world, run, str(call.json.get("status") or ""), str(call.json.get("run_name") or ""))
    return {"run_info": render(call, run)["info"]}


@answers
def log_metric(call: Call) -> dict[str, Any]:
    """Log one value."""
    log_metrics(call.world, _run(call), [call.json])
    return {}


@answers
def log_parameter(call: Call) -> dict[str, Any]:
    """Log one parameter."""
    log_parameters(_run(call), [call.json])
    return {}


@answers
def log_batch(call: Call) -> dict[str, Any]:
    """Log values, parameters and tags together."""
    run = _run(call)
    log_parameters(run, call.json.get("params") or [])
    log_metrics(call.world, run, call.json.get("metrics") or [])
    set_tags(call.workspace, run, _tags(call))
    return {}


@answers
def set_tag(call: Call) -> dict[str, Any]:
    """Set one tag."""
    set_tags(call.workspace, _run(call), {str(call.json.get("key")): str(call.json.get("value"))})
    return {}


_OWN_TIME = "at the virtual instant, not at the client's"
_HANDLERS: tuple[tuple[str, str, Handler, str], ...] = (
    ("CreateRun", "create", create_run, f"starts {_OWN_TIME}; no job of the workspace"),
    ("UpdateRun", "update", change_run, f"ends {_OWN_TIME}; the run of a job ends by itself"),
    ("LogMetric", "log-metric", log_metric, f"logged {_OWN_TIME}"),
    ("LogParam", "log-parameter", log_parameter, ""),
    ("LogBatch", "log-batch", log_batch, f"logged {_OWN_TIME}"),
    ("SetTag", "set-tag", set_tag, ""),
)

ROUTES = tuple(
    Route(f"MLflow_{name}", "POST", f"{base}/runs/{path}", handler, Evidence.DOCUMENTED, note)
    for base in (BASE, BASE_2_1)
    for name, path, handler, note in _HANDLERS
)
