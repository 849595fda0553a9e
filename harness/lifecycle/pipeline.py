"""The step pipeline: the fine-tuning job, built as the published notebook builds it, and submitted."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from azure.ai.ml import Input
from azure.ai.ml.constants import AssetTypes
from azure.ai.ml.dsl import pipeline
from azure.core.exceptions import ResourceExistsError

from harness.errors import JobFailed
from harness.ledger import Ledger
from harness.lifecycle.compute import Cluster
from harness.lifecycle.dataset import Dataset
from harness.lifecycle.jobs import wait_for_job
from harness.lifecycle.model import FoundationModel
from harness.lifecycle.parameters import DATA_INPUTS, MODEL_INPUT, STEPS_WITH_COMPUTE, JobParameters
from harness.lifecycle.waiting import Waiting

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = ["TRAINED_MODEL", "FinetuneJob", "bound_inputs", "build_pipeline", "run_pipeline"]

TRAINED_MODEL = "trained_model"
"""The job's output that holds the fine-tuned MLflow model."""

_MODEL_OUTPUT = "mlflow_model_folder"

_ONE_AT_A_TIME = threading.Lock()
"""The SDK keeps one stack of the pipelines being built for the whole process (SDK source): two at once mix."""


@dataclass(frozen=True, slots=True)
class FinetuneJob:
    """A fine-tuning job that has completed."""

    name: str
    experiment: str
    url: str

    @property
    def facts(self) -> Mapping[str, str]:
        """What to tell about it."""
        return {"job": self.name, "experiment": self.experiment, "studio": self.url}


def build_pipeline(parameters: JobParameters, model: FoundationModel, cluster: Cluster, dataset: Dataset) -> Any:
    """Return the pipeline job: one node, the registry component, whose model folder is the job's output."""
    bound = bound_inputs(parameters, model, cluster, dataset)

    @pipeline(name=parameters.display_name)  # type: ignore[untyped-decorator]
    def create_pipeline() -> dict[str, Any]:
        node = parameters.component.handle(**bound, **parameters.values)
        node.name = parameters.component.name
        return {TRAINED_MODEL: node.outputs[_MODEL_OUTPUT]}

    with _ONE_AT_A_TIME:
        job = create_pipeline()
    job.display_name = parameters.display_name
    job.settings.force_rerun = True
    job.settings.continue_on_step_failure = False
    return job


def run_pipeline(
    client: Any,
    job: Any,
    *,
    name: str,
    experiment: str,
    ledger: Ledger,
    see: str = "",
    **within: Unpack[Waiting],
) -> FinetuneJob:
    """Submit a pipeline under `name` and wait until it has completed.

    JobFailed names the step at fault, and `see` or its page in the studio; Unfinished the states at the deadline.
    """
    job.name, job.tags = name, dict(ledger.tags)
    with ledger.creating("job", name, bills=True) as resource:
        submitted = _submitted(client, job, experiment)
    page = "" if see else f": {submitted.studio_url}"
    within["watch"].progress(f"job {submitted.name} is submitted{page}")
    try:
        done = wait_for_job(client, submitted.name, see=see, **within)
    except JobFailed:
        ledger.ended(resource)
        raise
    ledger.ended(resource)
    return FinetuneJob(done.name, experiment, str(done.studio_url))


def _submitted(client: Any, job: Any, experiment: str) -> Any:
    """Submit a job, once more where another run uploads the same rows at this moment: then they are there.

    The SDK looks whether a file is there and uploads it if not, which two runs can do at once
    (azure-sdk-for-python issue 30155).
    """
    try:
        return client.jobs.create_or_update(job, experiment_name=experiment)
    except ResourceExistsError:
        return client.jobs.create_or_update(job, experiment_name=experiment)


def bound_inputs(
    parameters: JobParameters, model: FoundationModel, cluster: Cluster, dataset: Dataset
) -> dict[str, Any]:
    """Return the inputs that are no parameters: model, data and, where this version has them, computes."""
    taken = parameters.component.inputs
    splits = dataset.splits.model_dump(include=set(DATA_INPUTS), exclude_none=True)
    files = {
        DATA_INPUTS[purpose]: Input(type=AssetTypes.URI_FILE, path=str(dataset.file(split)))
        for purpose, split in splits.items()
    }
    computes = {name: cluster.name for name in STEPS_WITH_COMPUTE if name in taken}
    return {MODEL_INPUT: Input(type=AssetTypes.MLFLOW_MODEL, path=model.id), **computes, **files}
