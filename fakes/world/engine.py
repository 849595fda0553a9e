"""What the world knows of a fine-tuning engine: its signature, never its implementation.

The world hands a `FineTuneRequest` to the engine when the fine-tuning step of a job starts, stores what comes
back, and later asks the same engine to load the folder for a deployment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Protocol

Opener = Callable[[], BinaryIO]
"""Opens a fresh binary stream of one uploaded file."""


@dataclass(frozen=True, slots=True)
class FineTuneRequest:
    """One fine-tuning job, as the pipeline's inputs describe it.

    `task` is one of "chat-completion", "text-classification", "token-classification", "question-answering",
    "summarization", "translation", "text-generation". `parameters` holds every pipeline input as the string
    that went over the wire, with the component's defaults filled in.
    """

    task: str
    base_model: str
    base_model_id: str
    parameters: Mapping[str, str]
    train: Opener
    validation: Opener | None
    test: Opener | None
    run_id: str
    created: datetime
    seed: int


@dataclass(frozen=True, slots=True)
class Metric:
    """One logged value; `offset` is in seconds after the start of training."""

    key: str
    value: float
    step: int
    offset: float


@dataclass(frozen=True, slots=True)
class FineTuneResult:
    """What a finished job leaves behind.

    Folders map a relative path to its bytes; `properties` are run properties; `log` is the text of the
    training log (user_logs/std_log_process_0.txt).
    """

    mlflow_model: Mapping[str, bytes]
    pytorch_model: Mapping[str, bytes]
    metrics: tuple[Metric, ...]
    properties: Mapping[str, str]
    log: str


class FineTuneError(Exception):
    """The job fails: `code` of the run's error, its `message`, and the pipeline `step` that failed."""

    def __init__(self, code: str, message: str, step: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.step = step


class ScoringError(Exception):
    """The scoring container refuses a request with this HTTP `status` and `message`."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class ForeignModelError(ValueError):
    """A model of another make, whose code an engine does not run: it can be deployed, and cannot answer."""


class Predictor(Protocol):
    """A loaded model."""

    def predict(self, input_data: Any, params: Mapping[str, Any]) -> Any:
        """Answer one scoring request with a JSON-able value; raises ScoringError."""


class Engine(Protocol):
    """What does the work of a fine-tuning job and of the deployment that follows."""

    @property
    def name(self) -> str:
        """The name under which the engine is chosen."""

    def fine_tune(self, request: FineTuneRequest) -> FineTuneResult:
        """Run the job to its end; raises FineTuneError."""

    def load(self, folder: Mapping[str, bytes]) -> Predictor:
        """Load a fine-tuned MLflow model folder; ForeignModelError for another's, ValueError for a damaged one."""

    def foundation(self, name: str, task: str) -> Predictor:
        """A registry model that was never fine-tuned: it answers badly, and always the same."""
