"""The default engine: TF-IDF nearest neighbour over the training rows; deterministic and honest about it.

scikit-learn and SciPy are imported when a job is run or a model loaded, not before: they cost most of a
second.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from fakes.engines.example import Example
from fakes.engines.model_folder import config, data_files, mlflow_folder, read_config
from fakes.engines.plan import Inputs, check_settings, make_plan
from fakes.engines.predictor import FoundationPredictor, RetrievalPredictor
from fakes.engines.rows import USER_ERROR, Splits, prepare, step_name
from fakes.engines.tasks import Task, task_by_name
from fakes.engines.tasks.task import Row
from fakes.world.engine import FineTuneError, FineTuneRequest, FineTuneResult, Predictor

if TYPE_CHECKING:
    from fakes.engines.probes import Prober
    from fakes.engines.training import Training

Examples = list[tuple[Example, ...]]
"""What is learned from each row."""


class RetrievalEngine:
    """Learns by remembering: a question is answered with the answer to the most similar learned question."""

    name = "retrieval"

    def fine_tune(self, request: FineTuneRequest) -> FineTuneResult:
        """Split, check, fit and measure as the pipeline's inputs say; raises FineTuneError."""
        inputs = Inputs(request.parameters, step_name(request.task, "finetune"))
        seed = inputs.integer("seed", request.seed)
        task = _bound_task(request)
        splits = prepare(request, task)
        train = _examples(request, task, "train", splits.train)
        random.Random(seed).shuffle(train)
        validation = _examples(request, task, "validation", splits.validation)
        check_settings(inputs)
        fitted = _fit(task, train, inputs.step)
        training = _training(fitted, inputs, seed, train, validation)
        learned = training.run()
        model = fitted.index.first(learned).to_files()
        return FineTuneResult(
            mlflow_model=mlflow_folder(request, task, model, fitted.fallback),
            pytorch_model=_pytorch_folder(request, model, fitted.fallback),
            metrics=tuple(training.metrics),
            properties=_properties(request, task, splits, training.best),
            log=_log(request, splits, learned, training),
        )

    def load(self, folder: Mapping[str, bytes]) -> Predictor:
        """Load a folder that `fine_tune` wrote; ValueError says why another one cannot be loaded."""
        return load_predictor(data_files(folder))

    def foundation(self, name: str, task: str) -> Predictor:  # noqa: ARG002
        """The model before fine-tuning; its name makes no difference to how badly it answers."""
        return FoundationPredictor(task_by_name(task, {}))


def load_predictor(data: Mapping[str, bytes]) -> RetrievalPredictor:
    """The model in a data folder; ValueError where a file is missing or malformed."""
    from fakes.engines.index import TfidfIndex

    try:
        task, fallback = read_config(data)
        return RetrievalPredictor(task, TfidfIndex.from_files(data), fallback)
    except KeyError as error:
        raise ValueError(f"Cannot load the model: {error} is missing among {sorted(data)}.") from None
    except (ValueError, TypeError, EOFError, BadZipFile) as error:
        raise ValueError(f"Cannot load the model: its data folder is damaged: {error}") from None


def _bound_task(request: FineTuneRequest) -> Task:
    try:
        return task_by_name(request.task, request.parameters)
    except ValueError as error:
        raise FineTuneError(USER_ERROR, str(error), step_name(request.task, "datapreprocess")) from None


def _examples(request: FineTuneRequest, task: Task, split: str, rows: Sequence[Row]) -> Examples:
    step = step_name(request.task, "datapreprocess")
    found: Examples = []
    for number, row in enumerate(rows, 1):
        try:
            found.append(task.examples(row))
        except ValueError as error:
            message = f"{split} row {number} of those that are used: {error}"
            raise FineTuneError(USER_ERROR, message, step) from None
    if not any(found):
        message = (
            f"{split} data: got no answer to learn in {len(found)} rows, expected at least one. "
            "Raise max_seq_length if it cuts the answers off; otherwise add answers to the rows."
        )
        raise FineTuneError(USER_ERROR, message, step)
    return [row for row in found if row]


def _fit(task: Task, train: Examples, step: str) -> Prober:
    """The index of all training examples, in the order of their learning, ready to be measured."""
    from fakes.engines.index import TfidfIndex
    from fakes.engines.probes import Prober

    flat = [example for row in train for example in row]
    answers = [example.answer for example in flat]
    try:
        index = TfidfIndex.fit([example.query for example in flat], answers, task.token_pattern)
    except ValueError as error:  # scikit-learn finds no word at all
        raise FineTuneError(USER_ERROR, f"Nothing to learn from the training data: {error}", step) from None
    return Prober(task, index, task.fallback(answers))


def _training(fitted: Prober, inputs: Inputs, seed: int, train: Examples, validation: Examples) -> Training:
    from fakes.engines.training import Training

    ends = list(accumulate(map(len, train)))
    return Training(
        task=fitted.task,
        plan=make_plan(inputs, len(train)),
        ends=ends,
        train=fitted.sample(train, seed, places=[0, *ends]),
        validation=fitted.sample(validation, seed),
        step_name=inputs.step,
    )


def _pytorch_folder(request: FineTuneRequest, model: Mapping[str, bytes], fallback: str | None) -> dict[str, bytes]:
    """The trained model as it is before conversion, beside the arguments it was trained with."""
    arguments = {**request.parameters, "task_name": request.task, "model_name": request.base_model}
    written = (json.dumps(arguments, indent=2, sort_keys=True) + "\n").encode()
    files = {path.rpartition("/")[2]: content for path, content in model.items()}
    return {**files, "config.json": config(request, fallback), "finetune_args.json": written}


def _properties(request: FineTuneRequest, task: Task, splits: Splits, best: float | None) -> dict[str, str]:
    """Run properties under Azure's names (source); a token is a word here, counted once an epoch."""
    properties = {
        "PipelineType": "Finetune",
        "showMetricsAtRoot": "true",
        "run_algorithm": request.base_model,
    }
    if best is not None:
        properties["score"] = str(best)
    counts = [task.token_counts(row) for row in (*splits.train, *splits.validation)]
    known = [count for count in counts if count is not None]
    if known:
        epochs = int(request.parameters.get("num_train_epochs") or 1)
        properties["__azureml_ft_training_tokens"] = str(epochs * sum(total for total, _ in known))
        properties["__azureml_ft_assistant_tokens"] = str(epochs * sum(assistant for _, assistant in known))
    return properties


def _log(request: FineTuneRequest, splits: Splits, learned: int, training: Training) -> str:
    plan = training.plan
    lines = [
        f"Engine: {RetrievalEngine.name} (TF-IDF nearest neighbour); {request.base_model} is not trained",
        f"Task name: {request.task}",
        f"Rows: train {len(splits.train)}, validation {len(splits.validation)}, test {len(splits.test)}",
        f"Rows without usable content, dropped: {splits.dropped}",
        f"Rows a step, over all processes and accumulation: {plan.batch}",
        f"Steps planned: {plan.steps}",
        *training.log,
        f"Examples learned: {learned}",
    ]
    return "".join(f"{line}\n" for line in lines)
