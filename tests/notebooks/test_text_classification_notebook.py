"""The published text-classification notebooks: bert on one node, Llama on two."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.core.exceptions import HttpResponseError
from notebook_runner import Notebook

from fakes.emulator import Emulator

HALF_PRECISION = {"num_nodes = 2": 'num_nodes = 2\noptimization_parameters["precision"] = "16"'}
"""The pipeline takes 32 and 16; the model's own defaults say 4."""


@pytest.fixture(scope="module")
def notebook(workplace: Path) -> Iterator[Notebook]:
    """The emotion-detection notebook after its last cell."""
    with Emulator() as azure:
        azure.write_config(workplace)
        notebook = Notebook("emotion_detection", azure)
        notebook.run()
        yield notebook


def test_it_runs_to_its_last_cell(notebook: Notebook) -> None:
    """Every cell runs."""
    assert notebook.cell == "9. Deletion"


def test_mlflow_finds_the_training_run_by_its_root(notebook: Notebook) -> None:
    """A search for the runs below the job finds one that has trained, with the metrics of a classifier."""
    metrics = notebook.names["training_run"].data.metrics

    assert metrics["epoch"] == 3.0
    assert {"loss", "learning_rate", "eval_loss", "eval_accuracy", "eval_f1_macro", "train_loss"} <= set(metrics)


def test_no_evaluation_is_found(notebook: Notebook) -> None:
    """The pipeline has no evaluation step any more, and the notebook says so."""
    assert "No Evaluation job found" in notebook.printed["5. Metrics"]


def test_labels_are_the_words_of_the_data(notebook: Notebook) -> None:
    """Ten texts in the split form of a frame get a label each, and nearly all of them the right one."""
    merged = notebook.names["merged_df"]

    assert len(merged) == 10
    assert (merged["scored_label"] == merged["ground_truth_label"]).sum() >= 8


def test_the_body_of_an_earlier_edition_is_refused(notebook: Notebook) -> None:
    """`{"inputs": [...]}` is refused with the words that users report."""
    refusal = notebook.names["refusal"]

    assert isinstance(refusal, HttpResponseError)
    assert "A value is not provided for the 'input_data' parameter." in refusal.message


def test_two_nodes_fine_tune_llama(workplace: Path) -> None:
    """The multi-node notebook runs on a model of Meta's registry and labels bare texts."""
    with Emulator() as azure:
        azure.write_config(workplace)
        notebook = Notebook("llama_multinode", azure, HALF_PRECISION)
        names = notebook.run()
        sent = names["workspace_ml_client"].jobs.get(names["pipeline_job"].name)

    assert notebook.cell == "9. Deletion"
    assert sent.jobs["text_classification_pipeline"].inputs["num_nodes_finetune"]._data == "2"
    truth = list(names["test_df"]["label_string"])
    scored = [row["0"] for row in json.loads(names["response"])]
    assert sum(a == b for a, b in zip(scored, truth, strict=True)) >= 8


def test_the_models_own_precision_is_not_one_of_the_pipelines(workplace: Path) -> None:
    """As printed the notebook hands on the model's precision 4, which the pipeline of 2026 refuses by name."""
    with Emulator() as azure:
        azure.write_config(workplace)
        notebook = Notebook("llama_multinode", azure)
        with pytest.raises(HttpResponseError, match=r"'precision' .* is '4'; allowed values are: 32, 16"):
            notebook.run()

    assert notebook.cell == "5. Fine-tuning"
