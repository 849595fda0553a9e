"""What Azure ML makes of an asset that a client sends."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fine_tuning import WHOLE_JOB, new_world, submit, upload, wait

from fakes.world.asset_rules import ANONYMOUS, datastore_uri, has_blobs, parse_uri, put_asset
from fakes.world.assets import AssetVersion
from fakes.world.component_specs import component_spec
from fakes.world.errors import Invalid, NotFound
from fakes.world.world import World

SHORT = "azureml://datastores/workspaceblobstore/paths/models/m"


@pytest.fixture
def world() -> World:
    """A world with a model folder on its datastore."""
    world = new_world()
    upload(world, world.home, "models/m/MLmodel", b"")
    return world


def _put(world: World, kind: str, name: str = "asset", version: str = "1", **sent: Any) -> AssetVersion:
    return put_asset(world, world.home, kind, name, version, sent)[0]


@pytest.mark.parametrize("name", ["-a", "a b", "a/b", "é", "", "a" * 256])
def test_a_name_that_azure_would_refuse(world: World, name: str) -> None:
    """A name begins with a letter or digit and holds only letters, digits, '-', '_' and '.' (documented)."""
    with pytest.raises(Invalid, match="must begin with a letter or digit"):
        _put(world, "data", name, dataUri=SHORT)


def test_a_model_s_uri_is_long_with_a_capital_g(world: World) -> None:
    """A model URI comes back long and with `resourceGroups` (recorded 2023)."""
    model = _put(world, "models", modelUri=SHORT)

    assert "/resourceGroups/acceptance/" in model.properties["modelUri"]
    assert model.properties["modelUri"].endswith("/datastores/workspaceblobstore/paths/models/m")


def test_a_data_asset_s_uri_is_long_with_a_small_g(world: World) -> None:
    """A short data URI is expanded, with `resourcegroups` in lower case (recorded)."""
    data = _put(world, "data", dataUri=SHORT)

    assert data.properties["dataUri"] == datastore_uri(world.home, "workspaceblobstore", "models/m")
    assert "/resourcegroups/" in data.properties["dataUri"]


def test_a_model_without_blobs_is_refused(world: World) -> None:
    """Registering from a path with nothing there is a 400 with the detail that users quote."""
    with pytest.raises(Invalid) as refused:
        _put(world, "models", modelUri=SHORT.replace("models/m", "models/n"))

    expected = ("ModelAssetPathNotFoundInStorage", "No blobs found in storage at model asset path: models/n")
    assert (refused.value.code, refused.value.details) == ("BadRequest", (expected,))


def test_a_path_is_a_folder_and_no_prefix(world: World) -> None:
    """`models/m` is not found by blobs of `models/mm`."""
    upload(world, world.home, "models/nn/MLmodel", b"")

    assert not has_blobs(world, world.home, SHORT.replace("models/m", "models/n"))


def test_a_model_of_a_job_output_knows_its_job(world: World) -> None:
    """`azureml://jobs/...` becomes the path on the datastore, and the job is remembered (inferred)."""
    submit(world, "job-1")
    wait(world, WHOLE_JOB)
    model = _put(world, "models", modelUri="azureml://jobs/job-1/outputs/trained_model")

    assert model.properties["jobName"] == "job-1"
    assert model.properties["modelUri"].endswith("/paths/azureml/job-1/trained_model/")


def test_a_model_of_an_unfinished_job_is_refused(world: World) -> None:
    """An output that has not been written cannot be registered (code quoted, text inferred)."""
    submit(world, "job-1")

    with pytest.raises(Invalid, match="has not been written") as refused:
        _put(world, "models", modelUri="azureml://jobs/job-1/outputs/trained_model")
    assert "NoMatchingArtifactsFoundFromJob" in refused.value.inner


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("azureml://jobs/other/outputs/trained_model", "Job other was not found"),
        ("azureml://jobs/job-1/outputs/model", "no output 'model'. Outputs: trained_model"),
    ],
)
def test_a_model_of_nothing_is_not_found(world: World, uri: str, words: str) -> None:
    """A job or an output that does not exist is named."""
    submit(world, "job-1")

    with pytest.raises(NotFound, match=words):
        _put(world, "models", modelUri=uri)


@pytest.mark.parametrize(("archived", "stage"), [(True, "Archived"), (False, "Development")])
def test_the_stage_follows_the_archive(world: World, archived: bool, stage: str) -> None:
    """An archived model is in stage Archived, a restored one in Development (recorded)."""
    model = _put(world, "models", modelUri=SHORT, isArchived=archived, stage="Archived")

    assert model.properties["stage"] == stage


def test_a_conda_file_becomes_json(world: World) -> None:
    """The YAML text of a conda file comes back as indented JSON text (recorded)."""
    environment = _put(world, "environments", image="i", condaFile="name: e\ndependencies:\n- python=3.11\n")

    content = {"name": "e", "dependencies": ["python=3.11"]}
    assert environment.properties["condaFile"] == json.dumps(content, indent=2)


def test_a_broken_conda_file_is_refused(world: World) -> None:
    """A conda file that is no YAML is refused."""
    with pytest.raises(Invalid, match="not valid YAML"):
        _put(world, "environments", image="i", condaFile="a: [")


def test_a_component_s_scalars_become_text() -> None:
    """Every scalar becomes a string, inputs get `optional`, commands get resources (recorded)."""
    spec = {"type": "command", "_source": "YAML", "is_deterministic": True, "inputs": {"n": {"default": 10.99}}}

    assert component_spec(spec) == {
        "type": "command",
        "is_deterministic": "True",
        "inputs": {"n": {"default": "10.99", "optional": "False"}},
        "resources": {"instance_count": "1"},
    }


def test_anonymous_components_are_named_by_their_content(world: World) -> None:
    """An anonymous component gets a version of its content, whatever the client sent (recorded)."""
    first, same, other = (
        _put(world, "components", ANONYMOUS, sent, componentSpec={"type": "command", "command": command}).version
        for sent, command in (("1", "a"), ("2", "a"), ("1", "b"))
    )

    assert first == same
    assert first not in ("1", other)


def test_tags_become_text(world: World) -> None:
    """A tag's value is a string, whatever was sent."""
    assert _put(world, "data", dataUri=SHORT, tags={"n": 1}).tags == {"n": "1"}


@pytest.mark.parametrize(
    ("uri", "refusal"),
    [("https://example.com/x", Invalid), ("azureml://datastores/unknown/paths/x", NotFound)],
)
def test_a_uri_of_no_datastore_is_refused(world: World, uri: str, refusal: type[Exception]) -> None:
    """A path must be on a datastore that exists."""
    with pytest.raises(refusal):
        parse_uri(world.home, uri)
