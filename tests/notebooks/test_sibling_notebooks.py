"""The published fine-tuning notebooks of the other tasks, each with the registry's own pipeline."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pandas
import pytest
from notebook_runner import Notebook

from fakes.emulator import Emulator


def run(script: str, workplace: Path) -> dict[str, Any]:
    """Return what the cells of a notebook have defined after the last of them."""
    with Emulator() as azure:
        azure.write_config(workplace)
        notebook = Notebook(script, azure)
        names = notebook.run()
    assert notebook.cell == "8. Deletion"
    return names


def test_question_answering(workplace: Path) -> None:
    """Answers are cut from their context, and most are the right ones."""
    merged = run("extractive_qa", workplace)["merged_df"]
    right = [
        answer in truths for answer, truths in zip(merged["predicted_answer"], merged["answers.text"], strict=True)
    ]

    assert all(row["predicted_answer"] in row["context"] for _, row in merged.iterrows())
    assert sum(right) >= 6


def test_token_classification(workplace: Path) -> None:
    """Every word gets a tag, and most are the right ones."""
    merged = run("token_classification", workplace)["merged_df"]
    tags = [(ast.literal_eval(str(a)), ast.literal_eval(b)) for a, b in _columns(merged, "predicted", "ground_truth")]

    assert [len(found) for found, _ in tags] == [len(truth) for _, truth in tags]
    assert sum(a == b for found, truth in tags for a, b in zip(found, truth, strict=True)) >= 0.8 * sum(
        len(truth) for _, truth in tags
    )


def test_summarization(workplace: Path) -> None:
    """An article gets a summary shorter than itself."""
    (row,) = run("news_summary", workplace)["merged_df"].to_dict("records")

    assert 0 < len(row["scored_summary"]) < len(row["article"])


def test_translation(workplace: Path) -> None:
    """A sentence gets one in the other language."""
    (row,) = run("translation", workplace)["merged_df"].to_dict("records")

    assert row["predicted_translation"] not in ("", row["en"])


def test_text_generation(workplace: Path) -> None:
    """A prompt is returned with its continuation, as `return_full_text` asks."""
    names = run("samsum", workplace)

    assert names["optimization_parameters"]["max_seq_length"] == 2048
    assert all(row["scored_label"].startswith(row["text"]) for row in names["merged_df"].to_dict("records"))


def _columns(frame: pandas.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    return list(zip(*(frame[f"{name}_tags"] for name in names), strict=True))


@pytest.mark.parametrize("script", ["extractive_qa", "translation"])
def test_a_finished_job_keeps_what_it_was_given(workplace: Path, script: str) -> None:
    """The columns that a notebook names reach the service."""
    with Emulator(pace="instant") as azure:
        azure.write_config(workplace)
        names = Notebook(script, azure).run(until="4. Fine-tuning")
        job = names["workspace_ml_client"].jobs.get(names["pipeline_job"].name)
        (node,) = job.jobs.values()

    assert job.status == "Completed"
    assert {"question_key", "source_lang"} & set(node.inputs)
