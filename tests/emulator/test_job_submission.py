"""Submitting a job: what goes over the wire, and what the service refuses that the SDK lets through."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azure.ai.ml import Input, MLClient
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from bare import ask, workspace_id
from fine_tuning_job import BASE_MODEL, CLUSTER, COMPONENT, chat_pipeline, conversations, create_cluster, submit

from fakes.emulator import Emulator


@pytest.fixture
def train(tmp_path: Path) -> Path:
    """Enough conversations to train on."""
    return conversations(tmp_path / "train.jsonl")


def _raw(azure: Emulator, *, component: str = COMPONENT, compute: str | None = None, **inputs: str) -> Any:
    """Submit a job without the SDK's own validation, and return the answer."""
    literals = {name: {"job_input_type": "literal", "value": value} for name, value in inputs.items()}
    node = {"type": "pipeline", "componentId": component, "inputs": {**literals}}
    properties = {"jobType": "Pipeline", "jobs": {"chat": node}, "computeId": compute}
    return ask(azure, "PUT", "/jobs/job", {"properties": properties})


def _inner(answer: Any) -> list[str]:
    info = {entry["type"]: entry["info"]["value"] for entry in answer.json()["error"]["additionalInfo"]}
    codes, inner = [], info["InnerError"]
    while inner:
        codes.append(inner["code"])
        inner = inner["innerError"]
    return codes


def test_the_training_file_is_uploaded(azure: Emulator, workspace: MLClient, train: Path) -> None:
    """Submitting uploads the local file and replaces it by its datastore URI."""
    job = workspace.jobs.get(submit(azure, train).name)
    node = job.jobs["node"]

    assert node.inputs["train_file_path"].path.endswith("/train.jsonl")
    assert "BlockBlob_Upload" in {call.operation for call in azure.calls}


def test_parameters_come_back_as_text(azure: Emulator, workspace: MLClient, train: Path) -> None:
    """Numbers go over the wire as strings and come back as such (recorded)."""
    job = workspace.jobs.get(submit(azure, train).name)

    assert job.jobs["node"].inputs["learning_rate"]._data == "5e-06"


def test_a_job_is_created_once(azure: Emulator) -> None:
    """The first PUT of a job answers 201, the next one 200."""
    body = {"properties": {"jobType": "Command", "command": "true"}}

    assert [ask(azure, "PUT", "/jobs/job", body).status_code for _ in range(2)] == [201, 200]


def test_the_location_is_the_job(azure: Emulator) -> None:
    """The 201 of a job names the job itself (recorded)."""
    answer = _raw(azure, task_name="ChatCompletion")

    assert answer.status_code == 201
    assert f"{workspace_id(azure)}/jobs/job?" in answer.headers["Location"]
    assert answer.json()["properties"]["properties"] == {}


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"max_seq_len": "1"}, "Did you mean 'max_seq_length'?"),
        ({"apply_lora": "yes"}, "allowed values are: true, false"),
        ({"num_train_epochs": "0"}, "it must be at least 1"),
        ({"learning_rate": "fast"}, "number is expected"),
    ],
    ids=["unknown", "enum", "minimum", "type"],
)
def test_a_wrong_input_is_refused(azure: Emulator, inputs: dict[str, str], words: str) -> None:
    """Component inputs are checked when the job is submitted (inferred)."""
    answer = _raw(azure, **{"task_name": "ChatCompletion", **inputs})

    assert (answer.status_code, _inner(answer)) == (400, ["BadArgument", "ArgumentInvalid"])
    assert words in answer.json()["error"]["message"]


def test_a_required_input_is_missed(azure: Emulator) -> None:
    """An input without a default that is not optional must be given (inferred)."""
    component = COMPONENT.replace(
        "chat_completion_pipeline/versions/0.0.42", "model_evaluation_pipeline/versions/0.0.36"
    )
    answer = _raw(azure, component=component)

    assert answer.status_code == 400
    assert "is missing" in answer.json()["error"]["message"]


def test_an_input_that_the_sdk_lets_through_is_refused(azure: Emulator, registry: MLClient, train: Path) -> None:
    """The SDK does not check a minimum, so the user hears of it from the service."""
    with pytest.raises(HttpResponseError, match=r"num_train_epochs.* must be at least 1"):
        submit(azure, train, num_train_epochs=0)


def test_an_unknown_compute_is_a_400(azure: Emulator) -> None:
    """An unknown compute target is a 400 and not a 404 (recorded 2023-11)."""
    answer = _raw(azure, compute=f"{workspace_id(azure)}/computes/testCompute", task_name="ChatCompletion")

    assert (answer.status_code, _inner(answer)) == (400, ["BadArgument", "UnknownTargetType"])
    assert answer.json()["error"]["message"] == "Unknown compute target 'testCompute'."


def test_an_unknown_component_is_a_404(azure: Emulator) -> None:
    """The text names id, name and version (recorded)."""
    component = COMPONENT.replace("0.0.42", "9")
    answer = _raw(azure, component=component)

    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == (
        f"key: {component}, Message: Not found component chat_completion_pipeline (version: 9)."
    )


def test_an_unknown_base_model_is_a_404(azure: Emulator, train: Path) -> None:
    """A registry model that does not exist is refused through the SDK (inferred)."""
    model = Input(type="mlflow_model", path=BASE_MODEL.replace("/5", "/99"))

    with pytest.raises(ResourceNotFoundError, match=r"Not found model Phi-3-mini-4k-instruct \(version: 99\)"):
        submit(azure, train, mlflow_model_path=model)


def test_a_region_that_the_registry_does_not_serve(azure: Emulator, registry: MLClient, train: Path) -> None:
    """A workspace outside the registry's regions is refused with the list of regions (recorded 2023-10)."""
    home = azure.world.home
    azure.world.create_workspace(home.subscription_id, home.resource_group, "far", "japaneast")
    far = MLClient(azure.credential, home.subscription_id, home.resource_group, "far")
    create_cluster(far)

    with pytest.raises(HttpResponseError, match="Invalid region japaneast for operation consume in registry azureml"):
        far.jobs.create_or_update(chat_pipeline(registry, train))


def test_an_error_has_arm_s_envelope(azure: Emulator) -> None:
    """Component, correlation, environment, location and time are in every refusal (recorded)."""
    answer = _raw(azure, component=COMPONENT.replace("0.0.42", "9"))
    error = answer.json()["error"]

    assert list(error) == ["code", "message", "details", "additionalInfo"]
    assert [entry["type"] for entry in error["additionalInfo"]] == [
        "ComponentName",
        "Correlation",
        "Environment",
        "Location",
        "Time",
    ]
    assert answer.headers["x-ms-response-type"] == "error"


def test_missing_training_data_is_found_by_the_sdk(azure: Emulator, tmp_path: Path) -> None:
    """A local file that does not exist never reaches the service."""
    with pytest.raises(Exception, match="There is no file on target path"):
        submit(azure, tmp_path / "none.jsonl")
    assert "Jobs_CreateOrUpdate" not in {call.operation for call in azure.calls}


def test_the_cluster_is_looked_at_first(azure: Emulator, train: Path) -> None:
    """Before the PUT the SDK asks for each compute that the job names (SDK source)."""
    submit(azure, train)
    operations = [call.operation for call in azure.calls if CLUSTER in call.url or "Jobs_" in call.operation]

    assert operations[-1] == "Jobs_CreateOrUpdate"
