"""The work of a fine-tuning node: read the data, call the engine, keep its metrics, log and model folders."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from fakes.world.component_inputs import with_defaults
from fakes.world.data_inputs import opener
from fakes.world.datastores import ARTIFACT_STORE
from fakes.world.engine import FineTuneError, FineTuneRequest, FineTuneResult, Opener
from fakes.world.errors import ServiceError
from fakes.world.outputs import place
from fakes.world.pipelines import Node
from fakes.world.runs import LoggedMetric, Run, RunError

if TYPE_CHECKING:
    from fakes.world.jobs import Job
    from fakes.world.world import World

VALIDATION_STEP = "ft_nlp_common_validation"
NO_TRAINING_DATA = "train_file_path, train_mltable_path: got neither, expected one. Give the job its training data."
"""Why the validation step fails without training data (rule: component source; the words are our own)."""

TRAINING_LOG = "user_logs/std_log_process_0.txt"
FINETUNED = {"PipelineType": "Finetune", "showMetricsAtRoot": "true"}
"""Properties that the trainer sets on the root run (component source)."""


def train(world: World, job: Job, node: Node, node_run: Run) -> tuple[str, RunError] | None:
    """Do the node's work as it starts; returns the failing step and its cause, or None.

    What was computed shows when the steps that would have computed it have run.
    """
    try:
        request = _request(world, job, node, node_run)
        result = world.engine.fine_tune(request)
    except FineTuneError as error:
        return error.step, RunError(error.code, error.message)
    except ServiceError as error:
        return VALIDATION_STEP, RunError("UserError", error.message)
    step = next((run for run in node_run.children if "finetune" in run.display_name), node_run)
    step.parameters = dict(request.parameters)
    _log_metrics(job, node, step, result)
    world.schedule.at(step.plan.ends, partial(_publish, world, job, step, result))
    world.schedule.at(node_run.plan.ends, partial(_write_outputs, world, job, node, node_run, result))
    return None


def _request(world: World, job: Job, node: Node, node_run: Run) -> FineTuneRequest:
    if node.component is None or node.task is None:
        raise AssertionError("only fine-tuning nodes are trained")
    literals = {name: bound.value for name, bound in node.inputs.items() if bound.is_literal}
    base = node.inputs.get("mlflow_model_path") or node.inputs.get("pytorch_model_path")
    base_id = base.value if base else literals.get("huggingface_id", "")
    train_data = _data(world, job, node, "train")
    if train_data is None:
        raise FineTuneError("UserError", NO_TRAINING_DATA, VALIDATION_STEP)
    return FineTuneRequest(
        task=node.task,
        base_model=_model_name(base_id),
        base_model_id=base_id,
        parameters=with_defaults(node.component, literals),
        train=train_data,
        validation=_data(world, job, node, "validation"),
        test=_data(world, job, node, "test"),
        run_id=node_run.id,
        created=node_run.created,
        seed=world.seed,
    )


def _data(world: World, job: Job, node: Node, split: str) -> Opener | None:
    """Return the data of a split; an mltable wins over a file (component source)."""
    for name in (f"{split}_mltable_path", f"{split}_file_path"):
        given = node.inputs.get(name)
        if given is not None and given.value:
            return opener(world, job.workspace, given.value, kind=given.kind)
    return None


def _model_name(model_id: str) -> str:
    parts = model_id.rstrip("/").split("/")
    return parts[-3] if len(parts) > 3 and parts[-2] == "versions" else parts[-1]


def _log_metrics(job: Job, node: Node, step: Run, result: FineTuneResult) -> None:
    """Spread the metrics over the running time of the step; chat logs them at the root too (component source)."""
    begins = step.plan.entered("Running") or step.plan.started
    seconds = (step.plan.ends - begins).total_seconds()
    last = max((metric.offset for metric in result.metrics), default=0.0)
    pace = seconds / last if last > seconds else 1.0
    for metric in result.metrics:
        at = begins + timedelta(seconds=metric.offset * pace)
        logged = LoggedMetric(metric.key, metric.value, metric.step, at)
        step.metrics.append(logged)
        if node.task in ("chat-completion", "text-classification", "token-classification", "text-generation"):
            job.run.metrics.append(logged)


def _publish(world: World, job: Job, step: Run, result: FineTuneResult, now: datetime) -> None:
    """Show the training log and the properties once the step has run."""
    if step.status(now) != "Completed":
        return
    step.properties.update(result.properties)
    job.run.properties.update({**FINETUNED, **result.properties})
    write_artifact(world, job, f"{step.container}/{TRAINING_LOG}", result.log.encode())


def _write_outputs(world: World, job: Job, node: Node, node_run: Run, result: FineTuneResult, now: datetime) -> None:
    """Write the folders that the node's outputs are bound to."""
    if node_run.status(now) != "Completed":
        return
    folders: Mapping[str, Mapping[str, bytes]] = {
        "mlflow_model_folder": result.mlflow_model,
        "pytorch_model_folder": result.pytorch_model,
    }
    for component_output, job_output in node.outputs.items():
        files, output = folders.get(component_output), job.outputs.get(job_output)
        if files is None or output is None:
            continue
        place(job, job_output)
        store = job.workspace.datastores[output.datastore]
        for name, content in files.items():
            world.blobs.put(store.account, store.container, output.path + name, content)


def write_artifact(world: World, job: Job, name: str, content: bytes) -> None:
    """Write a file among the artifacts of a job's runs."""
    store = job.workspace.datastores[ARTIFACT_STORE]
    world.blobs.put(store.account, store.container, name, content)
