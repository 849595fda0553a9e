"""The published chat-completion notebook, run as it is printed, against the registry of four moments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.ai.ml.exceptions import UnexpectedKeywordError
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from notebook_runner import Notebook

from fakes.emulator import Emulator
from fakes.world.faults import HttpFault

SCRIPT = "chat_completion"
ON_A100 = {"Standard_ND40rs_v2": "Standard_NC96ads_A100_v4"}
"""What a user changes who reads the allow list."""


@pytest.fixture(scope="module")
def azure(workplace: Path) -> Iterator[Emulator]:
    """Azure as it stood when the notebook was published."""
    with Emulator(catalog="2024-04") as azure:
        azure.write_config(workplace)
        yield azure


@pytest.fixture(scope="module")
def notebook(azure: Emulator) -> Notebook:
    """The notebook after its last cell."""
    notebook = Notebook(SCRIPT, azure)
    notebook.run()
    return notebook


def test_it_runs_to_its_last_cell(notebook: Notebook) -> None:
    """Every cell runs as printed."""
    assert notebook.cell == "9. Deletion"


def test_azure_served_every_request(azure: Emulator, notebook: Notebook) -> None:
    """The only refusals are those that the SDK counts on: things that it looks for before it creates them."""
    refused = {(call.operation, call.status) for call in azure.calls if call.status >= 400}

    assert refused == {("Compute_Get", 404), ("Blob_GetProperties", 404)}


def test_it_uses_the_newest_model(notebook: Notebook) -> None:
    """The label latest finds version 5 of the model in the public registry."""
    assert notebook.names["foundation_model"].id == (
        "azureml://registries/azureml/models/Phi-3-mini-4k-instruct/versions/5"
    )


def test_its_cluster_is_allowed(notebook: Notebook) -> None:
    """The printed size is on the list of that time, and a node of it has eight GPUs."""
    assert "Standard_ND40rs_v2" in notebook.names["computes_allow_list"]
    assert notebook.names["gpus_per_node"] == 8


def test_the_display_name_tells_the_parameters(notebook: Notebook) -> None:
    """Batch size, scheduler and optimizations are in the name of the run."""
    assert notebook.names["pipeline_display_name"] == (
        "Phi-3-mini-4k-instruct-ultrachat-bs8-cosine-ds2-lora-save_limit-1-seqlen-1"
    )


def test_the_job_is_streamed_to_its_end(notebook: Notebook) -> None:
    """The cell of the job prints the log of the pipeline and the summary."""
    printed = notebook.printed["5. Fine-tuning: job"]

    assert "Streaming logs/azureml/executionlogs.txt" in printed
    assert re.search(r"Execution Summary\n=+\nRunId: " + notebook.names["pipeline_job"].name, printed)


def test_the_registered_model_knows_its_job(notebook: Notebook) -> None:
    """Registration keeps the lineage from the model to the job."""
    model = notebook.names["registered_model"]

    assert (model.name, model.version) == ("Phi-3-mini-4k-instruct-ultrachat-200k", notebook.names["timestamp"])
    assert (model.type, model.job_name) == ("mlflow_model", notebook.names["pipeline_job"].name)


def test_the_endpoint_answers_in_a_sentence(notebook: Notebook) -> None:
    """The raw response is a list with one row, whose column 0 holds the reply."""
    (row,) = json.loads(notebook.names["response"])

    assert list(row) == ["0"]
    assert row["0"].strip().endswith((".", "!", "?"))


def test_nothing_is_left_that_costs_money(notebook: Notebook) -> None:
    """The endpoint is gone after the last cell."""
    client = notebook.names["workspace_ml_client"]

    with pytest.raises(ResourceNotFoundError):
        client.online_endpoints.get(notebook.names["online_endpoint_name"])


def test_without_a_config_file_the_printed_ids_are_used(
    azure: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no config.json is found the client takes the ids that the user has filled in."""
    monkeypatch.chdir(tmp_path)
    names = Notebook(SCRIPT, azure).run(until="1. Prerequisites")

    assert names["workspace_ml_client"].workspace_name == azure.workspace_name


def test_a_low_priority_cluster_is_the_second_attempt(workplace: Path) -> None:
    """When the dedicated cluster is refused the notebook creates one of low priority."""
    with Emulator(catalog="2024-04") as azure:
        azure.write_config(workplace)
        azure.faults.on("Compute_CreateOrUpdate", fault=HttpFault(400, "ClusterCoreQuotaReached", "no quota"))
        notebook = Notebook(SCRIPT, azure)
        compute = notebook.run(until="3. Compute: the checks")["compute"]

    assert "Attempt #2" in notebook.printed["3. Compute: the cluster"]
    assert compute.tier == "low_priority"


def test_a_row_that_ends_with_the_answer_is_refused(workplace: Path) -> None:
    """A drawn row whose last turn is the assistant's is refused by the model: the user must have the last word."""
    with Emulator(catalog="2024-04", pace="instant") as azure:
        azure.write_config(workplace)
        notebook = Notebook(SCRIPT, azure, seed=0)
        with pytest.raises(HttpResponseError, match="expected 'user' in the last message, got 'assistant'"):
            notebook.run()

    assert notebook.cell == "8. Scoring"
    assert notebook.names["test_df"]["messages"][0][-1]["role"] == "assistant"


def test_what_was_asked_of_the_deployment_is_kept(workplace: Path) -> None:
    """Probe, time limit and traffic can be read back as the notebook has set them."""
    with Emulator(catalog="2024-04", pace="instant") as azure:
        azure.write_config(workplace)
        names = Notebook(SCRIPT, azure).run(until="7. Deployment")
        client, endpoint = names["workspace_ml_client"], names["online_endpoint_name"]
        demo = client.online_deployments.get("demo", endpoint_name=endpoint)

        assert (demo.liveness_probe.initial_delay, demo.request_settings.request_timeout_ms) == (600, 90000)
        assert client.online_endpoints.get(endpoint).traffic == {"demo": 100}


def test_half_a_year_later_the_printed_size_is_refused(workplace: Path) -> None:
    """In 2024-12 the list has lost the size, and the notebook says so before anything is trained."""
    with Emulator(catalog="2024-12") as azure:
        azure.write_config(workplace)
        notebook = Notebook(SCRIPT, azure)
        with pytest.raises(ValueError, match="VM size STANDARD_ND40RS_V2 is not in the allow-listed computes"):
            notebook.run()

    assert notebook.cell == "3. Compute: the checks"


def test_half_a_year_later_an_allowed_size_works(workplace: Path) -> None:
    """In 2024-12 the notebook runs to its end with a size from the list, and keeps one checkpoint as the model asks."""
    with Emulator(catalog="2024-12") as azure:
        azure.write_config(workplace)
        names = Notebook(SCRIPT, azure, ON_A100).run()

    assert list(json.loads(names["response"])[0]) == ["0"]
    assert names["pipeline_display_name"].endswith("bs4-cosine-ds2-lora-save_limit1-seqlen-1")


@pytest.mark.parametrize(
    ("era", "changes", "listed"), [("2025-03", ON_A100, True), ("2026-07", {}, False)], ids=["2025-03", "2026-07"]
)
def test_a_year_later_the_models_own_defaults_break_the_pipeline(
    workplace: Path, era: str, changes: dict[str, str], listed: bool
) -> None:
    """From 2025 on the defaults hold a parameter that the pipeline does not take; in 2026 the list is gone too."""
    with Emulator(catalog=era) as azure:
        azure.write_config(workplace)
        notebook = Notebook(SCRIPT, azure, changes)
        with pytest.raises(UnexpectedKeywordError, match="unexpected keyword argument 'learning_rate_min'"):
            notebook.run()

    assert notebook.cell == "5. Fine-tuning: pipeline"
    assert (notebook.names["computes_allow_list"] is not None) == listed
