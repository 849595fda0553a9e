"""The published notebooks that deploy or evaluate a registry model without training it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from notebook_runner import Notebook

from fakes.emulator import Emulator


def test_a_registry_model_is_deployed_by_its_id(workplace: Path) -> None:
    """gpt2 is deployed straight from the registry and continues each prompt."""
    with Emulator() as azure:
        notebook = Notebook("foundation_model_inference", azure)
        names = notebook.run()

    assert notebook.cell == "6. Deletion"
    answers = [row["0"] for row in json.loads(names["response"])]
    assert [answer.startswith(prompt) for answer, prompt in zip(answers, names["prompts"], strict=True)] == [True] * 2


def test_the_first_of_a_list_of_versions_is_the_newest(workplace: Path) -> None:
    """A list of versions begins with the one that was created last."""
    with Emulator() as azure:
        names = Notebook("foundation_model_inference", azure).run(until="2. Foundation model")
        latest = names["registry_ml_client"].models.get("gpt2", label="latest")

    assert names["model_version"] == latest.version


def test_the_evaluation_pipeline_runs_for_each_model(workplace: Path) -> None:
    """Each model's job ends and its two runs are found by their root; nothing is computed, so there is no metric."""
    with Emulator() as azure:
        azure.write_config(workplace)
        notebook = Notebook("model_evaluation", azure)
        names = notebook.run()
        states = [names["workspace_ml_client"].jobs.get(job["job_name"]).status for job in names["pipeline_jobs"]]

    assert states == ["Completed", "Completed"]
    roots = Counter(run.data.tags["mlflow.rootRunId"] for run in names["evaluation_runs"])
    assert roots == {job["job_name"]: 2 for job in names["pipeline_jobs"]}
    assert not any(run.data.metrics for run in names["evaluation_runs"])
