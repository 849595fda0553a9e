"""A small world whose engine computes nothing, and a chat fine-tuning job in it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from fakes.catalogue import Catalogue, load_catalogue
from fakes.world.engine import FineTuneError, FineTuneRequest, FineTuneResult, Metric, Predictor
from fakes.world.jobs import Job, put_job
from fakes.world.pace import pace_by_name
from fakes.world.world import Workspace, World

COMPONENT = "azureml://registries/azureml/components/chat_completion_pipeline/versions/0.0.42"
BASE_MODEL = "azureml://registries/azureml/models/Phi-3-mini-4k-instruct/versions/5"
TRAIN = "azureml://datastores/workspaceblobstore/paths/data/train.jsonl"
FINE_TUNING = "chat_completion_finetune"
PREPARING, VALIDATION, IMPORT, PREPROCESSING, TRAINING, CONVERSION, FINALIZING = 10, 60, 300, 120, 1800, 300, 5
"""How long the parts of the job take at Azure's pace, in seconds."""
BEFORE_TRAINING = PREPARING + VALIDATION + IMPORT + PREPROCESSING
WHOLE_JOB = BEFORE_TRAINING + TRAINING + CONVERSION + FINALIZING


@lru_cache(maxsize=4)
def catalogue(era: str = "2024-04") -> Catalogue:
    """Return the registry as it stood in an era, read once."""
    return load_catalogue(era)


class NoteTaker:
    """An engine that notes what it is asked and gives back one file, one log and one metric a minute."""

    name = "note taker"

    def __init__(self, error: FineTuneError | None = None) -> None:
        self.requests: list[FineTuneRequest] = []
        self._error = error

    def fine_tune(self, request: FineTuneRequest) -> FineTuneResult:
        """Note the request; raise the error that was asked for."""
        self.requests.append(request)
        if self._error:
            raise self._error
        metrics = tuple(Metric("loss", 1.0 / step, step, 60.0 * step) for step in range(1, 6))
        return FineTuneResult({"MLmodel": b"flavors: {}"}, {"weights": b"w"}, metrics, {"score": "0.5"}, "trained\n")

    def load(self, folder: Any) -> Predictor:
        """Never asked for here."""
        raise NotImplementedError

    def foundation(self, name: str, task: str) -> Predictor:
        """Never asked for here."""
        raise NotImplementedError


def new_world(engine: NoteTaker | None = None, *, pace: str = "recorded", seed: int = 0) -> World:
    """Return a world at Azure's pace with a training file in its workspace."""
    world = World(catalogue=catalogue(), pace=pace_by_name(pace), engine=engine or NoteTaker(), seed=seed)
    upload(world, world.home, "data/train.jsonl", b"{}\n")
    return world


def upload(world: World, workspace: Workspace, path: str, content: bytes) -> None:
    """Put a file on the workspace's default datastore."""
    world.blobs.put(workspace.storage_account, workspace.default_container, path, content)


def fine_tuning(**inputs: Any) -> dict[str, Any]:
    """Return the properties of a pipeline job with one fine-tuning node; `inputs` override those of the node."""
    data = {
        "mlflow_model_path": {"job_input_type": "mlflow_model", "uri": BASE_MODEL},
        "train_file_path": {"job_input_type": "uri_file", "uri": TRAIN},
    }
    bound = {"job_output_type": "mlflow_model", "value": "${{parent.outputs.trained_model}}"}
    node = {
        "type": "pipeline",
        "componentId": COMPONENT,
        "inputs": {**data, **{name: value for name, value in inputs.items() if value is not None}},
        "outputs": {"mlflow_model_folder": bound},
    }
    return {
        "jobType": "Pipeline",
        "experimentName": "chat",
        "jobs": {"chat": node},
        "outputs": {"trained_model": {"jobOutputType": "mlflow_model"}},
    }


def submit(world: World, name: str = "job", **inputs: Any) -> Job:
    """Submit the fine-tuning job."""
    return put_job(world, world.home, name, fine_tuning(**inputs))[0]


def command(world: World, name: str = "command", **given: Any) -> Job:
    """Submit a command job."""
    return put_job(world, world.home, name, {"jobType": "Command", "command": "true", **given})[0]


def wait(world: World, seconds: float) -> None:
    """Let virtual time pass and what is due happen."""
    world.clock.advance(seconds)
    world.catch_up()


def status(world: World, job: Job) -> str:
    """Return the status of a job now."""
    return job.run.status(world.clock.now())


def step(job: Job, name: str) -> Any:
    """Return the run of a step by its name."""
    return next(run for run in job.run.walk() if run.display_name == name)
