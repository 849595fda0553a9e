"""What the service says of a job that was submitted, by api-version."""

from __future__ import annotations

from typing import Any

import pytest
from bare import ask

from fakes.emulator import Emulator

_COMMAND = {"jobType": "Command", "command": "true"}


def _submit(azure: Emulator, version: str = "2023-08-01-preview", **given: Any) -> Any:
    """Submit a pipeline of one node of a component of the workspace, and return the answer's properties."""
    spec = {"componentSpec": {"type": "command", "command": "true"}}
    ask(azure, "PUT", "/components/c/versions/1", {"properties": spec})
    component = f"{azure.world.home.arm_id}/components/c/versions/1"
    job = {"jobType": "Pipeline", "jobs": {"a": {"type": "command", "componentId": component}}, **given}
    answer = ask(azure, "PUT", "/jobs/job", {"properties": job}, version=version)
    assert answer.status_code == 201
    return answer.json()["properties"]


@pytest.mark.parametrize(
    ("version", "status", "added"),
    [("2022-12-01-preview", "Preparing", True), ("2023-04-01-preview", "NotStarted", False)],
)
def test_the_first_answer_of_a_pipeline(azure: Emulator, version: str, status: str, added: bool) -> None:
    """Until 2023-03 the first answer was Preparing and had the service's properties (recorded)."""
    properties = _submit(azure, version)

    assert properties["status"] == status
    assert ("azureml.DevPlatv2" in properties["properties"]) is added


def test_inputs_come_in_the_service_s_order(azure: Emulator) -> None:
    """A literal ends with its value and data with its type, whatever order was sent (recorded 2023-03)."""
    literal = {"value": "10", "jobInputType": "literal"}
    data = {"mode": "Direct", "jobInputType": "mltable", "uri": "azureml://datastores/workspaceblobstore/paths/a"}
    inputs = _submit(azure, inputs={"n": literal, "d": data})["inputs"]

    assert list(inputs["n"]) == ["description", "jobInputType", "value"]
    assert list(inputs["d"]) == ["description", "uri", "mode", "jobInputType"]


def test_data_has_a_mode(azure: Emulator) -> None:
    """Data that is sent without a mode is mounted to be read (inferred from the SDK's default)."""
    data = {"jobInputType": "uri_file", "uri": "azureml://datastores/workspaceblobstore/paths/a"}

    assert _submit(azure, inputs={"d": data})["inputs"]["d"]["mode"] == "ReadOnlyMount"


def test_one_component_is_a_pipeline_without_nodes(azure: Emulator) -> None:
    """A pipeline that is one component shows its id and no nodes: an empty object (recorded 2023-04)."""
    ask(azure, "PUT", "/components/p/versions/1", {"properties": {"componentSpec": {"type": "pipeline"}}})
    component = f"{azure.world.home.arm_id}/components/p/versions/1"
    sent = {"jobType": "Pipeline", "componentId": component}
    properties = ask(azure, "PUT", "/jobs/job", {"properties": sent}).json()["properties"]

    assert (properties["componentId"], properties["jobs"]) == (component, {})


def test_a_command_has_its_defaults(azure: Emulator) -> None:
    """A command that asks for nothing runs on one instance with 2 GB of shared memory (documented)."""
    properties = ask(azure, "PUT", "/jobs/job", {"properties": _COMMAND}).json()["properties"]

    assert properties["resources"] == {"instanceCount": 1, "instanceType": None, "shmSize": "2g"}
    assert (properties["environmentVariables"], properties["parameters"]) == ({}, {})
    assert "sourceJobId" not in properties
