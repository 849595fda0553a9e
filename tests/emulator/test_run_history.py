"""Run history and the data plane that finds the outputs of runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from bare import ask, history, workspace_id
from fine_tuning_job import WHOLE_JOB, conversations, put_job

from fakes.emulator import Emulator


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """A local Azure ML with a completed job, which the tests of this module only read."""
    with Emulator(pace="instant") as azure:
        put_job(azure, conversations(tmp_path_factory.mktemp("data") / "train.jsonl"))
        azure.clock.advance(WHOLE_JOB)
        yield azure


def _get(azure: Emulator, path: str) -> Any:
    answer = ask(azure, "GET", history(azure, path), version=None)
    assert answer.status_code == 200
    return answer.json()


def _data(azure: Emulator) -> Any:
    asked = {"runId": "job", "selectRunMetadata": True, "selectRunDefinition": True, "selectJobSpecification": True}
    return ask(azure, "POST", history(azure, "/rundata"), asked, version=None).json()


def test_a_run(azure: Emulator) -> None:
    """A RunDto tells what a run is, where its files are and how it ended (recorded)."""
    run = _get(azure, "/runs/job")

    assert [run[key] for key in ("runId", "rootRunId", "parentRunId", "status", "dataContainerId")] == [
        "job",
        "job",
        None,
        "Completed",
        "dcid.job",
    ]
    assert (run["runType"], run["runTypeV2"]["orchestrator"]) == ("azureml.PipelineRun", "Pipeline")


def test_times_are_in_azure_s_spelling(azure: Emulator) -> None:
    """A timestamp has seven digits of a second and +00:00 (recorded)."""
    run = _get(azure, "/runs/job")

    assert run["createdUtc"] == "2024-05-10T12:00:00.0000000+00:00"
    assert run["createdUtc"] < run["startTimeUtc"] < run["endTimeUtc"]


def test_children_lead_to_their_parents(azure: Emulator) -> None:
    """Each level of a pipeline is listed under the one above it (recorded)."""
    (node,) = _get(azure, "/runs/job/children")["value"]
    steps = _get(azure, f"/runs/{node['runId']}/children")["value"]

    assert (node["displayName"], node["parentRunId"]) == ("node", "job")
    assert {step["parentRunId"] for step in steps} == {node["runId"]}
    assert {step["rootRunId"] for step in steps} == {"job"}
    assert {step["runType"] for step in steps} == {"azureml.StepRun"}


def test_a_list_of_children_says_nothing_of_more(azure: Emulator) -> None:
    """The list has no continuation (recorded)."""
    assert list(_get(azure, "/runs/job/children")) == ["value"]


def test_details_name_readable_logs(azure: Emulator) -> None:
    """`details` is what `jobs.stream` polls: the status and a readable URL for each log (keys quoted)."""
    details = _get(azure, "/runs/job/details")
    log = requests.get(details["logFiles"]["logs/azureml/executionlogs.txt"], timeout=5)

    assert (details["status"], details["error"]) == ("Completed", None)
    assert "no runs left and nothing to schedule" in log.text


def test_the_training_log_is_below_its_step(azure: Emulator) -> None:
    """The log of the training itself is among the files of the fine-tuning step."""
    (node,) = _get(azure, "/runs/job/children")["value"]
    steps = {step["displayName"]: step["runId"] for step in _get(azure, f"/runs/{node['runId']}/children")["value"]}
    logs = _get(azure, f"/runs/{steps['chat_completion_finetune']}/details")["logFiles"]

    assert list(logs) == ["user_logs/std_log_process_0.txt"]


def test_run_data_names_the_outputs(azure: Emulator) -> None:
    """The outputs of a run are data assets of type UriFolder, `default` among them (recorded)."""
    outputs = _data(azure)["runMetadata"]["outputs"]
    prefix = f"azureml://locations/eastus2/workspaces/{azure.world.home.workspace_id}/data/azureml_job_output_data_"

    assert outputs == {
        name: {"assetId": f"{prefix}{name}/versions/1", "type": "UriFolder"} for name in ("default", "trained_model")
    }


def test_a_run_definition_is_in_pascal_case(azure: Emulator) -> None:
    """The keys of a run definition begin with a capital (recorded)."""
    definition = _data(azure)["runDefinition"]

    assert definition["JobType"] == "Pipeline"
    assert [key for key in definition if not key[0].isupper()] == []


def test_outputs_are_resolved_to_paths(azure: Emulator) -> None:
    """batchGetResolvedUris tells where the data of outputs lies, and leaves out what it does not know (recorded)."""
    outputs = _data(azure)["runMetadata"]["outputs"]
    asked = [*(output["assetId"] for output in outputs.values()), "azureml://other"]
    url = f"https://eastus2.api.azureml.ms/data/v1.0{workspace_id(azure)}/dataversion/batchGetResolvedUris"
    values = ask(azure, "POST", url, {"values": asked}, version=None).json()["values"]

    paths = [values[asset]["uri"].partition("/datastores/")[2] for asset in asked[:-1]]
    assert paths == [
        "workspaceartifactstore/paths/ExperimentRun/dcid.job/",
        "workspaceblobstore/paths/azureml/job/trained_model/",
    ]
    assert list(values) == asked[:-1]


@pytest.mark.parametrize("path", ["/runs/none", "/runs/none/children", "/runs/none/details"])
def test_an_unknown_run_is_not_found(azure: Emulator, path: str) -> None:
    """The refusal is in the envelope of the data plane (recorded)."""
    answer = ask(azure, "GET", history(azure, path), version=None)

    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "Run none was not found"
    assert (answer.json()["statusCode"], answer.json()["environment"]) == (404, "eastus2")


def test_discovery_names_the_services(azure: Emulator) -> None:
    """The region's discovery needs no token and names the base of run history as `api` (recorded 2023-01)."""
    answer = requests.get("https://eastus2.api.azureml.ms/discovery", timeout=5)

    assert answer.json()["api"] == "https://eastus2.api.azureml.ms"


def test_members_have_the_service_s_order(azure: Emulator) -> None:
    """A run begins with its number and ends with its outputs; its definition ends with its properties (recorded)."""
    found = _data(azure)
    members = list(found["runMetadata"])

    assert members[:2] + members[-2:] == ["runNumber", "rootRunId", "inputs", "outputs"]
    assert list(found["runDefinition"])[-3:] == ["Description", "Tags", "Properties"]
