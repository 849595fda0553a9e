"""Models of a workspace through the SDK."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from azure.ai.ml import MLClient
from azure.ai.ml.entities import Model
from azure.core.exceptions import HttpResponseError
from bare import ask

from fakes.emulator import Emulator


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model folder to upload."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "MLmodel").write_text("flavors: {}\n", encoding="utf-8")
    return tmp_path / "model"


def _register(workspace: MLClient, folder: Path, version: str = "1", **given: Any) -> Model:
    return workspace.models.create_or_update(Model(name="m", version=version, path=folder, **given))


def _put(azure: Emulator, folder: str, version: str = "1", **given: Any) -> Any:
    """Register what is at a path of the default datastore, with a bare request."""
    home = azure.world.home
    azure.world.blobs.put(home.storage_account, home.default_container, "models/m/MLmodel", b"")
    uri = f"azureml://subscriptions/{home.subscription_id}/resourcegroups/{home.resource_group}/workspaces/{home.name}"
    sent = {"modelUri": f"{uri}/datastores/workspaceblobstore/paths/{folder}", "modelType": "custom_model", **given}
    return ask(azure, "PUT", f"/models/m/versions/{version}", {"properties": sent})


def test_a_folder_is_registered(workspace: MLClient, folder: Path) -> None:
    """Registering uploads the folder and gives the model an id."""
    model = _register(workspace, folder, description="mine", tags={"a": "1"})
    found = workspace.models.get("m", "1")

    assert (found.id, found.description, found.tags) == (model.id, "mine", {"a": "1"})
    assert found.id.endswith("/workspaces/acceptance/models/m/versions/1")


def test_it_comes_back(workspace: MLClient, folder: Path, tmp_path: Path) -> None:
    """`models.download` brings the files that were uploaded."""
    _register(workspace, folder)
    workspace.models.download("m", "1", download_path=tmp_path / "back")

    (found,) = (tmp_path / "back").rglob("MLmodel")
    assert found.read_text(encoding="utf-8") == "flavors: {}\n"


def test_registering_is_no_long_running_operation(azure: Emulator) -> None:
    """The first PUT is a 201 with a Location, the same again a 200 (recorded)."""
    first, again = _put(azure, "models/m"), _put(azure, "models/m")

    assert (first.status_code, again.status_code) == (201, 200)
    assert "/models/m/versions/1?" in first.headers["Location"]


def test_a_resource_is_named_by_its_version(azure: Emulator) -> None:
    """The `name` of a model version is its version, and its URI has a capital G (recorded)."""
    resource = _put(azure, "models/m", "7").json()

    assert (resource["name"], resource["type"]) == (
        "7",
        "Microsoft.MachineLearningServices/workspaces/models/versions",
    )
    assert "/resourceGroups/" in resource["properties"]["modelUri"]


def test_members_are_in_the_recorded_order(azure: Emulator) -> None:
    """The members of a model come as on Azure (recorded 2023-08)."""
    assert " ".join(_put(azure, "models/m").json()["properties"]) == (
        "description tags properties isArchived isAnonymous autoDeleteSetting flavors modelType modelUri jobName "
        "provisioningState stage intellectualProperty"
    )


def test_the_newest_is_the_latest(azure: Emulator, workspace: MLClient, folder: Path) -> None:
    """`label="latest"` is the version created last, "foobar" rather than 20 (recorded 2022-08)."""
    for version in ("1", "20", "foobar"):
        _register(workspace, folder, version)
        azure.clock.advance(60)

    assert workspace.models.get("m", label="latest").version == "foobar"


def test_versions_are_listed_newest_first(azure: Emulator, workspace: MLClient, folder: Path) -> None:
    """`models.list(name)` is ordered by creation (recorded)."""
    for version in ("2", "1", "3"):
        _register(workspace, folder, version)
        azure.clock.advance(60)

    assert [model.version for model in workspace.models.list("m")] == ["3", "1", "2"]


def test_a_long_list_comes_in_pages(azure: Emulator, workspace: MLClient) -> None:
    """More than 30 versions take a second request, to the `nextLink` of the first (recorded)."""
    for version in range(35):
        _put(azure, "models/m", str(version))
    before = len(azure.calls)

    assert len(list(workspace.models.list("m"))) == 35
    assert ["skipToken" in call.url for call in azure.calls[before:]] == [False, True]


def test_the_last_page_has_no_link(azure: Emulator) -> None:
    """`nextLink` is absent where nothing follows, and never null (recorded)."""
    for version in range(31):
        _put(azure, "models/m", str(version))
    first = ask(azure, "GET", "/models/m/versions").json()
    last = ask(azure, "GET", first["nextLink"], version=None).json()

    assert (len(first["value"]), len(last["value"]), list(last)) == (30, 1, ["value"])


def test_an_unknown_name_has_no_versions(azure: Emulator) -> None:
    """The list of versions of an unknown model is a 200 and empty (recorded 2024)."""
    answer = ask(azure, "GET", "/models/none/versions")

    assert (answer.status_code, answer.json()) == (200, {"value": []})


def test_an_unknown_name_has_no_latest_version(workspace: MLClient) -> None:
    """The SDK says itself that there is no latest version."""
    with pytest.raises(Exception, match="Asset none does not exist in workspace acceptance"):
        workspace.models.get("none", label="latest")


def test_archiving_hides_and_restoring_shows(workspace: MLClient, folder: Path) -> None:
    """An archived version leaves the default list and comes back when it is restored (recorded)."""
    _register(workspace, folder)
    workspace.models.archive("m", "1")
    hidden = list(workspace.models.list("m"))
    archived = [model.stage for model in workspace.models.list("m", list_view_type="ArchivedOnly")]
    workspace.models.restore("m", "1")

    assert (hidden, archived) == ([], ["Archived"])
    assert [model.stage for model in workspace.models.list("m")] == ["Development"]


def test_a_version_keeps_its_files(azure: Emulator, workspace: MLClient, folder: Path) -> None:
    """The same version with other files is refused (inferred)."""
    _register(workspace, folder)
    (folder / "MLmodel").write_text("flavors: {other: {}}\n", encoding="utf-8")

    with pytest.raises(Exception, match=r"already exist|cannot be changed"):
        _register(workspace, folder)


def test_a_path_without_files_is_refused(azure: Emulator) -> None:
    """Registering from nothing is a 400 with the detail that users quote."""
    answer = _put(azure, "models/none")
    (detail,) = answer.json()["error"]["details"]

    assert answer.status_code == 400
    assert (detail["code"], detail["message"]) == (
        "ModelAssetPathNotFoundInStorage",
        "No blobs found in storage at model asset path: models/none",
    )


def test_a_container_knows_the_next_version(azure: Emulator, workspace: MLClient, folder: Path) -> None:
    """A model without a version gets the container's `nextVersion` (recorded)."""
    for version in ("1", "7"):
        _register(workspace, folder, version)
    container = ask(azure, "GET", "/models/m").json()["properties"]

    assert container["nextVersion"] == "8"
    assert workspace.models.create_or_update(Model(name="m", path=folder)).version == "8"


def test_models_are_listed_by_name(workspace: MLClient, folder: Path) -> None:
    """`models.list()` names each model once, with its latest version."""
    for version in ("1", "2"):
        _register(workspace, folder, version)

    assert [(model.name, model.latest_version) for model in workspace.models.list()] == [("m", "2")]


def test_an_unknown_version_is_not_found(workspace: MLClient) -> None:
    """The refusal names the asset (recorded for registries, inferred here)."""
    with pytest.raises(HttpResponseError, match=r"Could not find asset with ID: .*/models/m/versions/9") as refused:
        workspace.models.get("m", "9")
    assert refused.value.status_code == 404
