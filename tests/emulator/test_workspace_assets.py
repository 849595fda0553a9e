"""Data, environments, components and code of a workspace through the SDK."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from azure.ai.ml import Input, MLClient, command
from azure.ai.ml.entities import Data, Environment
from azure.core.exceptions import HttpResponseError
from bare import ask

from fakes.emulator import Emulator

IMAGE = "mcr.microsoft.com/azureml/base"
SHORT = "azureml://datastores/workspaceblobstore/paths/data/rows.jsonl"


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A folder with a script."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").write_text("print('hello')\n", encoding="utf-8")
    return tmp_path / "src"


def _component(code: Path | None = None, **given: Any) -> Any:
    settings = {"name": "c", "command": "python train.py ${{inputs.epochs}}", "environment": Environment(image=IMAGE)}
    inputs = {"epochs": Input(type="integer", default=3, min=1)}
    return command(code=code, inputs=inputs, **{**settings, **given}).component


def test_a_file_becomes_a_data_asset(workspace: MLClient, tmp_path: Path) -> None:
    """A local file is uploaded and its asset leads to the datastore."""
    (tmp_path / "rows.jsonl").write_text("{}\n", encoding="utf-8")
    made = workspace.data.create_or_update(Data(name="d", version="1", type="uri_file", path=tmp_path / "rows.jsonl"))

    assert workspace.data.get("d", "1").path == made.path
    assert made.path.endswith("/rows.jsonl")


def test_a_short_uri_is_expanded(workspace: MLClient) -> None:
    """A short datastore URI comes back long, with `resourcegroups` in lower case (recorded)."""
    made = workspace.data.create_or_update(Data(name="d", version="1", type="uri_file", path=SHORT))

    assert made.path.startswith("azureml://subscriptions/")
    assert "/resourcegroups/acceptance/workspaces/acceptance/datastores/workspaceblobstore/paths/data/" in made.path


def test_a_data_version_keeps_its_path(workspace: MLClient) -> None:
    """A data version cannot point elsewhere later (documented)."""
    workspace.data.create_or_update(Data(name="d", version="1", type="uri_file", path=SHORT))

    with pytest.raises(HttpResponseError, match="already exists"):
        workspace.data.create_or_update(Data(name="d", version="1", type="uri_file", path=f"{SHORT}l"))


def test_a_data_asset_says_when_and_not_by_whom(azure: Emulator, workspace: MLClient) -> None:
    """The system data of a data version has no lastModifiedBy (recorded 2023-10)."""
    workspace.data.create_or_update(Data(name="d", version="1", type="uri_file", path=SHORT))

    assert list(ask(azure, "GET", "/data/d/versions/1").json()["systemData"]) == [
        "createdAt",
        "createdBy",
        "createdByType",
        "lastModifiedAt",
    ]


def test_a_conda_file_becomes_json(azure: Emulator, workspace: MLClient) -> None:
    """The service keeps a conda file as indented JSON text, and the SDK reads it back (recorded)."""
    conda = {"name": "e", "dependencies": ["python=3.11"]}
    workspace.environments.create_or_update(Environment(name="e", version="1", image=IMAGE, conda_file=conda))
    text = ask(azure, "GET", "/environments/e/versions/1").json()["properties"]["condaFile"]

    assert text == json.dumps(json.loads(text), indent=2)
    assert workspace.environments.get("e", "1").conda_file == conda


def test_an_environment_is_created_every_time(azure: Emulator) -> None:
    """PUT of an environment answers 201 also when it existed (recorded)."""
    body = {"properties": {"image": IMAGE}}

    assert [ask(azure, "PUT", "/environments/e/versions/1", body).status_code for _ in range(2)] == [201, 201]


def test_what_the_service_says_of_an_environment(azure: Emulator) -> None:
    """Without a conda file its text is empty; labels and stage come with the version of 2023 (recorded)."""
    properties = ask(azure, "PUT", "/environments/e/versions/1", {"properties": {"image": IMAGE}}).json()["properties"]

    assert (properties["condaFile"], properties["environmentType"], properties["osType"]) == (
        "",
        "UserCreated",
        "Linux",
    )
    assert (properties["stage"], properties["properties"]) == ("Logged", {"azureml.labels": ""})


def test_a_component_comes_back_as_text(azure: Emulator, workspace: MLClient) -> None:
    """Every scalar of a component's spec is a string on the wire (recorded)."""
    workspace.components.create_or_update(_component(), version="1")
    spec = ask(azure, "GET", "/components/c/versions/1").json()["properties"]["componentSpec"]

    assert spec["inputs"]["epochs"] == {"type": "integer", "optional": "False", "default": "3", "min": "1"}


def test_the_sdk_reads_it_back(workspace: MLClient) -> None:
    """The entity of a component has its numbers again."""
    workspace.components.create_or_update(_component(), version="1")
    found = workspace.components.get("c", "1").inputs["epochs"]

    assert (found.default, found.min) == (3, 1)


def test_anonymous_components_are_one_by_content(azure: Emulator) -> None:
    """An anonymous component gets the version of its content and keeps its first date (recorded)."""
    answers = []
    for sent in ("11111111", "22222222"):
        spec = {"componentSpec": {"type": "command", "command": "true"}, "isAnonymous": True}
        answers.append(ask(azure, "PUT", f"/components/azureml_anonymous/versions/{sent}", {"properties": spec}).json())
        azure.clock.advance(60)

    first, second = answers
    assert first["name"] == second["name"] != "11111111"
    assert first["systemData"]["createdAt"] == second["systemData"]["createdAt"]


def test_the_next_version_of_a_component_is_a_date(azure: Emulator, workspace: MLClient) -> None:
    """A component's container proposes the time as the next version (recorded)."""
    workspace.components.create_or_update(_component(), version="1")

    assert ask(azure, "GET", "/components/c").json()["properties"]["nextVersion"] == "2024-05-10-12-00-00-0000000"


def test_code_is_uploaded_once(azure: Emulator, workspace: MLClient, code: Path) -> None:
    """The same files under another component are found by their hash and not uploaded again (recorded 2026-03)."""
    workspace.components.create_or_update(_component(code), version="1")
    before = len(azure.calls)
    workspace.components.create_or_update(_component(code, name="other"), version="1")
    later = [call for call in azure.calls[before:] if "codes/" in call.url or ".blob." in call.url]

    assert [call.operation for call in later] == ["CodesVersions_List", "CodesVersions_Get"]
    assert "hash=" in later[0].url


def test_other_code_is_other_code(azure: Emulator, workspace: MLClient, code: Path) -> None:
    """Changed files are uploaded to a container of their own."""
    first = workspace.components.create_or_update(_component(code), version="1").code
    (code / "train.py").write_text("print('goodbye')\n", encoding="utf-8")

    assert workspace.components.create_or_update(_component(code), version="2").code != first


def test_code_is_shown_as_named(azure: Emulator) -> None:
    """Code is sent as anonymous and shown as not (recorded)."""
    body = {"properties": {"codeUri": "https://x.blob.core.windows.net:443/c/", "isAnonymous": True}}

    assert ask(azure, "PUT", "/codes/c/versions/1", body).json()["properties"]["isAnonymous"] is False


@pytest.mark.parametrize("name", ["-a", "a b"])
def test_a_bad_name_is_refused(azure: Emulator, name: str) -> None:
    """The service checks the name of an asset (inferred)."""
    answer = ask(azure, "PUT", f"/data/{name}/versions/1", {"properties": {"dataUri": SHORT}})

    assert answer.status_code == 400
    assert f"The asset name '{name}' is invalid" in answer.json()["error"]["message"]


def test_a_deleted_asset_is_gone(azure: Emulator) -> None:
    """DELETE removes a version, and deleting nothing is no error (documented)."""
    ask(azure, "PUT", "/data/d/versions/1", {"properties": {"dataUri": SHORT}})

    assert [ask(azure, "DELETE", "/data/d/versions/1").status_code for _ in range(2)] == [200, 200]
    assert ask(azure, "GET", "/data/d/versions/1").status_code == 404


def test_an_empty_name_is_an_asset_too(azure: Emulator) -> None:
    """A container can be made before its first version: no latest version, and the next is 1 (recorded 2024-07)."""
    sent = {"properties": {"description": "mine", "tags": {}, "properties": {}}}
    made, again = (ask(azure, "PUT", "/models/empty", sent) for _ in range(2))
    properties = ask(azure, "GET", "/models/empty").json()["properties"]

    assert (made.status_code, again.status_code, made.json()["properties"]) == (201, 200, properties)
    assert (properties["description"], properties["latestVersion"], properties["nextVersion"]) == ("mine", None, "1")


def test_an_empty_name_is_listed(azure: Emulator) -> None:
    """A list of names has those without versions, and archived ones only where they are asked for (recorded)."""
    for name, archived in (("active", False), ("archived", True)):
        ask(azure, "PUT", f"/components/{name}", {"properties": {"isArchived": archived}})
    found = ask(azure, "GET", "/components").json()["value"]

    assert [each["name"] for each in found] == ["active"]


def test_a_spec_has_the_service_s_order(azure: Emulator) -> None:
    """The members of a spec come back in one order, and it keeps the version it had (recorded 2023-10)."""
    spec = {
        "command": "true",
        "environment": "azureml:AzureML-sklearn-1.0-ubuntu20.04-py38-cpu:1",
        "version": "1",
        "inputs": {},
        "type": "command",
        "name": "c",
    }
    body = {"properties": {"componentSpec": spec, "isAnonymous": True}}
    made = ask(azure, "PUT", "/components/azureml_anonymous/versions/x", body).json()["properties"]["componentSpec"]

    assert list(made) == ["name", "version", "type", "inputs", "environment", "resources", "command"]
    assert made["version"] == "1"


def test_a_curated_environment_is_pinned(azure: Emulator) -> None:
    """The label of a curated environment becomes its id in the registry `azureml` (recorded 2023-10)."""
    name = "AzureML-sklearn-1.0-ubuntu20.04-py38-cpu"
    spec = {"command": "true", "environment": f"azureml:{name}@latest", "type": "command"}
    made = ask(azure, "PUT", "/components/c/versions/1", {"properties": {"componentSpec": spec}}).json()

    pinned = made["properties"]["componentSpec"]["environment"]
    assert pinned == f"azureml://registries/azureml/environments/{name}/versions/36"


def test_a_component_s_name_says_when_and_not_by_whom(azure: Emulator) -> None:
    """The name of a component has two dates when it is asked for alone, and persons in a list (recorded 2025-11)."""
    ask(azure, "PUT", "/components/c", {"properties": {}})
    (listed,) = ask(azure, "GET", "/components").json()["value"]

    assert list(ask(azure, "GET", "/components/c").json()["systemData"]) == ["createdAt", "lastModifiedAt"]
    assert "createdBy" in listed["systemData"]
